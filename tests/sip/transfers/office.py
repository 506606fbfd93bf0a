"""A company on a running stack: an agent with places to put callers through to, and phones there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agents.demo_profile import DEMO_PROFILE
from tests.sip.stack import RunningStack

WISH = "I want to speak to a human"
CALLER_HZ, HUMAN_HZ = 2630, 3210
NUMBERS = ("+15105550171", "+15105550172", "+15105550173")
RATE = 8000


@dataclass
class Office:
    """`number` is the one to call; `targets` are ids, one for each phone."""

    stack: RunningStack
    number: str
    agent_id: str
    targets: list[str]

    def call(self, sip_call_id: str) -> dict[str, Any]:
        return self.stack.until(lambda: self.stack.call_of(sip_call_id), "the call has a record")

    def events(self, call_id: str) -> list[dict[str, Any]]:
        return self.stack.get(f"/v1/calls/{call_id}/events", limit=500)["data"]

    def told(self, call_id: str, kind: str, **body: Any) -> dict[str, Any]:
        """The first entry of this kind with at least this body."""

        def found() -> dict[str, Any] | None:
            entries = self.events(call_id)
            return next((e for e in entries if e["kind"] == kind and body.items() <= e["body"].items()), None)

        return self.stack.until(found, f"the record has {kind} {body}")


@contextmanager
def open_office(
    stack: RunningStack, number: str, ports: Sequence[int], *, mode: str = "warm", team: str = "", ring_s: int = 20,
    **rule: Any,
) -> Iterator[Office]:  # fmt: skip
    """One trunk and one target for each port on which a phone listens. The agent may send callers to the first, or to
    all of them as a `team` (its strategy)."""
    made: list[str] = []

    def make(path: str, **body: Any) -> str:
        name = stack.post(path, body)["id"]
        made.insert(0, f"{path}/{name}")
        return name

    try:
        agent_id = make("/v1/agents", **DEMO_PROFILE)
        targets = []
        for port, human in zip(ports, NUMBERS, strict=False):
            trunk = make(
                "/v1/outbound-trunks",
                name=f"desk {port}",
                address=f"127.0.0.1:{port}",
                transport="udp",
                numbers=[number],
            )
            terms = {"ring_s": ring_s, "allowed_agents": [agent_id]}
            targets.append(
                make("/v1/transfer-targets", kind="phone", name=f"desk {port}", number=human, trunk_id=trunk, **terms)
            )
        place = targets[0]
        if team:
            place = make(
                "/v1/transfer-targets", kind="team", name="all desks", members=targets, strategy=team,
                allowed_agents=[agent_id],
            )  # fmt: skip
        choice = {"name": "human", "target_id": place, "mode": mode, "phrases": ["speak to a human"], "key": "0"}
        answer = stack.api.patch(f"/v1/agents/{agent_id}", json={"transfers": [choice]})
        assert answer.status_code == 200, answer.text
        inbound = next(one for one in stack.get("/v1/inbound-trunks")["data"] if one["name"] == "loopback")
        make("/v1/numbers", number=number, inbound_trunk_id=inbound["id"])
        make("/v1/dispatch-rules", name=number, trunk_ids=[inbound["id"]], numbers=[number], agent_id=agent_id, **rule)
        for name in ("outbound-trunks", "inbound-trunks", "dispatch-rules"):
            stack.until(lambda name=name: stack.get(f"/v1/{name}/sync")["in_sync"], f"{name} are in LiveKit")
        yield Office(stack, number, agent_id, targets)
    finally:
        for path in (one for one in made if one.startswith("/v1/agents")):
            stack.api.patch(path, json={"transfers": []})  # else its targets could not go
        for path in made:
            stack.api.delete(path)


def spoken(words: str, wav: Path) -> Path:
    subprocess.run(["flite", "-voice", "rms", "-t", words, "-o", str(wav.with_suffix(".raw.wav"))], check=True)
    subprocess.run(["sox", "-D", str(wav.with_suffix(".raw.wav")), "-r", str(RATE), "-c", "1", str(wav)], check=True)
    return wav


def tone(hertz: int, seconds: float) -> np.ndarray:
    at = np.arange(int(RATE * seconds)) / RATE
    return (3300 * np.sin(2 * np.pi * hertz * at)).astype(np.int16)
