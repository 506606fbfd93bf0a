"""Phones that are not ours hold the demo conversation: SIPp, baresip and linphone."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway.demo.conversation import LINES
from gateway.demo.provision import DEMO_NUMBER
from gateway.stack.ports import PortAllocator
from tests.sip.stack import RunningStack

HERE = Path(__file__).parent
PAY = LINES / "i_want_to_pay_my_bill.wav"
GREETING_S, REPLY_S = 6, 30  # silence before and after the spoken line in a phone's audio file


def padded(folder: Path, *, name: str) -> Path:
    """The spoken line with silence around it, as phones that only play a file need it."""
    target = folder / name
    subprocess.run(
        ["sox", str(PAY), "-r", "8000", "-c", "1", str(target), "pad", str(GREETING_S), str(REPLY_S)],
        check=True,
    )
    return target


def understood(stack: RunningStack, call: dict[str, Any]) -> tuple[list[str], str]:
    """What the agent heard, and the digits that reached it."""
    transcript = stack.get(f"/v1/calls/{call['id']}/transcript")["data"]
    heard = [turn["text"] for turn in transcript if turn["speaker"] == "caller"]
    events = stack.get(f"/v1/calls/{call['id']}/events", limit=500)["data"]
    return heard, "".join(event["pii"]["digit"] for event in events if event["kind"] == "digit_pressed")


def newest_call_from(stack: RunningStack, ani: str) -> dict[str, Any] | None:
    return next((call for call in stack.calls() if ani in call["pii"]["ani"]), None)


def ended(stack: RunningStack, ani: str) -> dict[str, Any]:
    def closed() -> dict[str, Any] | None:
        call = newest_call_from(stack, ani)
        return call if call and call["termination"] else None

    return stack.until(closed, f"the call from {ani} has ended", 90.0)


def heard_by_agent(stack: RunningStack, ani: str, words: str) -> Callable[[], bool]:
    def said() -> bool:
        call = newest_call_from(stack, ani)
        return bool(call) and any(words in line for line in understood(stack, call)[0])

    return said


def asked_for_number(stack: RunningStack, ani: str) -> Callable[[], bool]:
    """True once the agent has finished asking for the account number."""

    def asked() -> bool:
        call = newest_call_from(stack, ani)
        if not call:
            return False
        turns = stack.get(f"/v1/calls/{call['id']}/transcript")["data"]
        return any(turn["speaker"] == "agent" and "account number" in turn["text"] for turn in turns)

    return asked


def test_sipp_talks_to_the_agent(stack: RunningStack, tmp_path: Path) -> None:
    audio = tmp_path / "talk.ulaw"
    wav = padded(tmp_path, name="talk.wav")
    subprocess.run(["sox", str(wav), "-t", "ul", str(audio)], check=True)
    scenario = tmp_path / "talk.xml"
    scenario.write_text((HERE / "foreign" / "talk.xml").read_text().replace("AUDIO", str(audio)))
    ports = PortAllocator()
    media = ports.block(20)
    command = [
        "sipp",
        f"{stack.sip_host}:{stack.sip_port}",
        "-sf",
        str(scenario),
        "-s",
        DEMO_NUMBER,
        "-m",
        "1",
        "-i",
        "127.0.0.1",
        "-p",
        str(ports.one()),
        "-min_rtp_port",
        str(media),
        "-max_rtp_port",
        str(media + 19),
        "-nostdin",
        "-trace_err",
        "-timeout",
        "60",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=90)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    call = ended(stack, "+15105550198")
    heard, digits = understood(stack, call)
    assert any("pay my bill" in line for line in heard), heard
    assert digits == "1234"
    assert call["termination"]["slug"] == "completed"


def test_baresip_talks_to_the_agent(stack: RunningStack, tmp_path: Path) -> None:
    wav = padded(tmp_path, name="talk.wav")
    (tmp_path / "accounts").write_text("<sip:+15105550197@127.0.0.1>;regint=0;audio_codecs=PCMU\n")
    (tmp_path / "config").write_text(
        f"module_path /usr/lib/baresip/modules\nsip_listen 127.0.0.1:{PortAllocator().one()}\n"
        f"audio_source aufile,{wav}\naudio_player aufile,{tmp_path}/heard.wav\nausrc_srate 8000\nauplay_srate 8000\n"
        "ausrc_channels 1\nauplay_channels 1\nmodule stdio.so\nmodule g711.so\nmodule aufile.so\n"
        "module_tmp account.so\nmodule_app menu.so\nmodule_app contact.so\n"
    )
    command = ["baresip", "-f", str(tmp_path), "-4"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as phone:
        assert phone.stdin is not None
        try:
            phone.stdin.write(f"/dial {stack.uri(DEMO_NUMBER)}\n")
            phone.stdin.flush()
            stack.until(asked_for_number(stack, "+15105550197"), "the agent asks for the account number", 90.0)
            phone.stdin.write("1234")  # keys in a call are digits
            phone.stdin.flush()
            stack.until(digits_arrived(stack, "+15105550197", "1234"), "the digits arrive", 30.0)
            phone.stdin.write("b")  # hang up
            phone.stdin.flush()
            call = ended(stack, "+15105550197")
        finally:
            phone.terminate()
    heard, digits = understood(stack, call)
    assert any("pay my bill" in line for line in heard), heard
    assert digits == "1234"
    assert call["termination"]["ended_by"] == "caller"


def digits_arrived(stack: RunningStack, ani: str, digits: str) -> Callable[[], bool]:
    def arrived() -> bool:
        call = newest_call_from(stack, ani)
        return bool(call) and understood(stack, call)[1] == digits

    return arrived


def test_linphone_talks_to_the_agent(stack: RunningStack, tmp_path: Path) -> None:
    wav = padded(tmp_path, name="talk.wav")
    port = PortAllocator().one()
    config = tmp_path / "linphonerc"
    config.write_text(
        f"[sip]\nsip_port={port}\nsip_tcp_port=-1\nsip_tls_port=-1\ncontact=sip:+15105550196@127.0.0.1\nuse_info=0\nuse_rfc2833=1\n"
        "verify_server_certs=0\nguess_hostname=0\n[net]\nmtu=1300\n[video]\nenabled=0\ncapture=0\ndisplay=0\n"
    )
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
    }
    command = [shutil.which("linphonec") or "linphonec", "-c", str(config), "-d", "1"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    ) as phone:
        assert phone.stdin is not None

        def type_line(text: str) -> None:
            assert phone.stdin is not None
            phone.stdin.write(text + "\n")
            phone.stdin.flush()

        try:
            type_line("soundcard use files")
            type_line(f"play {wav}")
            type_line(f"record {tmp_path}/heard.wav")
            type_line(f"call {stack.uri(DEMO_NUMBER)}")
            stack.until(asked_for_number(stack, "+15105550196"), "the agent asks for the account number", 90.0)
            for digit in "1234":
                type_line(digit)
            stack.until(digits_arrived(stack, "+15105550196", "1234"), "the digits arrive", 30.0)
            type_line("terminate")
            call = ended(stack, "+15105550196")
            type_line("quit")
        finally:
            phone.terminate()
    heard, _ = understood(stack, call)
    assert any("pay my bill" in line for line in heard), heard
    assert call["termination"]["ended_by"] == "caller"
