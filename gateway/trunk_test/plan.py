"""What a trunk test needs to know before it calls: the trunk, the number, and that the number may be called."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.calls.admit_outbound import WayOut, destination_refused
from gateway.calls.number_class import countries_of
from gateway.kernel.errors import BadInput, Conflict
from gateway.kernel.secrets import SecretBox
from gateway.sip.dial_plan import way_to
from trunks.media import MediaTerms
from trunks.models import NumberRow, TrunkRow
from trunks.repository import TrunkRepository


@dataclass(frozen=True)
class TestPlan:
    """`host`, `port` (0: by DNS) and `transport`: the far end. `own`: the number is one by which calls come in."""

    __test__ = False

    trunk_id: str
    trunk_name: str
    host: str
    port: int
    transport: str
    user: str
    password: str = field(repr=False)
    shows: str = field(repr=False)
    number: str = field(repr=False)
    own: bool
    media: MediaTerms


async def plan_test(session: AsyncSession, box: SecretBox, trunk_id: str, number: str | None) -> TestPlan:
    """`number`: what is called, by default one of our own. Raises NotFound, BadInput, Conflict."""
    trunk = await TrunkRepository(session).get(trunk_id, "outbound", field="trunk_id")
    if not trunk.enabled:
        raise Conflict(
            "the trunk is switched off", code="trunk_test.off", todo=f"PATCH /v1/outbound-trunks/{trunk.id} enabled"
        )
    ours = await _own_numbers(session)
    if number is None:
        number = next((one for one in ours if one not in trunk.numbers), ours[0] if ours else None)
    if number is None:
        raise BadInput(
            "there is no number of ours that could be called", code="trunk_test.number", field="number",
            todo="give a number, or attach one to an inbound trunk",
        )  # fmt: skip
    if reason := destination_refused(number, _way(trunk)):
        raise BadInput(
            f"the trunk would not dial it: {reason}", code="trunk_test.destination", field="number",
            todo=f"give another number, or PATCH /v1/outbound-trunks/{trunk.id}",
        )  # fmt: skip
    host, port, transport = way_to(trunk.address)
    wanted = trunk.transport if trunk.transport != "auto" else transport or "udp"
    return TestPlan(
        trunk.id, trunk.name, host, port, wanted, trunk.auth_username, box.open(trunk.auth_password),
        (trunk.numbers or [""])[0], number, number in ours, MediaTerms.model_validate(trunk.media),
    )  # fmt: skip


async def _own_numbers(session: AsyncSession) -> list[str]:
    """By which calls come in; the oldest first."""
    query = select(NumberRow.number).where(NumberRow.inbound_trunk_id.is_not(None)).order_by(NumberRow.id)
    return list(await session.scalars(query))


def _way(trunk: TrunkRow) -> WayOut:
    return WayOut(
        trunk_id=trunk.id,
        home=countries_of(trunk.numbers),
        allowed_countries=tuple(trunk.allowed_countries),
        allow_extensions=trunk.allow_extensions,
    )
