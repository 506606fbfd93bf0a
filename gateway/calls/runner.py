"""Facts in, events and effects out: the one place that writes the call record.

    load → decide → append events and effects in one transaction → carry the effects out

On a conflict (another process recorded something about the call) everything is loaded and decided
again. Facts are known by their id; one that was recorded before is not recorded again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.call import Call
from gateway.calls.decide import apply, decide
from gateway.calls.effect_repository import EffectRepository, PendingEffect
from gateway.calls.effects import Effect
from gateway.calls.events import Event
from gateway.calls.facts import InviteRefused
from gateway.calls.feed import Feed
from gateway.calls.own_facts import RecordedFact
from gateway.calls.performing import LEASE, Begin, Performer
from gateway.calls.ports import Rooms
from gateway.calls.repository import CallRepository, ChangedMeanwhile
from gateway.calls.scanners import CALLS_PER_MINUTE, RefusedSources
from gateway.calls.slugs import STRANGERS
from gateway.kernel.clock import Clock
from gateway.kernel.ids import is_id
from gateway.kernel.logs import get_logger
from gateway.kernel.tasks import TaskSet

_log = get_logger(__name__)
Complete = Callable[[AsyncSession, RecordedFact], Awaitable[RecordedFact | None]]
# (session, call, version before, events): writes in the same transaction what follows from them
Within = Callable[[AsyncSession, Call, int, Sequence[Event]], Awaitable[None]]
_TRIES = 8
_ON_CONFLICT = (ChangedMeanwhile, IntegrityError, OperationalError)


@dataclass(frozen=True)
class Taken:
    """What became of a batch of facts."""

    stored: int = 0
    repeated: int = 0
    unknown_call: int = 0


@dataclass
class Recorded:
    """What one transaction wrote: to be made known, and carried out, after its commit."""

    calls: list[Call] = field(default_factory=list)
    pending: list[PendingEffect] = field(default_factory=list)
    repeated: int = 0


@dataclass
class _Story:
    """One call while a batch is decided."""

    call: Call | None
    version: int
    events: list[Event] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    def add(self, fact: RecordedFact) -> None:
        decision = decide(self.call, fact)
        self.call = apply(self.call, decision)
        self.events += decision.events
        self.effects += decision.effects


class CallRunner:
    """`begin` opens a transaction that commits at its end; `complete` adds what a fact alone does not tell;
    `on_call` hears of every call after its commit."""

    def __init__(self, begin: Begin, rooms: Rooms, clock: Clock, feed: Feed, complete: Complete) -> None:
        self._begin, self._clock, self._feed, self._complete = begin, clock, feed, complete
        self._tasks = TaskSet()
        self._listeners: list[Callable[[Call], None]] = []
        self._within: list[Within] = []
        self.performer = Performer(begin, rooms, clock, self.take)

    def on_call(self, listener: Callable[[Call], None]) -> None:
        self._listeners.append(listener)

    def on_append(self, write: Within) -> None:
        """`write` takes part in every transaction that records events; what it raises undoes the whole."""
        self._within.append(write)

    async def take(self, facts: Sequence[RecordedFact]) -> Taken:
        """Records a batch; returns when it is safe. Effects follow in the background."""
        ours = [fact for fact in facts if is_id("call", fact.call_id)]
        if not ours:
            return Taken(unknown_call=len(facts))
        recorded = await self.transact(lambda session: self.record(session, ours))
        return Taken(
            stored=len(ours) - recorded.repeated,
            repeated=recorded.repeated,
            unknown_call=len(facts) - len(ours),
        )

    async def transact(self, work: Callable[[AsyncSession], Awaitable[Recorded]]) -> Recorded:
        """Runs `work(session) -> Recorded` in a transaction, again on a conflict; then spreads what it wrote."""
        for left in reversed(range(_TRIES)):
            try:
                async with self._begin() as session:
                    recorded = await work(session)
            except _ON_CONFLICT:
                if not left:
                    raise
                _log.info("call_changed_meanwhile", tries_left=left)
            else:
                self._spread(recorded)
                return recorded
        raise AssertionError("unreachable")

    async def record(self, session: AsyncSession, facts: Sequence[RecordedFact]) -> Recorded:
        """Decides and writes inside the given transaction; see `transact`."""
        stories, repeated = await self._decide(session, facts)
        written = Recorded(repeated=repeated)
        now = self._clock.now()
        for story in stories.values():
            if story.call is None or not story.events:
                continue
            await CallRepository(session).append(story.call, story.version, story.events, now)
            for write in self._within:
                await write(session, story.call, story.version, story.events)
            written.calls.append(story.call)
            if story.effects:
                place = story.version * 100
                written.pending += await EffectRepository(session).add(
                    story.call.id, place, story.effects, now=now, lease_until=now + LEASE
                )
        return written

    async def _decide(self, session: AsyncSession, facts: Sequence[RecordedFact]) -> tuple[dict[str, _Story], int]:
        repository = CallRepository(session)
        call_ids = {fact.call_id for fact in facts}
        known = await repository.load(call_ids)
        seen = await repository.facts_known(known, [fact.id for fact in facts]) if known else set()
        stories = {call_id: _Story(*known.get(call_id, (None, 0))) for call_id in call_ids}
        repeated = 0
        for fact in facts:
            if fact.id in seen:
                repeated += 1
                continue
            seen.add(fact.id)
            story = stories[fact.call_id]
            if story.call is None and await self._is_only_counted(session, fact):
                continue
            story.add(fact)
            if (more := await self._complete(session, fact)) is not None:
                story.add(more)
        return stories, repeated

    async def _is_only_counted(self, session: AsyncSession, fact: RecordedFact) -> bool:
        """True for one more refused INVITE of a stranger who has made enough calls this minute."""
        if not isinstance(fact, InviteRefused) or fact.slug not in STRANGERS:
            return False
        refused = await RefusedSources(session).count(fact.pii.source_address, self._clock.now())
        return refused > CALLS_PER_MINUTE

    def _spread(self, recorded: Recorded) -> None:
        if recorded.calls:
            self._feed.publish()
        for call in recorded.calls:
            for listener in self._listeners:
                listener(call)
        if recorded.pending:
            self._tasks.start(self.performer.perform(recorded.pending), name="call-effects")

    async def settled(self) -> None:
        """Returns when the effects under way, and those they bring about, are done."""
        while len(self._tasks):
            await self._tasks.join()

    async def close(self) -> None:
        await self.settled()
