"""What to enter at a PBX of one's own, for a trunk that a plan has made."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from gateway.apply.remote_spec import remote_spec
from gateway.auth.deps import Caller, Needs
from gateway.auth.repository import record_act
from gateway.auth.scopes import Scope
from gateway.kernel.errors import BadInput, NotFound
from gateway.rest.problems import PROBLEMS
from gateway.rest.requests import RequestClock, Session
from trunks.accounts.accounts import Accounts
from trunks.accounts.endpoints import OpenAccounts
from trunks.accounts.models import CarrierRow, CarrierTrunkRow
from trunks.accounts.repository import CarrierRepository
from trunks.carriers.own.account import OwnKeys
from trunks.carriers.own.template import filled
from trunks.repository import NumberRepository

router = APIRouter(prefix="/v1/carriers", tags=["carriers"], responses=PROBLEMS)
Writer = Annotated[Caller, Needs(Scope.CONFIG_WRITE)]


class TemplateShown(BaseModel):
    trunk: str
    text: str = Field(description="files and fields, with how to check them")


@router.get("/{carrier_id}/template")
async def template(
    carrier_id: str, caller: Writer, session: Session, clock: RequestClock, accounts: OpenAccounts,
    show_password: Annotated[bool, Query(description="else a placeholder stands in its place")] = False,
) -> list[TemplateShown]:  # fmt: skip
    """For each trunk to a PBX of one's own: its configuration there."""
    repository = CarrierRepository(session)
    row = await repository.get(carrier_id)
    if row.kind != "own":
        raise BadInput(
            "only a trunk or PBX of your own is set up by hand", code="carrier.not_own", field="carrier_id",
            todo="gateway apply -f gateway.yaml sets up the others",
        )  # fmt: skip
    trunks = [one for one in await repository.trunks() if one.carrier_id == row.id]
    if not trunks:
        raise NotFound(
            "no trunk leads there yet", code="carrier.no_trunk", todo="write one down: gateway apply -f gateway.yaml"
        )
    if show_password:
        await record_act(session, caller.key_id, row.id, "show", clock.now())
    numbers = NumberRepository(session)
    shown: list[TemplateShown] = []
    for trunk in trunks:
        called = await numbers.of_trunk(trunk.inbound_trunk_id or "")
        shown.append(TemplateShown(trunk=trunk.name, text=_text(accounts, row, trunk, called, show_password)))
    return shown


def _text(accounts: Accounts, row: CarrierRow, trunk: CarrierTrunkRow, called: list[str], show_password: bool) -> str:
    keys = accounts.keys_of(row)
    assert isinstance(keys, OwnKeys)
    spec = remote_spec(trunk, trunk.spec, accounts.box)
    return filled(keys.template, spec, called, show_password=show_password).text()
