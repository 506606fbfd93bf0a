"""For workers, on the internal address: what an agent is to know of the attempt that it is there for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, Field

from gateway.campaigns.attempts import Attempts
from gateway.campaigns.models import ContactRow
from gateway.campaigns.repository import CampaignRepository, terms_of
from gateway.campaigns.terms import Voicemail
from gateway.kernel.errors import NotAuthenticated
from gateway.kernel.role_tokens import RoleTokens
from gateway.rest.requests import Session

internal = APIRouter(prefix="/internal/v1", tags=["internal"])


class AttemptBrief(BaseModel):
    """`variables` are personal; none once the contact was erased."""

    attempt_id: str
    campaign_id: str
    variables: dict[str, str] = Field(repr=False)
    opening: str
    voicemail: Voicemail
    detects_machine: bool
    max_duration_s: int


@internal.get("/attempts/{attempt_id}")
async def brief(
    attempt_id: str, session: Session, request: Request, authorization: Annotated[str, Header()] = ""
) -> AttemptBrief:
    """Raises NotFound, NotAuthenticated."""
    tokens: RoleTokens = request.app.state.tokens
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise NotAuthenticated("an internal token is needed", todo="send Authorization: Bearer …")
    tokens.verify(token, "profiles")
    row = await Attempts(session).get(attempt_id)
    terms = terms_of(await CampaignRepository(session).get(row.campaign_id))
    contact = await session.get(ContactRow, row.position)
    return AttemptBrief(
        attempt_id=row.id, campaign_id=row.campaign_id, variables=contact.pii if contact else {},
        opening=terms.opening, voicemail=terms.voicemail, detects_machine=terms.detects_machine,
        max_duration_s=terms.max_duration_s,
    )  # fmt: skip
