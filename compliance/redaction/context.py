"""What a call is about at the moment, as far as digits go: a card, its code, a number of another kind. Pure."""

from __future__ import annotations

from compliance.redaction.topics import Topic

ARMED_MS = 60_000  # after somebody spoke of a card
NEAR_MS = 30_000  # code and expiry after a card or their words
ECHO_MS = 60_000  # while parts of a number that was found are known again
ASKED_WITHIN = 1  # segments: "what is your phone number?" counts for the answer


class Context:
    """Times are those of the segments, in ms. Of digits it knows those of the card found last, for a minute."""

    __slots__ = (
        "_card_ms",
        "_card_order",
        "_found_ms",
        "_found_order",
        "_order",
        "_other_order",
        "_other_segment",
        "_recent",
        "_small_order",
        "_topic",
        "_topic_ms",
        "tail",
    )

    def __init__(self) -> None:
        self._order = 0
        self._card_ms: int | None = None
        self._card_order = 0
        self._other_order = 0
        self._other_segment = -9
        self._small_order = 0
        self._found_ms: int | None = None
        self._found_order = 0
        self._topic: Topic | None = None
        self._topic_ms = 0
        self._recent = ""
        self.tail = False  # "ending in": the next four digits may be told

    def name(self, topic: Topic, now: int, segment: int) -> None:
        """Somebody said a word of `topic`."""
        self._order += 1
        if topic in (Topic.MAYBE_CODE, Topic.MAYBE_EXPIRY):
            if not self._spoken_of(now) or self._other_order > max(self._card_order, self._found_order):
                return
            topic = Topic.CODE if topic is Topic.MAYBE_CODE else Topic.EXPIRY
        if topic in (Topic.CARD, Topic.CODE, Topic.EXPIRY):
            self._card_ms, self._card_order = now, self._order
        elif topic is Topic.OTHER:
            self._other_order, self._other_segment = self._order, segment
        else:
            self._small_order = self._order
        self._topic, self._topic_ms = topic, now
        self.tail = False

    def find(self, digits: str, now: int) -> None:
        """A card was found; without `digits`, its place in a text that was redacted before."""
        self._order += 1
        self._found_ms, self._found_order = now, self._order
        self._card_ms, self._card_order = now, self._order
        self._topic = None
        self.tail = False
        if digits:
            self._recent = digits

    def armed(self, now: int, segment: int) -> bool:
        """Nine digits that begin in `segment` are taken for a card's, check digit or not."""
        if not self._spoken_of(now):
            return False
        return self._card_order > self._other_order or self._other_segment < segment - ASKED_WITHIN

    def near_code(self, now: int) -> bool:
        """Three or four digits are taken for the code."""
        if self._topic is Topic.CODE and now - self._topic_ms <= NEAR_MS:
            return True
        return not self.tail and self._after_card(now)

    def near_expiry(self, now: int) -> bool:
        """A month and a year are taken for the expiry."""
        return self.asks_expiry(now) or self._after_card(now)

    def asks_expiry(self, now: int) -> bool:
        return self._topic is Topic.EXPIRY and now - self._topic_ms <= NEAR_MS

    @property
    def knows_a_number(self) -> bool:
        return bool(self._recent)

    def echoes(self, digits: str, now: int) -> bool:
        """Whether these are digits in a row of the card that was found last."""
        if not self._recent or self._found_ms is None:
            return False
        if now - self._found_ms > ECHO_MS:
            self._recent = ""
            return False
        return digits in self._recent

    def _spoken_of(self, now: int) -> bool:
        return self._card_ms is not None and now - self._card_ms <= ARMED_MS

    def _after_card(self, now: int) -> bool:
        if self._found_ms is None or now - self._found_ms > NEAR_MS:
            return False
        return self._found_order > max(self._other_order, self._small_order)
