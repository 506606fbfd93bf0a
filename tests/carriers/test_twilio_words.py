"""What Twilio refuses, said in our words; and our tags in its names."""

from __future__ import annotations

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
from trunks.carriers.named import MOST, Named, read, written
from trunks.carriers.twilio.errors import refusal


def answer(status: int, code: object = None, message: str = "", **headers: str) -> httpx.Response:
    content = {"code": code, "message": message, "status": status} if code is not None else {}
    return httpx.Response(
        status, json=content, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


@pytest.mark.parametrize(
    ("status", "code", "kind", "ours"),
    [
        (401, 20003, NotAuthenticated, "carrier.keys"),
        (403, 20403, NotAllowed, "carrier.right_missing"),
        (403, 20008, NotAllowed, "carrier.test_keys"),
        (401, 20005, NotAllowed, "carrier.account_closed"),
        (404, 20404, NotFound, "carrier.gone"),
        (429, 20429, Overloaded, "carrier.busy"),
        (400, 21422, Conflict, "carrier.number_taken"),
        (400, 21421, BadInput, "carrier.number_invalid"),
        (400, 21631, Conflict, "carrier.address_needed"),
        (400, 21649, Conflict, "carrier.bundle_needed"),
        (400, 21215, NotAllowed, "carrier.country_closed"),
        (400, 21219, NotAllowed, "carrier.trial"),
        (400, 99999, BadInput, "carrier.refused"),
        (409, 99999, Conflict, "carrier.conflict"),
        (503, 20503, Unavailable, "carrier.unavailable"),
        (500, 20003, Unavailable, "carrier.unavailable"),
    ],
)
def test_every_code_has_its_error_and_a_next_step(status: int, code: int, kind: type[GatewayError], ours: str) -> None:
    error = refusal(answer(status, code, "something"))
    assert type(error) is kind
    assert error.code == ours
    assert error.todo
    assert error.detail


def test_a_new_code_is_known_by_its_words() -> None:
    assert refusal(answer(400, 29999, "Trial accounts are allowed only one number")).code == "carrier.trial"
    assert refusal(answer(400, 29998, "A Bundle must be provided")).code == "carrier.bundle_needed"


def test_no_number_is_repeated_from_what_twilio_says() -> None:
    error = refusal(answer(400, 99999, "The number +14155550100 or (415) 555-0100 cannot do 3 things"))
    assert "555" not in error.detail
    assert "3 things" in error.detail
    assert error.todo == "see https://www.twilio.com/docs/errors/99999"


@pytest.mark.parametrize("name", ["", "Support", "Support [old]", "x" * 90, "Zentrale Köln"])
@pytest.mark.parametrize("mark", ["", "0a1b2c"])
def test_a_tag_is_read_back_from_a_name(name: str, mark: str) -> None:
    text = written("gw:home:trk_1", name, mark)
    assert len(text) <= MOST
    found = read(text)
    assert (found.tag, found.mark) == ("gw:home:trk_1", mark)
    assert name.startswith(found.name)
    assert written(found.tag, found.name, found.mark) == text


@pytest.mark.parametrize("text", ["", "Old trunk", "Old [trunk] of ours", None])
def test_a_name_without_a_tag_is_not_ours(text: str | None) -> None:
    assert read(text) == Named("", text or "")
