"""A company on a running stack: an agent with places to put callers through to, and the phones of those who are there."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agents.demo_profile import DEMO_PROFILE
from tests.sip.stack import RunningStack

WISH = "I want to speak to a human"
NUMBERS = ("+15105550171", "+15105550172", "+15105550173")
RATE = 8000


@dataclass
class Office:
    """`number` is the one to call; `targets` are ids, one for each phone."""

    stack: RunningStack
    number: str
    agent_id: str
    targets: list[str]
    made: list[str]

    def call(self, sip_call_id: str) -> dict[str, Any]:
        return self.stack.until(lambda: self.stack.call_of(sip_call_id), "the call has a record")

    def events(self, call_id: str) -> list[dict[str, Any]]:
        return self.stack.get(f"/v1/calls/{call_id}/events", limit=500)["data"]

    def told(self, call_id: str, kind: str, **body: Any) -> dict[str, Any]:
        """The first entry of this kind with at least this body."""

        def found() -> dict[str, Any] | None:
            return next(
                (one for one in self.events(call_id) if one["kind"] == kind and body.items() <= one["body"].items()), None
            )

        return self.stack.until(found, f"the record has {kind} {body}")

    def close(self) -> None:
        for path in self.made:
            self.stack.api.delete(path)


def open_office(
    stack: RunningStack, number: str, ports: list[int], *, mode: str = "warm", ring_s: int = 20, **rule: Any
) -> Office:
    """One trunk and one target for each port on which a phone listens; the agent may send callers to the first."""
    made: list[str] = []

    def make(path: str, **body: Any) -> str:
        name = stack.post(path, body)["id"]
        made.insert(0, f"{path}/{name}")
        return name

    agent_id = make("/v1/agents", **DEMO_PROFILE)
    targets = []
    for port, human in zip(ports, NUMBERS, strict=False):
        trunk = make(
            "/v1/outbound-trunks", name=f"desk {port}", address=f"127.0.0.1:{port}", transport="udp", numbers=[number]
        )
        targets.append(
            make(
                "/v1/transfer-targets", kind="phone", name=f"desk {port}", number=human, trunk_id=trunk, ring_s=ring_s,
                allowed_agents=[agent_id],
            )
        )  # fmt: skip
    choice = {"name": "human", "target_id": targets[0], "mode": mode, "phrases": ["speak to a human"], "key": "0"}
    answer = stack.api.patch(f"/v1/agents/{agent_id}", json={"transfers": [choice]})
    assert answer.status_code == 200, answer.text
    inbound = next(one for one in stack.get("/v1/inbound-trunks")["data"] if one["name"] == "loopback")
    make("/v1/numbers", number=number, inbound_trunk_id=inbound["id"])
    make("/v1/dispatch-rules", name=number, trunk_ids=[inbound["id"]], numbers=[number], agent_id=agent_id, **rule)
    for name in ("outbound-trunks", "inbound-trunks", "dispatch-rules"):
        stack.until(lambda name=name: stack.get(f"/v1/{name}/sync")["in_sync"], f"{name} are in LiveKit")
    return Office(stack, number, agent_id, targets, made)


def spoken(words: str, wav: Path) -> Path:
    subprocess.run(["flite", "-voice", "rms", "-t", words, "-o", str(wav.with_suffix(".raw.wav"))], check=True)
    subprocess.run(["sox", "-D", str(wav.with_suffix(".raw.wav")), "-r", str(RATE), "-c", "1", str(wav)], check=True)
    return wav


def tone(hertz: int, seconds: float) -> np.ndarray:
    at = np.arange(int(RATE * seconds)) / RATE
    return (3000 * np.sin(2 * np.pi * hertz * at)).astype(np.int16)
