"""What a phone hears and what is heard of it around a hold, tick by tick."""

from __future__ import annotations

from collections import deque
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from gateway.sip.line import NoListener, PhoneLine
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.g711 import Samples
from gateway.sip.wire.in_dialog import CallInDialog
from gateway.sip.wire.sdp import write_offer
from gateway.sip.wire.sdp_media import Direction
from gateway.sip.wire.sdp_session import MediaSession

HOST = "127.0.0.1"


def frame(number: int) -> Samples:
    return np.full(160, number, dtype=np.int16)


class Listener(NoListener):
    """Somebody who says one frame per tick, and keeps what the phone says."""

    def __init__(self) -> None:
        self.says: deque[Samples] = deque()
        self.heard: list[int] = []

    def line_said(self, frame: Samples) -> None:
        self.heard.append(int(frame[0]))

    def line_wants(self) -> Samples | None:
        return self.says.popleft() if self.says else None


class Phone:
    """Offers, and answers our offers, by itself; `tick` is one of the media clock."""

    def __init__(self) -> None:
        self.rtp = SimpleNamespace(retarget=lambda choice: None, watch_tones=lambda on: None, pull=None)
        self._call = SimpleNamespace(reinvite=self._reinvite)
        self._media = MediaSession(HOST, 4000, session_id=1)
        self.listener = Listener()
        self.line = PhoneLine(
            cast(CallInDialog, self._call), cast(RtpEndpoint, self.rtp), self._media, self.listener
        )  # fmt: skip
        self._version = 0
        self.offers("sendrecv")

    def offers(self, direction: Direction) -> None:
        self._version += 1
        self.line.describe(write_offer(HOST, 5000, version=self._version, direction=direction))

    async def _reinvite(self, sdp: bytes) -> bytes:
        return write_offer(HOST, 5000, version=9, direction="recvonly" if b"sendonly" in sdp else "sendrecv")

    def tick(self, said: int) -> Samples | None:
        """One frame for each side; what the phone hears."""
        self.listener.says.append(frame(said))
        self.rtp.on_frame(frame(-said), 0.0)
        return self.rtp.pull()


def value(heard: Samples | None) -> int:
    assert heard is not None
    return int(heard[0])


@pytest.mark.parametrize("direction", ["sendonly", "inactive"])
async def test_a_phone_that_holds_hears_after_it_only_what_is_said_after_it(direction: Direction) -> None:
    phone = Phone()
    assert value(phone.tick(1)) == 1
    phone.offers(direction)
    assert [phone.tick(said) for said in (2, 3, 4)] == [None, None, None]
    phone.offers("sendrecv")
    assert value(phone.tick(5)) == 5
    assert phone.listener.heard == [-1, 0, 0, 0, -5]


async def test_a_phone_that_we_hold_hears_music_and_after_it_only_what_is_said_after_it() -> None:
    phone = Phone()
    assert value(phone.tick(1)) == 1
    await phone.line.hold()
    music = [phone.tick(said) for said in range(2, 60)]
    assert max(int(np.abs(one).max()) for one in music if one is not None) > 300
    assert all(one is not None for one in music)
    await phone.line.resume()
    assert value(phone.tick(70)) == 70
    assert phone.listener.heard == [-1, *[0] * 58, -70]
