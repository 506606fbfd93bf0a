"""Every tokeniser keeps the same promises; those over HTTPS against a server that speaks the shape of theirs."""

from __future__ import annotations

import base64
import json
import ssl
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from compliance.capture.choice import tokeniser_of
from compliance.capture.entered import Entered
from compliance.capture.machine import CaptureMachine
from compliance.capture.spec import CaptureSpec
from compliance.capture.tokeniser import Tokeniser, TokeniserRefused
from compliance.capture.tokenisers.https import HttpsTokeniser
from compliance.capture.tokenisers.stripe import StripeTokeniser
from gateway.kernel.errors import BadInput, GatewayError, SetupError, Unavailable
from gateway.settings import CaptureSettings
from tests.integration.net.names import server_for
from tests.integration.receiver import Answering, Received, Receiver, Writer, receiver, silence, status

GOOD, DECLINED, CVV = "5555555555554444", "4000000000000002", "737"
NAMES = ["test_vault", "stripe", "https"]
SECRET = "sk_test_a_key"


def entered(card: str = GOOD) -> Entered:
    machine = CaptureMachine(
        CaptureSpec.model_validate({"fields": ["card_number", "expiry", "cvv"]}), date(2026, 11, 21)
    )
    machine.begin(0.0)
    for key in f"{card}#1230{CVV}":
        machine.press(key, 1.0)
    assert set(machine.entered.fields) == {"card_number", "expiry", "cvv"}
    return machine.entered


class Tokens:
    """What both servers do: the same Idempotency-Key gets the same token; one card is declined."""

    def __init__(self) -> None:
        self.given: dict[str, str] = {}

    def token(self, request: Received) -> str:
        return self.given.setdefault(request.headers["idempotency-key"], f"tok_{len(self.given)}")

    async def stripe(self, request: Received, writer: Writer) -> None:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        assert request.line.startswith("POST /v1/tokens ")
        if request.headers["authorization"] != f"Bearer {SECRET}":
            await _says(401, {"error": {"type": "invalid_request_error"}})(request, writer)
        elif form["card[number]"] == DECLINED:
            error = {"type": "card_error", "code": "card_declined", "message": f"Your card {DECLINED} was declined."}
            await _says(402, {"error": error})(request, writer)
        else:
            assert (form["card[exp_month]"], form["card[exp_year]"], form["card[cvc]"]) == ("12", "2030", CVV)
            card = {"brand": "MasterCard", "last4": form["card[number]"][-4:], "exp_month": 12, "exp_year": 2030}
            await _says(200, {"id": self.token(request), "object": "token", "card": card})(request, writer)

    async def https(self, request: Received, writer: Writer) -> None:
        fields = request.json["fields"]
        if request.headers["authorization"] != f"Bearer {SECRET}":
            await _says(401, {})(request, writer)
        elif fields["card_number"] == DECLINED:
            await _says(422, {"code": "card_declined", "message": DECLINED})(request, writer)
        else:
            assert (fields["expiry"], fields["cvv"]) == ("1230", CVV)
            await _says(201, {"token": self.token(request), "brand": "mastercard"})(request, writer)


def _says(code: int, body: object) -> Answering:
    return status(code, "Content-Type: application/json\r\n", json.dumps(body).encode())


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    return server_for("localhost", tmp_path)


Open = Callable[..., Awaitable[tuple[Tokeniser, Receiver | None]]]


@pytest.fixture
async def open_one(tls: tuple[ssl.SSLContext, Path]) -> AsyncIterator[Open]:
    """`open_one(name)`, or with what its server answers in the place of what it should."""
    opened: list[Tokeniser] = []
    servers: list[object] = []

    async def one(name: str, *answers: Answering, secret: str = SECRET) -> tuple[Tokeniser, Receiver | None]:
        if name == "test_vault":
            made = tokeniser_of(CaptureSettings(tokeniser="test_vault"))
            assert made
            opened.append(made)
            return made, None
        serving = receiver(*(answers or [getattr(Tokens(), name)]), tls=tls[0])
        server = await serving.__aenter__()
        servers.append(serving)
        settings = {
            "tokeniser": name, "url": f"https://localhost:{server.port}", "secret": secret, "ca_file": tls[1],
            "networks": ["127.0.0.0/8", "::1/128"],
        }  # fmt: skip
        made = tokeniser_of(CaptureSettings.model_validate(settings))
        assert made
        opened.append(made)
        return made, server

    yield one
    for made in opened:
        await made.close()
    for serving in servers:
        await serving.__aexit__(None, None, None)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", NAMES)
async def test_a_good_card_becomes_a_token_that_has_none_of_it(name: str, open_one: Open) -> None:
    tokeniser, _ = await open_one(name)
    token = await tokeniser.tokenise(entered(), request="cap_1")
    assert token.token and GOOD[:8] not in token.token
    assert token.brand in ("", "mastercard") and token.last4 in ("", "4444")
    assert token.token not in repr(token) and "4444" not in repr(token)


@pytest.mark.parametrize("name", NAMES)
async def test_the_same_request_again_makes_no_second_token(name: str, open_one: Open) -> None:
    tokeniser, _ = await open_one(name)
    first, again, other = [await tokeniser.tokenise(entered(), request=f"cap_{one}") for one in (1, 1, 2)]
    assert first.token == again.token != other.token


@pytest.mark.parametrize("name", NAMES)
async def test_a_card_that_is_refused_is_told_by_its_code_and_not_by_its_number(name: str, open_one: Open) -> None:
    tokeniser, _ = await open_one(name)
    with pytest.raises(TokeniserRefused) as refused:
        await tokeniser.tokenise(entered(DECLINED), request="cap_1")
    assert "card_declined" in refused.value.detail
    assert shows_nothing(refused.value, DECLINED)


WRONG: list[Answering] = [
    status(500),
    status(200, "", b"no JSON"),
    *(_says(200, {"id": token, "token": token}) for token in ("", 7, f"tok_{GOOD}", "x" * 501, "a\nb")),
    *(_says(code, body) for code, body in ((200, {}), (200, ["tok"]), (301, {}))),
]


@pytest.mark.parametrize("answer", WRONG)
@pytest.mark.parametrize("name", NAMES[1:])
async def test_an_answer_that_cannot_be_believed_is_no_token(name: str, answer: Answering, open_one: Open) -> None:
    tokeniser, _ = await open_one(name, answer)
    with pytest.raises(Unavailable) as failed:
        await tokeniser.tokenise(entered(), request="cap_1")
    assert shows_nothing(failed.value, GOOD)


@pytest.mark.parametrize("name", NAMES[1:])
async def test_a_wrong_key_is_told(name: str, open_one: Open) -> None:
    tokeniser, _ = await open_one(name, secret="sk_test_another")
    with pytest.raises(Unavailable, match="401"):
        await tokeniser.tokenise(entered(), request="cap_1")


@pytest.mark.parametrize("name", NAMES[1:])
async def test_who_does_not_answer_in_time_is_not_waited_for(name: str, open_one: Open) -> None:
    tokeniser, server = await open_one(name, silence)
    assert isinstance(tokeniser, StripeTokeniser | HttpsTokeniser) and server
    tokeniser._within_s = 0.5
    with pytest.raises(Unavailable) as failed:
        await tokeniser.tokenise(entered(), request="cap_1")
    assert shows_nothing(failed.value, GOOD)


async def test_a_server_whose_certificate_nobody_vouches_for_gets_no_digit(
    open_one: Open, tls: tuple[ssl.SSLContext, Path]
) -> None:
    _, server = await open_one("https")
    assert server
    settings = CaptureSettings(
        tokeniser="https", url=f"https://localhost:{server.port}", networks=["127.0.0.0/8", "::1/128"]  # type: ignore[list-item]
    )  # fmt: skip
    stranger = tokeniser_of(settings)
    assert stranger
    with pytest.raises(Unavailable, match="TLS"):
        await stranger.tokenise(entered(), request="cap_1")
    await stranger.close()
    assert server.requests == []


async def test_stripe_is_told_before_a_caller_is_asked_that_it_needs_number_and_expiry(open_one: Open) -> None:
    tokeniser, _ = await open_one("stripe")
    tokeniser.check(CaptureSpec.model_validate({"fields": ["card_number", "expiry", "cvv", "postcode"]}))
    for fields in (["card_number", "cvv"], ["expiry"], ["card_number", "expiry", "pin"]):
        with pytest.raises(BadInput) as refused:
            tokeniser.check(CaptureSpec.model_validate({"fields": fields}))
        assert refused.value.field == "fields" and refused.value.todo


@pytest.mark.parametrize(
    "settings",
    [
        {"tokeniser": "stripe"},
        {"tokeniser": "https"},
        {"tokeniser": "https", "url": "http://10.0.0.1/tokens"},
        {"tokeniser": "stripe", "secret": "sk", "url": "http://localhost"},
    ],
)
def test_settings_that_do_not_go_together_are_refused_at_the_start(settings: dict[str, str]) -> None:
    with pytest.raises(SetupError) as refused:
        tokeniser_of(CaptureSettings.model_validate(settings))
    assert "GATEWAY_CAPTURE__" in f"{refused.value.detail} {refused.value.todo}"


def test_without_a_setting_there_is_none() -> None:
    assert tokeniser_of(CaptureSettings()) is None


def shows_nothing(error: GatewayError, card: str) -> bool:
    """Neither its words, nor those that it stands on, nor what these refer to, in any form that one would look for."""
    told = "".join(traceback.format_exception(error))
    chain: list[BaseException] = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(cause)
    told += "".join(repr(one) + repr(vars(one)) for one in chain)
    forms = [card, base64.b64encode(card.encode()).decode()[:16], " ".join(card[i : i + 4] for i in range(0, 16, 4))]
    carries = any(hasattr(one, "request") for one in chain)
    return not carries and not any(form in told for form in forms)
