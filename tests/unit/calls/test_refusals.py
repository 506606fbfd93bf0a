"""Which facts are refusals, and what an operator is advised to do about each."""

from __future__ import annotations

import shlex

import pytest

from gateway.calls.admission import AdmissionVerdict
from gateway.calls.refusal_advice import About, advice_for
from gateway.calls.refusals import refused_by
from gateway.calls.slugs import SENTENCES
from tests.unit.calls.story import CALL, Facts

f = Facts()


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (f.turned_away("caller_blocked", 603), (603, "caller_blocked")),
        (f.admitted(), None),
        (f.admitted(verdict=AdmissionVerdict(verdict="redirect", slug="redirected", sip_code=302)), None),
        (f.refused("no_codec", 488), (488, "no_codec")),
        (f.refused("caller_cancelled", 487, ended_by="caller"), None),
        (f.left(), None),
        (f.left(ended_by="gateway", slug="screened"), (None, "screened")),
        (f.left(ended_by="gateway", slug="max_duration"), None),
        (f.left(ended_by="caller", slug="screened"), None),
        (f.joined(), None),
    ],
)
def test_a_refusal_is_what_the_gateway_did_not_let_in(what: object, expected: object) -> None:
    assert refused_by(what) == expected


@pytest.mark.parametrize("slug", [*SENTENCES, "a slug of tomorrow"])
def test_every_refusal_has_one_line_of_advice_and_no_number_where_none_may_be_seen(slug: str) -> None:
    about = About(CALL, "+15105550111", "+15105550100", "192.0.2.7", "scr_1", "trk_1", "rule_1")
    told = advice_for(slug, about)
    assert told and "\n" not in told
    hidden = advice_for(slug, About(CALL))
    assert hidden and "5105550" not in hidden and "192.0.2.7" not in hidden


def test_what_a_stranger_calls_itself_is_nothing_that_a_shell_carries_out() -> None:
    told = advice_for("do_not_originate", About(CALL, caller="$(reboot); x'"))
    assert shlex.split(told) == ["gateway", "screening", "allow", "$(reboot); x'"]


def test_a_caller_without_a_number_gets_onto_an_allow_list_by_its_source() -> None:
    about = About(CALL, caller="anonymous", source="192.0.2.7")
    assert advice_for("not_on_allow_list", about) == "gateway screening allow 192.0.2.7"
