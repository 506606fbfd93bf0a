"""What a trunk test has seen, in words: each way in which a carrier can fail has its own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.sip.wire.refer import ReferOutcome
from gateway.trunk_test.measured import measured_of, refer_of
from gateway.trunk_test.seen import KEYS, Incoming, Seen
from gateway.trunk_test.verdicts import NAMES, Item, judge

SHOWN, NOW = "+15105550198", datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
GOOD = {"received": 800.0, "lost": 0.0, "jitter_ms": 1.2}
ARRIVED = {KEYS.rfc4733: "rfc4733", KEYS.info: "info"}


def came(**fields: Any) -> Incoming:
    given = {"trunk_id": "trk_in", "caller": SHOWN, "answered": True, "keys": dict(ARRIVED), "held": True, "rtp": GOOD}
    return Incoming("call_1", **(given | fields))


def seen(**fields: Any) -> Seen:
    """Of a trunk on which everything works, but for `fields`."""
    given: dict[str, Any] = {
        "shown": SHOWN, "options": (200, 12.0), "rang_ms": 800.0, "answered_ms": 1500.0, "codec": "PCMU",
        "takes_events": True, "incoming": came(), "waited_for_it": True, "heard_sound": True, "chirps_sent": 5,
        "chirps_back": [140.0, 150.0, 145.0, 160.0, 141.0], "rtp": GOOD, "info_status": 200, "pressed": True,
        "tones_back": {KEYS.inband}, "hold_status": 200, "refer": ReferOutcome("success", 200),
    }  # fmt: skip
    return Seen(**(given | fields))


def items(what: Seen, *, over: bool = True) -> dict[str, Item]:
    return {one.name: one for one in judge(what, over=over)}


def test_where_everything_works_every_item_says_so() -> None:
    found = items(seen())
    assert tuple(found) == NAMES
    assert {one.verdict for one in found.values()} == {"works"}
    assert found["delay"].figures == {"ms": 145.0, "sent": 5, "back": 5}


@pytest.mark.parametrize(
    ("name", "fields", "verdict", "words"),
    [
        ("options", {"options": (0, 5000.0)}, "partly", "some carriers never do"),
        ("invite_in", {"incoming": None}, "fails", "where does the carrier send the number"),
        ("invite_in", {"incoming": came(answered=False)}, "partly", "not answered"),
        ("invite_in", {"incoming": came(refused=("no_rule", "No dispatch rule."))}, "fails", "no_rule"),
        ("caller_id", {"incoming": came(caller="anonymous")}, "fails", "withholds"),
        ("caller_id", {"incoming": came(caller="+15105550111")}, "partly", "…11"),
        ("caller_id", {"incoming": came(caller=SHOWN.lstrip("+"))}, "works", "as it was shown"),
        ("audio_out", {"incoming": came(rtp={"received": 0.0})}, "fails", "firewall"),
        ("audio_out", {"chirps_back": []}, "partly", "no sound was known"),
        ("audio_in", {"rtp": {"received": 0.0}}, "fails", "firewall"),
        ("audio_in", {"rtp": {"received": 900.0, "lost": 100.0}}, "partly", "10.0 %"),
        ("audio_in", {"heard_sound": False}, "partly", "no sound was known"),
        ("delay", {"chirps_back": []}, "fails", "none of 5"),
        ("delay", {"chirps_back": [140.0]}, "partly", "1 of 5"),
        ("delay", {"chirps_back": [900.0] * 5}, "partly", "talk over each other"),
        ("delay", {"echo_problem": "the room could not be entered"}, "not_measured", "could not be entered"),
        ("digits_rfc4733", {"takes_events": False}, "fails", "in its SDP"),
        ("digits_rfc4733", {"incoming": came(keys={})}, "fails", "did not arrive"),
        ("digits_info", {"info_status": 415}, "fails", "415"),
        ("digits_info", {"incoming": came(keys={})}, "fails", "kept it to itself"),
        ("digits_info", {"incoming": came(keys=ARRIVED | {KEYS.info: "rfc4733"})}, "works", "turns it into"),
        ("digits_inband", {"tones_back": set()}, "fails", "did not arrive"),
        ("digits_inband", {"tones_back": set(), "echo_problem": "nobody"}, "not_measured", "nobody"),
        (
            "digits_inband",
            {"tones_back": set(), "incoming": came(keys=ARRIVED | {KEYS.inband: "rfc4733"})},
            "works",
            "turns it into",
        ),
        ("hold", {"hold_status": 488}, "fails", "488"),
        ("hold", {"incoming": came(held=False)}, "works", "does not tell the other end"),
        ("refer", {"refer": ReferOutcome("failure", 405)}, "fails", "go through this gateway"),
        ("refer", {"refer": ReferOutcome("failure", 481)}, "fails", "481"),
        ("refer", {"refer": ReferOutcome("failure", 486, taken=True)}, "partly", "failed with 486"),
        ("refer", {"refer": ReferOutcome("unknown")}, "partly", "does not tell"),
    ],
)
def test_what_a_carrier_does_otherwise_is_said(name: str, fields: dict[str, Any], verdict: str, words: str) -> None:
    found = items(seen(**fields))
    assert found[name].verdict == verdict and words in found[name].words, found[name]
    assert tuple(found) == NAMES


@pytest.mark.parametrize(
    ("code", "words"),
    [(407, "password"), (403, "does not let the trunk call"), (503, "takes no calls"), (486, "does it ring"),
     (408, "no answer came in time")],
)  # fmt: skip
def test_a_call_that_is_not_answered_says_why_and_leaves_the_rest_unmeasured(code: int, words: str) -> None:
    found = items(Seen(shown=SHOWN, options=(200, 5.0), failed=code))
    assert found["invite_out"].verdict == "fails" and words in found["invite_out"].words
    rest = [found[name] for name in NAMES[2:]]
    assert {(one.verdict, one.words) for one in rest} == {
        ("not_measured", "not measured: the call out was not answered")
    }


def test_a_call_that_we_refused_ourselves_is_not_the_carriers_fault() -> None:
    refused = came(answered=False, refused=("caller_not_allowed", "The trunk does not take calls from this number."))
    found = items(Seen(shown=SHOWN, options=(200, 5.0), failed=403, incoming=refused))
    assert "this gateway refused it" in found["invite_out"].words
    assert "caller_not_allowed" in found["invite_in"].words


def test_a_number_that_is_not_ours_leaves_the_other_end_unmeasured_and_says_so() -> None:
    found = items(seen(own_number=False, incoming=None, chirps_sent=0, chirps_back=[], pressed=False, tones_back=set()))
    assert found["invite_out"].verdict == found["audio_in"].verdict == found["hold"].verdict == "works"
    for name in ("invite_in", "caller_id", "audio_out", "delay", "digits_rfc4733", "digits_info", "digits_inband"):
        assert found[name].verdict == "not_measured" and "not one of ours" in found[name].words


def test_a_trunk_that_cannot_be_reached_fails() -> None:
    found = items(Seen(nowhere="the trunk's host name has no address"))
    assert found["invite_out"].verdict == "fails"
    assert all("no address" in one.words for one in found.values())


def test_while_it_goes_on_only_what_is_known_is_told() -> None:
    assert list(items(Seen(options=(200, 5.0)), over=False)) == ["options"]
    assert items(Seen(), over=False) == {}


def test_no_item_names_a_number() -> None:
    text = json.dumps([one.model_dump() for one in judge(seen(incoming=came(caller="+15105550111")), over=True)])
    assert "510555" not in text


def test_what_is_kept_are_the_methods_that_work_and_the_figures() -> None:
    what = seen(info_status=415)
    measured = measured_of(what, judge(what, over=True), "ttst_1", NOW)
    assert measured is not None
    assert measured.model_dump() == {
        "at": NOW, "test_id": "ttst_1", "dtmf": ["rfc4733", "inband"], "codec": "PCMU", "delay_ms": 145.0,
        "loss_out_percent": 0.0, "loss_in_percent": 0.0, "hold": True,
    }  # fmt: skip
    alone = replace(what, incoming=None, chirps_back=[], hold_status=None, rtp={})
    measured = measured_of(alone, judge(alone, over=True), "ttst_1", NOW)
    assert measured is not None and measured.dtmf == []
    assert (measured.delay_ms, measured.loss_out_percent, measured.loss_in_percent, measured.hold) == (None,) * 4
    assert measured_of(Seen(failed=503), [], "ttst_1", NOW) is None


@pytest.mark.parametrize(
    ("how", "kept"),
    [
        (ReferOutcome("success", 200), "works"),
        (ReferOutcome("failure", 405), "refused"),
        (ReferOutcome("failure", 603), "refused"),
        (ReferOutcome("failure", 481), None),
        (ReferOutcome("failure", 603, taken=True), None),
        (ReferOutcome("unknown"), None),
        (None, None),
    ],
)
def test_a_refer_is_kept_with_the_trunk_only_where_it_says_something(
    how: ReferOutcome | None, kept: str | None
) -> None:
    found = refer_of(seen(refer=how))
    assert (found[0] if found else None) == kept
    assert found is None or len(found[1]) <= 64
