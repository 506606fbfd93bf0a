"""The end of a call out as it is told on the bus."""

from __future__ import annotations

import pytest
from livekit.protocol.sip import SIPStatus

from gateway.calls.slugs import SENTENCES
from gateway.sip.endings import CODES, ending, failed_dial
from gateway.sip.rpc_refusals import psrpc_code_of, refusal_of
from gateway.sip.wire.calls import CallFailed


@pytest.mark.parametrize(
    ("sip_code", "code"),
    [
        (403, "permission_denied"),
        (404, "not_found"),
        (408, "deadline_exceeded"),
        (480, "resource_exhausted"),
        (484, "invalid_argument"),
        (486, "resource_exhausted"),
        (487, "aborted"),
        (503, "failed_precondition"),
        (603, "permission_denied"),
        (608, "permission_denied"),
    ],
)
def test_a_final_response_has_a_code_of_the_bus(sip_code: int, code: str) -> None:
    assert psrpc_code_of(sip_code) == code


@pytest.mark.parametrize("sip_code", range(300, 700))
def test_no_refusal_of_the_far_end_looks_like_one_to_be_tried_again(sip_code: int) -> None:
    refused = refusal_of(failed_dial(CallFailed(sip_code, "Because", [])))
    assert refused.code not in ("unavailable", "internal", "unknown", "canceled", "")
    status = refused.details[0]
    assert isinstance(status, SIPStatus)
    assert (status.code, status.status) == (sip_code, "Because")


@pytest.mark.parametrize("slug", ["control_plane_lost", "livekit_unavailable"])
def test_what_we_lacked_ourselves_is_unavailable_and_no_sip_status(slug: str) -> None:
    refused = refusal_of(ending(slug))
    assert (refused.code, refused.details) == ("unavailable", ())


@pytest.mark.parametrize("slug", sorted(CODES))
def test_every_ending_of_ours_can_be_told(slug: str) -> None:
    assert refusal_of(ending(slug)).detail
    assert slug in SENTENCES


def test_a_phrase_carries_no_number() -> None:
    assert "5550100" not in failed_dial(CallFailed(480, "+15105550100 is away", [])).phrase
