"""The leak test, with a smaller number; and that it would find a leak."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.leak_round import Plan, consult
from bench.leaks import measure
from gateway.calls.ports import RoomParticipant
from gateway.livekit.isolation import PhonesApart, Plays
from gateway.sip.node import SipNode
from tests.integration.sip_node.caller import Caller
from tests.integration.sip_node.fakes import FakeControlPlane
from tests.integration.switchboard import Switchboard
from tests.integration.transfers.parties import parties
from tests.integration.transfers.voices import LEAK_DB

ROUNDS = int(os.environ.get("N", "10"))


@pytest.mark.timeout(60 + 30 * ROUNDS)
async def test_nobody_is_heard_on_a_leg_that_is_not_to_hear_them(tmp_path: Path) -> None:
    figures, seen = await measure(ROUNDS, 2, tmp_path)
    assert (figures.leaked, figures.rounds) == (0, ROUNDS)
    assert figures.worst_db < LEAK_DB
    assert 0 < figures.accepted < ROUNDS
    assert figures.frames > 150 * ROUNDS
    assert len({(one.plan.order, one.plan.manner) for one in seen}) > 3
    assert len(list(tmp_path.glob("round-*.wav"))) >= 8


class Careless:
    """A switch that opens and never shuts."""

    def __init__(self, switch: object) -> None:
        self._switch = switch

    async def shut(self, room: str, phone: RoomParticipant, plays: Plays | None) -> None: ...

    def __getattr__(self, name: str) -> object:
        return getattr(self._switch, name)


async def test_a_caller_that_nobody_shut_off_is_found_to_leak(
    switchboard: Switchboard, node: SipNode, control_plane: FakeControlPlane, caller: Caller, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    async with parties(switchboard, node, control_plane, caller, tmp_path) as some:
        careless = PhonesApart(some.rooms, Careless(some.switch("commands")))  # type: ignore[arg-type]
        monkeypatch.setattr(some, "isolation", lambda of: careless)
        human = await some.human()
        seen = await consult(some, human, Plan("held first", "sounds early", born_apart=True, accepts=True))
    assert seen.leaked > 50
    assert seen.worst_db > -30
