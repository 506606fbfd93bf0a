"""What all carriers refuse alike is told alike: by HTTP status, with a next step, and without the numbers in it."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from gateway.kernel.errors import (
    BadInput,
    Conflict,
    GatewayError,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Overloaded,
    Unavailable,
)
from trunks.carriers.telnyx import errors as telnyx
from trunks.carriers.twilio import errors as twilio
from trunks.carriers.wavix import errors as wavix

WORDS = "+14155550100 is not yours"
SAYS: dict[str, tuple[Callable[[httpx.Response], GatewayError], object]] = {
    "Telnyx": (telnyx.refusal, {"errors": [{"code": "99999", "title": "Title", "detail": WORDS}]}),
    "Twilio": (twilio.refusal, {"code": 99999, "message": WORDS, "status": 400}),
    "Wavix": (wavix.refusal, {"success": False, "message": WORDS}),
}


@pytest.mark.parametrize("carrier", sorted(SAYS))
@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, BadInput, "carrier.refused"),
        (401, NotAuthenticated, "carrier.keys"),
        (402, NotAllowed, "carrier.no_funds"),
        (403, NotAllowed, "carrier.right_missing"),
        (404, NotFound, "carrier.gone"),
        (409, Conflict, "carrier.conflict"),
        (422, BadInput, "carrier.refused"),
        (429, Overloaded, "carrier.busy"),
        (500, Unavailable, "carrier.unavailable"),
        (503, Unavailable, "carrier.unavailable"),
    ],
)
def test_every_status_has_its_error_and_a_next_step(
    status: int, kind: type[GatewayError], code: str, carrier: str
) -> None:
    refusal, said = SAYS[carrier]
    error = refusal(httpx.Response(status, json=said))
    assert (type(error), error.code) == (kind, code)
    assert carrier in error.detail
    assert error.todo
    assert "1415" not in error.detail + error.todo, "what a carrier says may name numbers"


@pytest.mark.parametrize("carrier", sorted(SAYS))
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"code": null}', b'{"errors": 7}', b"\xff"])
@pytest.mark.parametrize(("status", "kind"), [(401, NotAuthenticated), (404, NotFound), (400, BadInput)])
def test_an_answer_without_reasons_is_still_an_error(
    body: bytes, status: int, kind: type[GatewayError], carrier: str
) -> None:
    refusal, _ = SAYS[carrier]
    error = refusal(httpx.Response(status, content=body))
    assert type(error) is kind
    assert error.todo


@pytest.mark.parametrize("carrier", sorted(SAYS))
def test_how_long_to_wait_is_handed_on_where_it_is_a_number(carrier: str) -> None:
    refusal, said = SAYS[carrier]
    for told, headers in (("7", {"Retry-After": "7"}), ("Wed, 21 Oct 2026 07:28:00 GMT", {}), ("²", {})):
        raw = [(b"retry-after", told.encode("latin-1"))]
        assert refusal(httpx.Response(429, json=said, headers=raw)).headers == headers
    assert refusal(httpx.Response(429, json=said)).headers == {}
