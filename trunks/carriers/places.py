"""Countries and addresses, as carriers want to be asked for them."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network

import phonenumbers

from gateway.kernel.errors import BadInput
from trunks.carriers.conflicts import no_form

MOST_ADDRESSES = 32  # that are named one by one


def calling_code(country: str) -> int:
    """As in 49 for DE. Raises BadInput."""
    code = phonenumbers.country_code_for_region(country.upper())
    if not code:
        raise BadInput(f"there is no country {country!r}", field="country", todo="give two letters, as in US or DE")
    return code


def single_addresses(carrier: str, sources: Sequence[str]) -> list[str]:
    """Each address of these networks, for a carrier that lets in no networks. Raises BadInput."""
    try:
        networks = [ip_network(source) for source in sources]
    except ValueError as error:
        raise no_form("sources", "a source is not an address", "write it as 192.0.2.1/32") from error
    if sum(network.num_addresses for network in networks) > MOST_ADDRESSES:
        raise no_form(
            "sources", f"{carrier} lets in single addresses, no networks", "name each address of this gateway"
        )
    return [str(address) for network in networks for address in network]
