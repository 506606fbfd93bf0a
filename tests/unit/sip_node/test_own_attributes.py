"""What a leg tells of itself is told until LiveKit has it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from gateway.sip import own_attributes
from gateway.sip.own_attributes import TRIES, OwnAttributes


@dataclass
class Room:
    """Loses the first `loses` requests; what it takes it tells at once."""

    own: OwnAttributes
    loses: int = 0
    attributes: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    async def set_attributes(self, attributes: dict[str, str]) -> None:
        self.asked.append(attributes)
        if len(self.asked) > self.loses:
            self.attributes |= {name: value for name, value in attributes.items() if value}
            for name in (name for name, value in attributes.items() if not value):
                self.attributes.pop(name, None)
            asyncio.get_running_loop().call_soon(self.own.heed_change)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_attributes, "BACK_WITHIN_S", 0.01)


async def test_what_is_there_is_not_told_again() -> None:
    own = OwnAttributes()
    room = Room(own)
    await own.tell({"sip.callStatus": "active"}, room)
    await own.tell({"sip.callStatus": "active"}, room)
    assert (room.attributes, len(room.asked)) == ({"sip.callStatus": "active"}, 1)


async def test_what_was_lost_is_told_again_and_only_so_often() -> None:
    own = OwnAttributes()
    room = Room(own, loses=2)
    await own.tell({"sip.callStatus": "active", "x": "1"}, room)
    assert (room.attributes, len(room.asked)) == ({"sip.callStatus": "active", "x": "1"}, 3)
    deaf = Room(own, loses=99)
    await own.tell({"y": "1"}, deaf)
    assert len(deaf.asked) == TRIES


async def test_what_came_while_the_connection_was_away_is_told_after_and_the_latest_counts() -> None:
    own = OwnAttributes()
    room = Room(own)
    await own.tell({"sip.callStatus": "ringing", "x": "1"}, None)
    await own.tell({"sip.callStatus": "active"}, None)
    await own.tell({}, room)
    assert room.asked == [{"sip.callStatus": "active", "x": "1"}]


async def test_a_value_is_taken_away() -> None:
    own = OwnAttributes()
    room = Room(own)
    await own.tell({"gateway.held": "true"}, room)
    await own.tell({"gateway.held": ""}, room)
    assert room.attributes == {} and len(room.asked) == 2


async def test_an_older_word_never_comes_after_a_newer_one() -> None:
    own = OwnAttributes()
    room = Room(own, loses=1)
    await asyncio.gather(own.tell({"s": "ringing"}, room), own.tell({"s": "active"}, room))
    assert room.attributes == {"s": "active"}


async def test_all_of_them_can_be_told_once_more() -> None:
    own = OwnAttributes()
    room = Room(own)
    await own.tell({"sip.callStatus": "ringing", "x": "1"}, room)
    await own.tell({"sip.callStatus": "active"}, room)
    await own.tell_again(room)
    assert room.asked[-1] == {"sip.callStatus": "active", "x": "1"} == room.attributes
