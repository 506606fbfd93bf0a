"""Phones that are not ours hold the demo conversation: SIPp, baresip and linphone."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.demo.conversation import LINES
from gateway.demo.provision import DEMO_NUMBER
from gateway.phone.ears import LOUD, level
from gateway.phone.recording import RATE, read_wav
from gateway.stack.ports import PortAllocator
from tests.sip.foreign.baresip import Baresip
from tests.sip.foreign.linphone import Linphone
from tests.sip.foreign.pcap import Capture
from tests.sip.stack import RunningStack

HERE = Path(__file__).parent
PAY = LINES / "i_want_to_pay_my_bill.wav"
GREETING_S, THINKING_S, REPLY_S = 6, 8, 6  # the silences of a caller who cannot listen
DIGITS = "1234"
TIMES_SAID = 3
FRAME = RATE // 50


def sox(*arguments: object) -> None:
    subprocess.run(["sox", *map(str, arguments)], check=True)


def call_from(stack: RunningStack, ani: str) -> dict[str, Any] | None:
    return next((call for call in stack.calls() if ani in call["pii"]["ani"]), None)


def spoken(stack: RunningStack, ani: str, speaker: str) -> list[str]:
    if not (call := call_from(stack, ani)):
        return []
    turns = stack.get(f"/v1/calls/{call['id']}/transcript")["data"]
    return [turn["text"].lower() for turn in turns if turn["speaker"] == speaker]


def pressed(stack: RunningStack, ani: str) -> str:
    if not (call := call_from(stack, ani)):
        return ""
    events = stack.get(f"/v1/calls/{call['id']}/events", limit=500)["data"]
    return "".join(event["pii"]["digit"] for event in events if event["kind"] == "digit_pressed")


def ended(stack: RunningStack, ani: str) -> dict[str, Any]:
    def closed() -> dict[str, Any] | None:
        call = call_from(stack, ani)
        return call if call and call["termination"] else None

    return stack.until(closed, "the call has ended")


def was_understood(stack: RunningStack, ani: str) -> None:
    assert any("pay my bill" in line for line in spoken(stack, ani, "caller"))
    assert any("account number" in line for line in spoken(stack, ani, "agent"))
    assert pressed(stack, ani) == DIGITS
    termination = ended(stack, ani)["termination"]
    assert (termination["slug"], termination["ended_by"]) == ("completed", "caller")


def test_sipp_talks_to_the_agent(stack: RunningStack, tmp_path: Path) -> None:
    """SIPp plays a capture through a raw socket, which only root may open."""
    sox(PAY, "-r", 8000, "-c", 1, "-t", "ul", tmp_path / "line.ulaw")
    capture = Capture()
    capture.silence(GREETING_S)
    for _ in range(TIMES_SAID):  # it cannot listen, and a loaded machine may lose a word: again, as anybody would
        capture.speech((tmp_path / "line.ulaw").read_bytes())
        capture.silence(THINKING_S)
    capture.keys(DIGITS)
    capture.silence(REPLY_S)
    capture.write(tmp_path / "talk.pcap")
    scenario = (HERE / "foreign" / "talk.xml").read_text()
    scenario = scenario.replace("CAPTURE", str(tmp_path / "talk.pcap"))
    (tmp_path / "talk.xml").write_text(scenario.replace("LENGTH_MS", str(int(capture.seconds * 1000) + 500)))
    ports = PortAllocator()
    command = (
        f"sipp {stack.sip_host}:{stack.sip_port} -sf talk.xml -s {DEMO_NUMBER} -m 1 -i 127.0.0.1 -p {ports.one()} "
        f"-mi 127.0.0.1 -mp {ports.block(4)} -nostdin -trace_err -timeout 90"
    )
    done = subprocess.run(command.split(), capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    was_understood(stack, "+15105550198")


@pytest.mark.parametrize(("phone", "ani"), [(Baresip, "+15105550197"), (Linphone, "+15105550196")])
def test_a_softphone_talks_to_the_agent(
    stack: RunningStack, tmp_path: Path, phone: Callable[[Path, str, Path], Baresip | Linphone], ani: str
) -> None:
    microphone = tmp_path / "microphone.wav"
    # again after a while, as anybody would: it may not have been understood
    sox(PAY, "-r", 8000, "-c", 1, microphone, "pad", GREETING_S, 25, "repeat", 3)
    with phone(tmp_path, ani, microphone) as caller:
        caller.call(stack.uri(DEMO_NUMBER))
        stack.until(
            lambda: any("account number" in line for line in spoken(stack, ani, "agent")), "the agent asks for a number"
        )
        caller.press(DIGITS)
        stack.until(lambda: pressed(stack, ani) == DIGITS, "the keys arrive")
        stack.until(
            lambda: any("forty two" in line for line in spoken(stack, ani, "agent")), "the agent tells the balance"
        )
        caller.hang_up()
        was_understood(stack, ani)
    assert seconds_of_speech(caller.heard()) > 5


def seconds_of_speech(recording: Path) -> float:
    frames = read_wav(recording)
    frames = frames[: len(frames) // FRAME * FRAME].reshape(-1, FRAME)
    return sum(level(frame) > LOUD for frame in frames) * FRAME / RATE
