"""Buying a number, taking one in, leading it to a trunk.

The row is there, as `ordered`, before the carrier is asked: whoever comes after a crash sees what may have been bought,
and `Carrier.buy` looks before it buys.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.apply.document import Find
from gateway.apply.plan_numbers import query_of
from gateway.apply.remote_spec import remote_spec
from gateway.apply.workshop import Done, Given, NotYet, Workshop, gone, owned_by
from gateway.auth.repository import record_act
from gateway.durable.backoff import pause_after
from gateway.kernel.errors import Conflict, GatewayError, Unavailable
from gateway.kernel.ids import new_id
from trunks.accounts.models import CarrierRow
from trunks.carriers.conflicts import TAKEN
from trunks.carriers.port import Carrier, Offer, Order, OwnedNumber, RemoteTrunk
from trunks.models import NumberRow
from trunks.repository import NumberRepository

LOOKS = 8  # at an order that takes its time: about two minutes
OTHERS = 10  # numbers that are tried in the place of one that was sold meanwhile
MORE = 20  # offers that are looked at for it


async def buy(step: Given, carrier_name: str, shop: Workshop) -> Done:
    account, carrier = await shop.carrier(carrier_name)
    row = await _ordered(step, account, shop)
    if row.standing == "ordered":
        row = await _bought(step, account, carrier, row, shop)
    before = await _led(step, carrier, row, shop)
    return Done({"number_id": row.id, "number": row.number, "before": before, "bought": True})


async def take_in(step: Given, carrier_name: str, shop: Workshop) -> Done:
    account, carrier = await shop.carrier(carrier_name)
    number, tag = step.given["number"], step.given["tag"]
    remote_id = number
    if carrier.capabilities.buy_numbers.can != "no":
        own = await owned_by(carrier, number)
        if own is None:
            raise Conflict(f"{carrier_name} does not have this number any more", code="apply.stale", todo="plan again")
        if own.tag != tag:
            await carrier.tag_number(own, tag)
        remote_id = own.remote_id
        if own.monthly:
            step = replace(step, monthly=str(own.monthly.amount), currency=own.monthly.currency)
    async with shop.begin() as session:
        row = await NumberRepository(session).by_number(number) or await _named(session, step.given["name"])
        row = row or _new(step, account, shop)
        session.add(row)
        row.number, row.carrier_id, row.remote_id, row.tag = number, account.id, remote_id, tag
        row.monthly, row.currency, row.standing = step.monthly, step.currency, "active"
        row.name = step.given["name"] if step.given["name"] != number else row.name
        await record_act(session, step.by, row.id, "create", shop.clock.now())
    before = await _led(step, carrier, row, shop)
    return Done({"number_id": row.id, "number": number, "before": before})


async def lead(step: Given, carrier_name: str, shop: Workshop) -> Done:
    _, carrier = await shop.carrier(carrier_name)
    async with shop.begin() as session:
        row = await NumberRepository(session).by_number(step.given["number"])
    if row is None:
        raise gone("the number")
    return Done({"number_id": row.id, "number": row.number, "before": await _led(step, carrier, row, shop)})


# -- pieces -----------------------------------------------------------------------------------------------------------


async def _ordered(step: Given, account: CarrierRow, shop: Workshop) -> NumberRow:
    """The row of this purchase. One that is there already keeps its number: it may have been bought."""
    async with shop.begin() as session:
        number = step.given["number"]
        row = await _named(session, step.given["name"]) or await NumberRepository(session).by_number(number)
        if row is None:
            row = _new(step, account, shop)
            session.add(row)
        elif row.standing == "active" and row.number != number:  # the carrier has not got that one any more
            row.number, row.standing, row.remote_id = number, "ordered", ""
        elif row.standing == "active" and not row.remote_id:
            row.standing = "ordered"
        row.carrier_id, row.tag = account.id, step.given["tag"]
        if row.standing == "ordered" and step.monthly is not None:
            row.once, row.monthly, row.currency = step.once, step.monthly, step.currency
        return row


def _new(step: Given, account: CarrierRow, shop: Workshop) -> NumberRow:
    now, number = shop.clock.now(), step.given["number"]
    name = step.given["name"] if step.given["name"] != number else ""
    return NumberRow(
        id=new_id("num"), number=number, name=name, inbound_trunk_id=None, carrier_id=account.id, remote_id="",
        tag=step.given["tag"], standing="ordered", once=step.once, monthly=step.monthly, currency=step.currency,
        created_at=now, updated_at=now,
    )  # fmt: skip


async def _bought(step: Given, account: CarrierRow, carrier: Carrier, row: NumberRow, shop: Workshop) -> NumberRow:
    tried = {row.number}
    while True:
        try:
            order = await _ordered_at(carrier, row, shop)
            break
        except Unavailable:
            raise  # nobody knows: the row stays
        except GatewayError as refused:
            other = await _another(step, carrier, tried, shop) if refused.code == TAKEN else None
            if other is None:
                await _forget(row, shop)
                raise
            tried.add(other.number)
            row = await _renumbered(row, other, shop)
    async with shop.begin() as session:
        row = await session.merge(row)
        row.standing, row.remote_id, row.updated_at = "active", order.remote_id, shop.clock.now()
        await record_act(session, step.by, row.id, "buy", shop.clock.now())
    return row


async def _ordered_at(carrier: Carrier, row: NumberRow, shop: Workshop) -> Order:
    """Done, or NotYet. Raises Conflict when the carrier will not do it."""
    order: Order | None = await carrier.buy(row.number, row.tag)
    looks = 0
    while order is not None and order.state == "pending" and looks < LOOKS:
        looks += 1
        await shop.sleep(pause_after(looks))
        order = await carrier.order(row.number, row.tag)
    if order is None:
        raise Unavailable("the carrier has forgotten the order", code="carrier.unavailable", todo="apply again")
    if order.state == "failed":
        raise Conflict(
            f"the carrier did not carry the order out: {order.problem}", code="apply.order_failed",
            todo="see the order at the carrier, then plan again",
        )  # fmt: skip
    if order.state in ("pending", "needs_human"):
        raise NotYet("ordered; the carrier has not given it yet", order.steps)
    return order


async def _another(step: Given, carrier: Carrier, tried: set[str], shop: Workshop) -> Offer | None:
    """One that fits as well and costs no more; the one that was shown is sold."""
    if not step.given["find"] or len(tried) > OTHERS:
        return None
    find, at_most = Find.model_validate(step.given["find"]), step.given["at_most"] or {}
    async with shop.begin() as session:
        ours = await NumberRepository(session).numbers()
    for offer in await carrier.search(query_of(find, MORE + len(tried))):
        prices = {"once": offer.once, "monthly": offer.monthly}
        dear = any(
            (price := prices[name]) is None or price.amount > Decimal(most) for name, most in at_most.items()
        )  # fmt: skip
        if offer.number not in tried | ours and not dear:
            return offer
    return None


async def _renumbered(row: NumberRow, offer: Offer, shop: Workshop) -> NumberRow:
    async with shop.begin() as session:
        row = await session.merge(row)
        row.number = offer.number
        row.once = str(offer.once.amount) if offer.once else row.once
        row.monthly = str(offer.monthly.amount) if offer.monthly else row.monthly
    return row


async def _forget(row: NumberRow, shop: Workshop) -> None:
    """It was not bought, and will not be: what was only ordered is not there."""
    async with shop.begin() as session:
        there = await session.get(NumberRow, row.id)
        if there is not None and there.standing == "ordered":
            await session.delete(there)


async def _led(step: Given, carrier: Carrier, row: NumberRow, shop: Workshop) -> str | None:
    """To the trunk of the step, at the carrier and here; returns the inbound trunk that it came by before."""
    if not step.given["trunk"]:
        return row.inbound_trunk_id
    trunk = await shop.trunk(step.given["trunk"])
    remote = RemoteTrunk(trunk.remote_id, trunk.tag, trunk.name, trunk.host, ())
    own = OwnedNumber(row.remote_id, row.number, row.tag)
    await carrier.assign(own, remote, remote_spec(trunk, trunk.spec, shop.box))
    async with shop.begin() as session:
        there = await session.get(NumberRow, row.id)
        if there is None:
            raise gone("the number")
        before = there.inbound_trunk_id
        there.inbound_trunk_id, there.updated_at = trunk.inbound_trunk_id, shop.clock.now()
    return before


async def _named(session: AsyncSession, name: str) -> NumberRow | None:
    return await NumberRepository(session).by_name(name)
