"""Two verdicts, one standing, and what follows from it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from compliance.caller_trust.carriers import CarrierVerdict
from compliance.caller_trust.terms import CallerTrustTerms, Consequence
from compliance.caller_trust.weigh import reasons_of, sip_code_of, weigh
from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.verdict import FAILED, NONE, PASSED, Checked, Verdict

FORGED = Fault(438, "signature", "the signature is wrong")
GOOD = Verdict(PASSED, attest="A")
BAD = Verdict(FAILED, (Checked("shaken", FAILED, FORGED),), fault=FORGED)
UNSIGNED = Verdict(NONE, fault=Fault(428, "no_identity", "there is none"))
UNCHECKED = Verdict(FAILED, fault=Fault(436, "fetch_timeout", "it did not come"))
SAYS_A, SAYS_FAILED, SAYS_NONE = CarrierVerdict("passed", "A"), CarrierVerdict("failed"), CarrierVerdict("none")


@pytest.mark.parametrize(
    ("own", "carrier", "decides", "standing", "by", "agree"),
    [
        (None, None, "own", "unsigned", "nobody", None),
        (GOOD, None, "own", "A", "own", None),
        (BAD, None, "own", "failed", "own", None),
        (UNSIGNED, None, "own", "unsigned", "own", None),
        (UNCHECKED, None, "own", "unchecked", "own", None),
        (None, SAYS_A, "own", "A", "carrier", None),
        (None, CarrierVerdict("passed"), "own", "C", "carrier", None),  # of an unknown level: the lowest
        (GOOD, SAYS_A, "own", "A", "own", True),
        (GOOD, SAYS_FAILED, "own", "A", "own", False),
        (BAD, SAYS_A, "own", "failed", "own", False),
        (UNSIGNED, SAYS_A, "own", "A", "carrier", False),  # the carrier took the token off
        (UNSIGNED, SAYS_FAILED, "own", "failed", "carrier", False),
        (UNCHECKED, SAYS_A, "own", "A", "carrier", False),
        (UNCHECKED, SAYS_NONE, "own", "unchecked", "own", False),
        (BAD, SAYS_A, "carrier", "A", "carrier", False),
        (GOOD, SAYS_NONE, "carrier", "A", "own", False),
        (GOOD, None, "carrier", "A", "own", None),
    ],
)
def test_whose_verdict_counts(
    own: Verdict | None, carrier: CarrierVerdict | None, decides: Any, standing: str, by: str, agree: bool | None
) -> None:
    weighed = weigh(own, carrier, CallerTrustTerms(decides=decides))
    assert (weighed.standing, weighed.by, weighed.agree) == (standing, by, agree)


def test_terms_as_shipped_change_nothing() -> None:
    for own in (None, GOOD, BAD, UNSIGNED, UNCHECKED):
        weighed = weigh(own, None, CallerTrustTerms())
        assert (weighed.consequence.do, weighed.disclosure) == ("allow", "full")


def test_each_standing_has_its_own_consequence_and_its_own_disclosure() -> None:
    terms = CallerTrustTerms.model_validate(
        {
            "failed": {"do": "refuse"},
            "unsigned": {"do": "challenge", "by": "pin"},
            "C": {"do": "send", "to": "sip:desk@pbx.example"},
            "may_disclose": {"C": "limited", "none": "none"},
        }
    )
    assert weigh(BAD, None, terms).refuses and weigh(BAD, None, terms).disclosure == "none"
    assert weigh(UNSIGNED, None, terms).consequence.by == "pin" and terms.needs_pin
    from_a_gateway = weigh(Verdict(PASSED, attest="C"), None, terms)
    assert (from_a_gateway.consequence.to, from_a_gateway.disclosure) == ("sip:desk@pbx.example", "limited")
    assert weigh(GOOD, None, terms).disclosure == "full"


@pytest.mark.parametrize(
    ("own", "asked", "code"),
    [(BAD, None, 438), (UNSIGNED, None, 428), (UNCHECKED, None, 436), (BAD, 608, 608), (GOOD, None, 603)],
)
def test_a_refusal_has_the_code_of_the_terms_else_of_the_check(own: Verdict, asked: int | None, code: int) -> None:
    everything = dict.fromkeys(
        ("A", "failed", "unsigned", "unchecked"), Consequence.model_validate({"do": "refuse", "sip_code": asked})
    )
    assert sip_code_of(weigh(own, None, CallerTrustTerms(**everything)), own) == code


def test_a_refusal_gives_a_reason_for_each_token_and_where_to_complain() -> None:
    assert reasons_of(BAD, "", 438) == ('STIR;cause=438;text="Invalid Identity Header"',)
    assert reasons_of(UNSIGNED, "", 428) == ('STIR;cause=428;text="Use Identity Header"',)
    blocked = reasons_of(GOOD, "https://example.org/blocked", 603)
    assert blocked == ('Q.850;cause=21;text="v=analytics1;url=https://example.org/blocked"',)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"do": "send"}, "`send` needs it"),
        ({"do": "allow", "to": "sip:a@b"}, "`to` belongs to `send`"),
        ({"do": "allow", "sip_code": 403}, "belongs to `refuse`"),
        ({"do": "refuse", "sip_code": 486}, "Input should be 403"),
        ({"do": "label", "by": "pin"}, "belongs to `challenge`"),
        ({"do": "send", "to": "http://x"}, "should match pattern"),
        ({"do": "hang up"}, "Input should be"),
    ],
)
def test_a_consequence_that_makes_no_sense_is_refused_in_words(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Consequence.model_validate(wrong)
