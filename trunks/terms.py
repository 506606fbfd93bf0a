"""Checks of a trunk against the others and against strangers, before it is stored; refused in words."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.kernel.errors import BadInput, Conflict
from trunks.models import TrunkRow
from trunks.validate import InboundTerms, bad_address, conflict, open_to_strangers


def terms_of(row: TrunkRow) -> InboundTerms:
    return InboundTerms(
        row.id, row.name, row.any_number, row.allowed_addresses, row.allowed_numbers, row.auth_username, row.enabled
    )


def check_inbound(row: TrunkRow, others: Iterable[TrunkRow]) -> None:
    """Raises BadInput or Conflict."""
    if wrong := bad_address(row.allowed_addresses):
        raise BadInput(
            f"allowed_addresses: {wrong!r} is neither an IP address nor a CIDR block", code="trunk.address",
            field="allowed_addresses", todo="write 203.0.113.7 or 203.0.113.0/24",
        )  # fmt: skip
    check_credentials(row)
    terms = terms_of(row)
    if open_to_strangers(terms):
        raise BadInput(
            "the trunk would let anybody in who knows a number", code="trunk.open", field="allowed_addresses",
            todo="give the carrier's addresses in allowed_addresses, or auth_username and auth_password",
        )  # fmt: skip
    if other := conflict(terms, (terms_of(one) for one in others)):
        raise Conflict(
            f"trunk {other.id} ({other.name}) takes any number too, and LiveKit cannot tell the two apart",
            code="trunk.conflict", field="any_number",
            todo="set any_number of one of them to false, or give both allowed_numbers that differ",
        )  # fmt: skip


def check_outbound(row: TrunkRow) -> None:
    """Raises BadInput."""
    check_credentials(row)
    if row.max_spend_per_day is not None and row.price_per_minute is None:
        raise BadInput(
            "max_spend_per_day needs a price to count with", code="trunk.price", field="price_per_minute",
            todo="give price_per_minute, or leave max_spend_per_day out",
        )  # fmt: skip


def check_credentials(row: TrunkRow) -> None:
    """Raises BadInput when only one of user name and password is set."""
    if bool(row.auth_username) != bool(row.auth_password):
        missing = "auth_password" if row.auth_username else "auth_username"
        raise BadInput(f"{missing} is missing", code="trunk.credentials", field=missing, todo="give both or neither")
