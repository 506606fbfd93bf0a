"""Which Contact of a 3xx is followed."""

from __future__ import annotations

import pytest

from gateway.sip.dial_plan import DialPlan
from gateway.sip.redirect import redirect_of, redirected
from gateway.sip.wire.calls import CallFailed

PLAN = DialPlan(
    "+15105550177", "+15105550177", "sip:+15105550177@carrier.example:5062;transport=tcp", "sip:a@b", "", "", "",
    "carrier.example", 5062, "tcp", [],
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "contacts", "dialled"),
    [
        (302, ["<sip:+15105550188@x.example>"], "+15105550188"),
        (301, ["<sip:+15105550188@x.example>;q=0.2", "tel:+15105550189"], "+15105550189"),
        (300, ["<sip:+15105550188@x.example>;q=0.2, <sip:+15105550190@x.example>;q=0.9"], "+15105550190"),
        (302, ["<sip:+15105550177@x.example>"], None),  # the one that was just dialled
        (302, ["<mailto:a@b>", "<sip:@x>", "rubbish", "<sip:a b@x>"], None),
        (302, [], None),
        (305, ["<sip:+15105550188@x.example>"], None),
        (486, ["<sip:+15105550188@x.example>"], None),
    ],
)
def test_the_most_wanted_contact_that_can_be_dialled(code: int, contacts: list[str], dialled: str | None) -> None:
    target = redirect_of(CallFailed(code, "Moved", [("Contact", contact) for contact in contacts]), PLAN)
    assert (target.dialled if target else None) == dialled


def test_the_call_stays_on_its_trunk() -> None:
    target = redirect_of(CallFailed(302, "Moved", [("Contact", "<sip:+15105550188@evil.example>")]), PLAN)
    assert target is not None
    after = redirected(PLAN, target)
    assert after.request_uri == "sip:+15105550188@carrier.example:5062;transport=tcp"
    assert (after.dialled, after.host, after.port, after.to_uri) == ("+15105550188", "carrier.example", 5062, "sip:a@b")
