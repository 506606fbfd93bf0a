"""What our database knows about an INVITE: trunk, number, rule, agent, calls that are open."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from compliance.caller_trust.terms import CallerTrustTerms, carrier_named
from compliance.consent.terms import DisclosureTerms
from compliance.screening.terms import ScreeningTerms
from dispatch_rules.match import match
from dispatch_rules.models import RuleRow
from dispatch_rules.repository import RuleRepository, terms_of
from gateway.calls.admission import AdmissionAsked
from gateway.calls.admit import KnownRule, KnownTrunk, Route
from gateway.calls.facts import InviteReceived
from gateway.calls.own_facts import RecordedFact, RouteFound
from gateway.calls.repository import CallRepository
from trunks.media import MediaTerms
from trunks.models import TrunkRow
from trunks.repository import NumberRepository, TrunkRepository


async def find_route(session: AsyncSession, asked: AdmissionAsked) -> Route:
    """Works inside the caller's transaction."""
    number = await NumberRepository(session).by_number(asked.pii.dnis)
    owner = await session.get(TrunkRow, number.inbound_trunk_id) if number and number.inbound_trunk_id else None
    if owner and asked.livekit_trunk_id and owner.livekit_id == asked.livekit_trunk_id:
        trunk: TrunkRow | None = owner
    else:
        trunk = await TrunkRepository(session).by_livekit_id(asked.livekit_trunk_id)
    of_call = trunk or owner
    known = await _known(session, of_call)
    return Route(
        trunk=known if trunk else None,
        number_id=number.id if number else "",
        owner=known if owner is of_call else await _known(session, owner),
        rule=await _rule(session, of_call.id, asked) if of_call else None,
    )


async def route_of_admitted(session: AsyncSession, fact: RecordedFact) -> RouteFound | None:
    """Trunk, rule and agent of a call that the node let in while we were away; None for any other fact."""
    if not isinstance(fact, InviteReceived) or fact.admitted_by != "loss_policy":
        return None
    asked = AdmissionAsked(
        call_id=fact.call_id,
        direction=fact.direction,
        sip_call_id=fact.sip_call_id,
        node=fact.node,
        livekit_trunk_id=fact.livekit_trunk_id,
        pii=fact.pii,
    )
    route = await find_route(session, asked)
    return RouteFound(
        id=f"{fact.call_id}:route",
        call_id=fact.call_id,
        source="control-plane",
        seq=0,
        at=fact.at,
        trunk_id=route.any_trunk.id if route.any_trunk else "",
        number_id=route.number_id,
        rule_id=route.rule.id if route.rule else "",
        agent_id=route.rule.agent_id if route.rule else "",
    )


async def _known(session: AsyncSession, row: TrunkRow | None) -> KnownTrunk | None:
    if row is None:
        return None
    return KnownTrunk(
        id=row.id,
        allowed_addresses=tuple(row.allowed_addresses),
        allowed_numbers=tuple(row.allowed_numbers),
        enabled=row.enabled,
        any_number=row.any_number,
        max_calls=row.max_calls,
        open_calls=0 if row.max_calls is None else await CallRepository(session).count_open(row.id),
        on_control_plane_loss="accept" if row.on_control_plane_loss == "accept" else "reject",
        media=MediaTerms.model_validate(row.media),
        screening=ScreeningTerms.model_validate(row.screening),
        carrier_verdicts=carrier_named(row.carrier_verdicts),
        caller_trust=CallerTrustTerms.model_validate(row.caller_trust),
    )


async def _rule(session: AsyncSession, trunk_id: str, asked: AdmissionAsked) -> KnownRule | None:
    rows: dict[str, RuleRow] = {row.id: row for row in await RuleRepository(session).all()}
    found = match((terms_of(row) for row in rows.values()), trunk_id, asked.pii.dnis, asked.pii.ani)
    if found is None:
        return None
    row = rows[found.id]
    own_terms = row.caller_trust
    return KnownRule(
        id=row.id,
        agent_id=row.agent_id,
        fallback_prompt=row.fallback_prompt,
        max_duration_s=row.max_duration_s,
        screening=ScreeningTerms.model_validate(row.screening),
        caller_trust=CallerTrustTerms.model_validate(own_terms) if own_terms is not None else None,
        disclosure=DisclosureTerms.model_validate(row.disclosure),
        capture=row.capture,
    )
