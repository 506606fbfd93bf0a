"""`/stir/v1` as ATIS-1000082 has it, for a switch without a verifier; `/v1/stir/regions`: who is believed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request

from compliance.stir_shaken.faults import PHRASES
from compliance.stir_shaken.schemas import (
    Regions,
    RegionShown,
    SigningAnswered,
    SigningAsked,
    SigningResponse,
    VerificationAnswered,
    VerificationAsked,
    VerificationResponse,
)
from compliance.stir_shaken.service import StirShaken
from compliance.stir_shaken.telephone import canonical
from compliance.stir_shaken.verify import MOST_HEADERS, SipCall
from gateway.auth.deps import Caller, Needs
from gateway.auth.scopes import Scope
from gateway.kernel.errors import BadInput, Conflict, Unavailable
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestSettings

WAIT_S = 2.5  # a little more than a certificate may take to come

router = APIRouter(tags=["stir"], responses=PROBLEMS)
Verifier = Annotated[Caller, Needs(Scope.CALLS_READ)]
Signing = Annotated[Caller, Needs(Scope.STIR_SIGN)]
Reader = Annotated[Caller, Needs(Scope.CONFIG_READ)]


def stir_of(request: Request) -> StirShaken:
    return request.app.state.stir


@router.post("/stir/v1/verification", response_model_exclude_none=True, responses={503: PROBLEMS[409]})
async def verification(
    body: VerificationAsked, request: Request, settings: RequestSettings, _: Verifier
) -> VerificationAnswered:
    """Does somebody vouch for this caller? The time of the request is not that of the check, which is now."""
    asked, stir = body.verificationRequest, stir_of(request)
    if not stir.is_on:
        raise Conflict(
            "no authorities are configured, so nobody can be believed", code="stir.off", todo="set GATEWAY_STIR__TRUST"
        )
    headers = [line for line in asked.identity.splitlines() if line.strip()]
    if len(headers) > MOST_HEADERS:
        raise BadInput(f"more than {MOST_HEADERS} Identity headers", field="identity", todo="send those of one call")
    country = settings.stir.country
    call = SipCall(
        _number(asked.caller.tn, country, "from"),
        frozenset(_number(one, country, "to") for one in asked.to.tn),
        date="",
    )
    verdict = stir.verdict(headers, call)
    if verdict is None:
        await stir.fetched(headers, WAIT_S)
        verdict = stir.verdict(headers, call)
    if verdict is None:
        raise Unavailable("a certificate did not come in time", code="stir.pending", todo="ask again")
    code = verdict.sip_code
    return VerificationAnswered(
        verificationResponse=VerificationResponse(
            verstat=verdict.verstat,
            reasoncode=code,
            reasontext=PHRASES[code] if code else None,
            reasondesc=verdict.sentence if code else None,
            attest=verdict.attest,
            origid=verdict.origid or None,
        )
    )


@router.post("/stir/v1/signing")
async def signing(body: SigningAsked, request: Request, settings: RequestSettings, _: Signing) -> SigningAnswered:
    """Sign for a call of this provider's customer. The level is the word of whoever asks."""
    signer = stir_of(request).signer
    if signer is None:
        raise Conflict(
            "this gateway has no signing key", code="stir.no_key", todo="set GATEWAY_STIR__SIGNING__KEY_FILE"
        )
    asked, country = body.signingRequest, settings.stir.country
    orig = _number(asked.orig.tn, country, "orig")
    dest = tuple(_number(one, country, "dest") for one in asked.dest.tn)
    identity = signer.shaken(orig, dest, asked.iat, asked.attest, asked.origid)
    return SigningAnswered(signingResponse=SigningResponse(identity=identity))


@router.get("/v1/stir/regions")
async def regions(request: Request, _: Reader) -> Regions:
    """Whose certificates count, and how new the lists are by which that is known."""
    return Regions(data=[RegionShown.model_validate(one) for one in stir_of(request).standing()])


def _number(text: str, country: str, field: str) -> str:
    number = canonical(text, country)
    if number is None:
        raise BadInput(f"{field} is not a telephone number", field=field, todo="write +15105550100, or the digits")
    return number
