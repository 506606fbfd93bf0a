"""What some countries want to know of whoever has a number: an address, or documents that people at Twilio approve."""

from __future__ import annotations

import phonenumbers
from twilio.rest import Client

from gateway.kernel.errors import Conflict
from trunks.carriers.port import HumanStep, Order
from trunks.carriers.twilio.client import there
from trunks.carriers.twilio.errors import ADDRESS_NEEDED, ADDRESSES, BUNDLE_NEEDED, BUNDLES

_KINDS = {
    phonenumbers.PhoneNumberType.MOBILE: "mobile",
    phonenumbers.PhoneNumberType.TOLL_FREE: "toll-free",
    phonenumbers.PhoneNumberType.UAN: "national",
}
_MOST = 20

ADDRESS = HumanStep("enter an address for numbers of this country at Twilio", ADDRESSES)
BUNDLE = HumanStep("file a regulatory bundle for this kind of number at Twilio, and wait for its approval", BUNDLES)


class Papers:
    def __init__(self, rest: Client) -> None:
        self._rest = rest

    async def asked_for(self, refused: Conflict, number: str) -> dict[str, str] | Order:
        """The paper that this refusal of a purchase asks for, as a field of the next one; an order that waits for
        people where there is none yet. Raises the refusal where it asks for none."""
        country = region_of(number)
        if refused.code == ADDRESS_NEEDED:
            addresses = await self._rest.api.account.addresses.list_async(iso_country=country, page_size=_MOST)
            return {"address_sid": there(addresses[0].sid)} if addresses else _wait(number, ADDRESS)
        if refused.code == BUNDLE_NEEDED:
            bundles = await self._rest.numbers.v2.regulatory_compliance.bundles.list_async(
                status="twilio-approved", iso_country=country, number_type=_kind(number), page_size=_MOST
            )
            return {"bundle_sid": there(bundles[0].sid)} if bundles else _wait(number, BUNDLE)
        raise refused


def step(refused: Conflict) -> HumanStep:
    return ADDRESS if refused.code == ADDRESS_NEEDED else BUNDLE


def region_of(number: str) -> str:
    """ISO 3166-1 alpha-2; "" where nobody can tell."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(number, None)) or ""


def _kind(number: str) -> str:
    return _KINDS.get(phonenumbers.number_type(phonenumbers.parse(number, None)), "local")


def _wait(number: str, step: HumanStep) -> Order:
    return Order("needs_human", number, "", steps=(step,))
