"""One test of a trunk, step by step; what was seen is in `seen` from the first step on.

OPTIONS → INVITE out → the call comes back in → sound there and back → keys by three methods → hold → REFER → BYE
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gateway.calls.feed import Feed
from gateway.calls.performing import Begin
from gateway.kernel.clock import Clock
from gateway.kernel.errors import BadInput, Overloaded, Unavailable
from gateway.kernel.logs import get_logger
from gateway.settings import SipSettings
from gateway.sip.dial_address import HostAddresses
from gateway.sip.rtp.g711 import SAMPLE_RATE
from gateway.sip.wire.calls import CallFailed
from gateway.sip.wire.sdp import MediaPolicy, SdpRefused
from gateway.trunk_test.caller import Far, TestCaller
from gateway.trunk_test.plan import TestPlan
from gateway.trunk_test.returning import Returning
from gateway.trunk_test.seen import KEYS, Incoming, Seen
from gateway.trunk_test.sound import chirp, place_of

OPTIONS_WITHIN_S = 5.0
ANSWER_WITHIN_S = 45.0
BACK_WITHIN_S = 10.0  # after the answer
QUIET_WITHIN_S = 12.0  # an agent that greets
CHIRPS, BACK_AGAIN_S = 5, 1.5
KEY_GAP_S = 0.6
KEYS_WITHIN_S = 8.0  # the record tells a run of keys three seconds after the last one
HELD_WITHIN_S = 3.0
LEFT_WITHIN_S = 5.0

_log = get_logger(__name__)


class Echo(Protocol):
    """`gateway.livekit.echo.RoomEcho`."""

    def in_room(self, room: str, whose: str, identity: str) -> AbstractAsyncContextManager[None]: ...


@dataclass(frozen=True)
class TestServices:
    """`echo`: None where nobody can enter rooms."""

    __test__ = False

    begin: Begin
    feed: Feed
    clock: Clock
    sip: SipSettings
    echo: Echo | None = None
    hosts: HostAddresses | None = None


class TrunkTestRun:
    """`await run()` once. `tell` hears what is being done."""

    def __init__(self, test_id: str, plan: TestPlan, services: TestServices, tell: Callable[[str], None]) -> None:
        self._test_id, self._plan, self._services, self._tell = test_id, plan, services, tell
        self.seen = Seen(shown=plan.shows, own_number=plan.own)
        self.incoming_trunk = ""

    async def run(self) -> None:
        plan, services = self._plan, self._services
        self._tell("looking for the far end")
        try:
            addresses = await (services.hosts or HostAddresses()).of(plan.host, plan.port, plan.transport)
            policy = MediaPolicy(plan.media.codecs, plan.media.encryption)
            far = Far(plan.host, addresses[0], plan.transport, plan.user, plan.password, policy)
            caller = TestCaller(services.sip, far)
        except (Unavailable, BadInput, Overloaded) as error:
            self.seen.nowhere = str(error.detail)
            return
        except OSError:
            self.seen.nowhere = "no socket could be opened towards the far end"
            return
        async with caller:
            caller.on_tone = self.seen.tones_back.add
            await self._options(caller)
            if not self.seen.nowhere and await self._dial(caller):
                await self._on_the_line(caller)

    async def _options(self, caller: TestCaller) -> None:
        self._tell("OPTIONS")
        try:
            self.seen.options = await caller.options(self._plan.number, OPTIONS_WITHIN_S)
        except (OSError, TimeoutError):
            self.seen.nowhere = f"nothing takes a connection over {self._plan.transport.upper()} at the trunk's address"

    async def _dial(self, caller: TestCaller) -> bool:
        """True when it was answered."""
        self._tell("calling out")
        self._returning = Returning(
            self._services.begin, self._services.feed, self._plan.number, self._plan.shows, self._services.clock.now()
        )
        seen = self.seen
        try:
            took = await caller.call(self._plan.number, shows=self._plan.shows, within_s=ANSWER_WITHIN_S)
        except CallFailed as failed:
            seen.failed = failed.code
        except TimeoutError:
            seen.failed = 408
            await caller.hang_up()
        except (SdpRefused, BadInput):
            seen.failed = 488
            await caller.hang_up()
        except OSError:
            seen.nowhere = "the far end took no connection"
        else:
            seen.answered_ms, seen.codec, seen.encrypted = took, caller.codec, caller.is_encrypted
            seen.takes_events = caller.takes_events
        seen.rang_ms = caller.rang_ms
        if seen.answered_ms is None and self._plan.own:  # it may have come back and been refused here
            seen.incoming = await self._returning.look()
        return seen.answered_ms is not None

    async def _on_the_line(self, caller: TestCaller) -> None:
        seen = self.seen
        try:
            self._tell("waiting for the call to come back")
            if self._plan.own:
                seen.incoming = await self._returning.until(lambda one: one is not None and one.answered, BACK_WITHIN_S)
            seen.waited_for_it = True
            if seen.incoming and seen.incoming.answered:
                await self._there_and_back(caller)
            else:
                await self._one_sided(caller)
            await self._hold(caller)
            self._tell("REFER")
            if not caller.ended.is_set():
                seen.refer = await caller.refer(self._plan.number)
            await self._settle_sound(caller)
        finally:
            await caller.hang_up()
        if seen.incoming and seen.incoming.answered:
            self._tell("reading what the record has")
            self._merge(await self._returning.until(lambda one: one is not None and bool(one.rtp), LEFT_WITHIN_S))

    async def _one_sided(self, caller: TestCaller) -> None:
        """Nothing is known of the other end: what comes from there is listened to for a while."""
        self._tell("listening")
        try:
            async with asyncio.timeout(QUIET_WITHIN_S / 2):
                await caller.ended.wait()
        except TimeoutError:
            pass

    async def _there_and_back(self, caller: TestCaller) -> None:
        call = self._returning.call
        if call is None or self._services.echo is None or not call.room:
            self.seen.echo_problem = "nobody could enter the room of the call to send a sound back"
            await self._sound_and_keys(caller)
            return
        self._tell("entering the room of the call")
        entered = False
        try:
            async with self._services.echo.in_room(call.room, call.leg_identity, f"trunk-test-{self._test_id}"):
                entered = True
                await self._sound_and_keys(caller)
        except Unavailable as error:
            _log.warning("trunk_test_echo_failed", test_id=self._test_id, code=error.code)
            if not entered:
                self.seen.echo_problem = str(error.detail)
                await self._sound_and_keys(caller)

    async def _sound_and_keys(self, caller: TestCaller) -> None:
        self._tell("waiting until the other end is quiet")
        try:
            async with asyncio.timeout(QUIET_WITHIN_S):
                await caller.quiet()
        except TimeoutError:
            pass
        if not self.seen.echo_problem:
            self._tell("sending known sounds")
            for _ in range(CHIRPS):
                await self._chirp(caller)
        await self._keys(caller)

    async def _chirp(self, caller: TestCaller) -> None:
        caller.heard.clear()
        began = await caller.say(chirp())
        self.seen.chirps_sent += 1
        try:
            async with asyncio.timeout(BACK_AGAIN_S):
                await caller.ended.wait()
        except TimeoutError:
            pass
        frames = list(caller.heard)
        if not frames:
            return
        place = await asyncio.to_thread(place_of, chirp(), np.concatenate([frame for _, frame in frames]))
        if place is None:
            return
        length = len(frames[0][1])
        at = frames[place // length][0] + (place % length) / SAMPLE_RATE
        self.seen.chirps_back.append((at - began) * 1000)

    async def _keys(self, caller: TestCaller) -> None:
        self._tell("pressing keys")
        if caller.takes_events:
            await caller.press_event(KEYS.rfc4733)
            await asyncio.sleep(KEY_GAP_S)
        self.seen.info_status = await caller.press_info(KEYS.info)
        await asyncio.sleep(KEY_GAP_S)
        await caller.press_tone(KEYS.inband)
        self.seen.pressed = True
        self._tell("waiting for the keys to arrive")
        wanted = {KEYS.info} | ({KEYS.rfc4733} if caller.takes_events else set())
        self._merge(await self._returning.until(lambda one: one is not None and wanted <= set(one.keys), KEYS_WITHIN_S))

    async def _hold(self, caller: TestCaller) -> None:
        if caller.ended.is_set():
            return
        self._tell("holding")
        self.seen.hold_status = await caller.hold(True)
        if self.seen.hold_status >= 300:
            return
        if self.seen.incoming and self.seen.incoming.answered:
            self._merge(await self._returning.until(lambda one: one is not None and one.held, HELD_WITHIN_S))
        await caller.hold(False)

    async def _settle_sound(self, caller: TestCaller) -> None:
        self.seen.heard_sound = caller.heard_sound
        self.seen.rtp = caller.figures

    def _merge(self, found: Incoming | None) -> None:
        if found is not None:
            self.seen.incoming = found
