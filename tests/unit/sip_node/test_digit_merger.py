"""One press is one digit, however many ways tell of it and in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.kernel.errors import BadInput
from gateway.sip.rtp.digit_merger import WITHIN_S, DigitMerger, Way
from gateway.sip.rtp.digits import KEYS
from gateway.sip.rtp.info_digits import read_info, write_info

WAYS: tuple[Way, ...] = ("rfc4733", "info", "inband")


def merged(tellings: list[tuple[float, Way, str]]) -> str:
    merger = DigitMerger()
    return "".join(digit for at, way, digit in sorted(tellings) if merger.take(digit, way, at))


@given(
    digits=st.text(alphabet=KEYS, min_size=1, max_size=30),
    gap=st.floats(0.05, 3.0),
    delays=st.lists(st.floats(0.0, 0.9), min_size=3, max_size=3),
    ways=st.sets(st.sampled_from(WAYS), min_size=1),
)
def test_every_press_counts_once(digits: str, gap: float, delays: list[float], ways: set[Way]) -> None:
    tellings = [
        (place * gap + delay, way, digit)
        for way, delay in zip(WAYS, delays, strict=True)
        if way in ways
        for place, digit in enumerate(digits)
    ]
    assert merged(tellings) == digits


@given(
    digits=st.text(alphabet="15", min_size=1, max_size=12),
    jitter=st.lists(st.floats(0.0, 0.4), min_size=36, max_size=36),
)
def test_the_order_of_the_ways_may_change_from_press_to_press(digits: str, jitter: list[float]) -> None:
    tellings: list[tuple[float, Way, str]] = []
    for number, way in enumerate(WAYS):
        at = 0.0
        for place, digit in enumerate(digits):
            at = max(at + 0.001, place * 0.12 + jitter[number * 12 + place])  # each way keeps its own order
            tellings.append((at, way, digit))
    assert merged(tellings) == digits


@given(
    digits=st.text(alphabet=KEYS, min_size=1, max_size=20),
    deaf=st.lists(st.booleans(), min_size=20, max_size=20),
)
def test_a_way_that_misses_keys_adds_none(digits: str, deaf: list[bool]) -> None:
    tellings: list[tuple[float, Way, str]] = [(place * 0.3, "rfc4733", digit) for place, digit in enumerate(digits)]
    tellings += [(place * 0.3 + 0.05, "inband", digit) for place, digit in enumerate(digits) if not deaf[place]]
    assert merged(tellings) == digits


def test_the_same_key_again_is_a_press_of_its_own() -> None:
    assert merged([(0.0, "rfc4733", "5"), (0.05, "inband", "5"), (0.2, "rfc4733", "5"), (0.25, "inband", "5")]) == "55"
    assert merged([(0.0, "info", "5"), (0.1, "info", "5"), (0.2, "rfc4733", "5"), (0.3, "rfc4733", "5")]) == "55"


def test_a_key_told_by_another_way_much_later_is_another_press() -> None:
    assert merged([(0.0, "rfc4733", "5"), (WITHIN_S + 0.1, "info", "5")]) == "55"


@pytest.mark.parametrize(
    ("kind", "body", "pressed"),
    [
        ("application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n", ("5", 160)),
        ("application/dtmf-relay", b"Signal= *\nDuration= 250", ("*", 250)),
        ("Application/DTMF-Relay; charset=utf-8", b"duration=100\r\nsignal=d", ("D", 100)),
        ("application/dtmf-relay", b"Signal=11\r\n", ("#", 160)),
        ("application/dtmf-relay", b"Signal=1\r\nDuration=99999999999", ("1", 160)),
        ("application/dtmf-relay", b"Signal=1\r\nDuration=900000", ("1", 5000)),
        ("application/dtmf", b"7", ("7", 160)),
        ("application/dtmf", b" 10\r\n", ("*", 160)),
        ("application/dtmf", b"16", None),
        ("application/dtmf", b"", None),
        ("application/dtmf-relay", b"Signal=hf", None),
        ("application/dtmf-relay", b"\xff\xfe", None),
        ("application/dtmf-relay", "Signal=٣".encode(), None),
        ("text/plain", b"5", None),
    ],
)
def test_the_body_of_an_info_is_read(kind: str, body: bytes, pressed: tuple[str, int] | None) -> None:
    assert read_info(kind, body) == pressed


@pytest.mark.parametrize("kind", ["application/dtmf-relay", "application/dtmf"])
def test_what_we_write_can_be_read(kind: str) -> None:
    for digit in KEYS:
        pressed = read_info(kind, write_info(digit, 200, content_type=kind))
        assert pressed
        assert pressed.digit == digit
    with pytest.raises(BadInput):
        write_info("x")
