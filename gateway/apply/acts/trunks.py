"""A trunk at a carrier, and its two sides here."""

from __future__ import annotations

import secrets
import string
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.apply.names import differing, tag_of_trunk
from gateway.apply.remote_spec import remote_spec
from gateway.apply.workshop import Done, Given, Workshop, gone
from gateway.auth.repository import record_act
from gateway.kernel.ids import new_id
from gateway.kernel.secrets import SecretBox
from trunks.accounts.models import CarrierRow, CarrierTrunkRow
from trunks.accounts.repository import CarrierRepository
from trunks.carriers.kinds import registered
from trunks.carriers.port import RemoteTrunk
from trunks.models import TrunkRow
from trunks.repository import NumberRepository, TrunkRepository
from trunks.rows import change_row, new_row
from trunks.schemas import InboundTrunkAsked, OutboundTrunkAsked
from trunks.terms import check_inbound, check_outbound
from trunks.trust import check_trust

PASSWORD_LENGTH = 28


async def make(step: Given, carrier_name: str, shop: Workshop) -> Done:
    """Makes it or mends it; what is wanted is written down before the carrier is asked."""
    account, carrier = await shop.carrier(carrier_name)
    name, spec = step.given["name"], step.given["spec"]
    async with shop.begin() as session:
        row = await CarrierRepository(session).trunk(name)
        if row is None:
            row = _new(name, account.id, shop)
            session.add(row)
            await record_act(session, step.by, row.id, "create", shop.clock.now())
        kept = {key: value for key, value in (row.spec or {}).items() if key not in spec}
        row.spec, row.updated_at = {**kept, **spec}, shop.clock.now()
    remote = await carrier.ensure_trunk(remote_spec(row, spec, shop.box))
    async with shop.begin() as session:
        row = await _there(session, name)
        _learn(row, remote, spec, shop.box)
        made = await _let_in(session, row, step, shop)
        await _same_way_out(session, row, shop)
    return Done({"trunk": name, **made}, remote.steps)


async def let_in(step: Given, shop: Workshop) -> Done:
    async with shop.begin() as session:
        row = await _there(session, step.given["name"])
        return Done({"trunk": row.name, **await _let_in(session, row, step, shop)})


async def let_out(step: Given, shop: Workshop) -> Done:
    """Calls out show the numbers that come by this trunk, unless others are written down."""
    async with shop.begin() as session:
        row, now = await _there(session, step.given["name"]), shop.clock.now()
        own = await NumberRepository(session).of_trunk(row.inbound_trunk_id or "")
        side = await session.get(TrunkRow, row.outbound_trunk_id or "")
        fields = {"numbers": own, **step.given["outbound"]}
        if side is None:
            own = {"name": row.name, "address": row.host, "transport": _transport(row), **await _rate(session, row)}
            wanted = {**own, **_srtp(row), **fields}
            side = new_row("outbound", OutboundTrunkAsked.model_validate(wanted).model_dump(), shop.box, now)
            _login(side, row, shop.box)
            session.add(side)
            await session.flush()
            row.outbound_trunk_id = side.id
            made: dict[str, Any] = {"outbound": side.id}
            await record_act(session, step.by, side.id, "create", now)
        else:
            shown = {name: getattr(side, name) for name in fields}
            change_row(side, differing(fields, shown), shop.box, now)
            await _same_way_out(session, row, shop, given=fields)
            made = {"before": _plain(shown)}
            await record_act(session, step.by, side.id, "update", now)
        check_outbound(side)
    return Done({"trunk": row.name, **made})


# -- pieces -----------------------------------------------------------------------------------------------------------


def _new(name: str, carrier_id: str, shop: Workshop) -> CarrierTrunkRow:
    now = shop.clock.now()
    return CarrierTrunkRow(
        id=new_id("crt"), name=name, carrier_id=carrier_id, tag=tag_of_trunk(shop.installation, name), spec={},
        username=f"gw{secrets.token_hex(6)}", password=shop.box.seal(_password()), remote_id="", host="",
        inbound_trunk_id=None, outbound_trunk_id=None, created_at=now, updated_at=now,
    )  # fmt: skip


def _password() -> str:
    """With each kind of character that carriers insist on, and none that they refuse."""
    letters = string.ascii_letters + string.digits
    while True:
        text = "".join(secrets.choice(letters) for _ in range(PASSWORD_LENGTH))
        if any(map(str.islower, text)) and any(map(str.isupper, text)) and any(map(str.isdigit, text)):
            return text


def _learn(row: CarrierTrunkRow, remote: RemoteTrunk, spec: dict[str, Any], box: SecretBox) -> None:
    row.remote_id, row.host = remote.remote_id, remote.host
    row.username = remote.username or row.username
    row.password = box.seal(remote.password) if remote.password else row.password
    only = remote.transports[0] if len(remote.transports) == 1 else "auto"
    row.spec = {**row.spec, "transport": "tls" if spec["secure"] and "tls" in remote.transports else only}


async def _let_in(session: AsyncSession, row: CarrierTrunkRow, step: Given, shop: Workshop) -> dict[str, Any]:
    given, now = step.given["inbound"], shop.clock.now()
    if given is None:
        return {}
    side = await session.get(TrunkRow, row.inbound_trunk_id or "")
    if side is None:
        asked = InboundTrunkAsked.model_validate({"name": row.name, **_srtp(row), **given})
        side = new_row("inbound", asked.model_dump(), shop.box, now)
        made: dict[str, Any] = {"inbound": side.id}
        await _check(session, side, shop)
        session.add(side)
        await session.flush()
        row.inbound_trunk_id = side.id
        await record_act(session, step.by, side.id, "create", now)
        return made
    shown = {name: getattr(side, name) for name in given}
    if changed := differing(given, shown):
        change_row(side, changed, shop.box, now)
        await _check(session, side, shop)
        await record_act(session, step.by, side.id, "update", now)
    return {"before": _plain(shown)}


async def _check(session: AsyncSession, side: TrunkRow, shop: Workshop) -> None:
    others = [one for one in await TrunkRepository(session).all("inbound") if one.id != side.id]
    check_inbound(side, others)
    await check_trust(session, side.caller_trust, side.trust_pin, shop.wired)


async def _same_way_out(
    session: AsyncSession, row: CarrierTrunkRow, shop: Workshop, given: dict[str, Any] | None = None
) -> None:
    """After the carrier has told where calls go, and with what they are let in."""
    side = await session.get(TrunkRow, row.outbound_trunk_id or "")
    if side is not None:
        if "address" not in (given or {}):
            side.address = row.host
        _login(side, row, shop.box)


def _login(side: TrunkRow, row: CarrierTrunkRow, box: SecretBox) -> None:
    if row.spec["login"]:
        side.auth_username, side.auth_password = row.username, row.password
    else:
        side.auth_username = side.auth_password = ""


def _transport(row: CarrierTrunkRow) -> str:
    return row.spec.get("transport", "auto")


async def _rate(session: AsyncSession, row: CarrierTrunkRow) -> dict[str, Any]:
    """How many calls a second the carrier lets begin, where it says so."""
    account = await session.get(CarrierRow, row.carrier_id)
    most = registered(account.kind).capabilities.limits.calls_per_s if account else None
    return {"max_calls_per_s": most} if most else {}


def _srtp(row: CarrierTrunkRow) -> dict[str, Any]:
    return {"media": {"encryption": "require"}} if row.spec["secure"] else {}


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    """What can be put back: no secrets."""
    return {name: value for name, value in fields.items() if name != "trust_pin"}


async def _there(session: AsyncSession, name: str) -> CarrierTrunkRow:
    row = await CarrierRepository(session).trunk(name)
    if row is None:
        raise gone(f"the trunk {name}")
    return row
