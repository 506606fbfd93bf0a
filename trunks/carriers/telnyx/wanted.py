"""What a trunk is to be, in Telnyx's fields, and in what one that is there differs. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from trunks.carriers.conflicts import no_form
from trunks.carriers.places import single_addresses
from trunks.carriers.port import SipTarget, TrunkSpec
from trunks.carriers.telnyx.answers import Address, Connection, Fqdn

MOST_TARGETS = 3  # a connection has a primary, a secondary and a tertiary one
RANKS = ("default_primary_fqdn_id", "default_secondary_fqdn_id", "default_tertiary_fqdn_id")


def check(spec: TrunkSpec) -> None:
    """Raises BadInput for what Telnyx has no form for."""
    if not spec.targets:
        raise no_form("targets", "a trunk needs a place where calls go", "give it the name of this gateway in the DNS")
    if len(spec.targets) > MOST_TARGETS:
        raise no_form("targets", f"Telnyx calls at most {MOST_TARGETS} places", "leave some out")
    if len({target.transport for target in spec.targets}) > 1:
        raise no_form("targets", "all targets of a Telnyx trunk have one transport", "choose one, or make two trunks")
    if any(_is_address(target) for target in spec.targets):
        raise no_form(
            "targets", "Telnyx calls names, not addresses", "give this gateway a name in the DNS and use that"
        )
    if spec.username and not spec.password:
        raise no_form("password", "a username needs its password", "give the trunk a password")
    addresses(spec)


def addresses(spec: TrunkSpec) -> list[str]:
    """From where calls are let in, one by one; none where a password does it. Raises BadInput."""
    if spec.username:
        return []
    return single_addresses("Telnyx", spec.sources)


def connection(spec: TrunkSpec, profile_id: str, fqdn_ids: Sequence[str] = ()) -> dict[str, Any]:
    """The body of a connection. `fqdn_ids`: in the order of the targets; not known yet while it is being made."""
    ranked = [*fqdn_ids, *[None] * (MOST_TARGETS - len(fqdn_ids))]
    body: dict[str, Any] = {
        "connection_name": spec.name,
        "active": True,
        "transport_protocol": spec.targets[0].transport.upper(),
        "encrypted_media": "SRTP" if srtp(spec) else None,
        "inbound": {
            # Telnyx's own defaults leave out the plus.
            "ani_number_format": "+E.164", "dnis_number_format": "+e164", "shaken_stir_enabled": True,
            **(dict(zip(RANKS, ranked, strict=True)) if fqdn_ids else {}),
        },
        "outbound": {"outbound_voice_profile_id": profile_id, "ip_authentication_method": _method(spec)},
    }  # fmt: skip
    if spec.username:
        body |= {"user_name": spec.username, "password": spec.password}
    return body


def differing(spec: TrunkSpec, there: Connection, profile_id: str, fqdn_ids: Sequence[str]) -> tuple[str, ...]:
    """Fields of the spec, and `format_of_numbers`, `outbound_profile` and `active`, which no spec has."""
    wanted = connection(spec, profile_id, fqdn_ids)
    found: dict[str, bool] = {
        "name": there.connection_name != spec.name,
        "active": not there.active,
        "targets": there.transport_protocol != wanted["transport_protocol"]
        or any(getattr(there.inbound, rank) != wanted["inbound"].get(rank) for rank in RANKS),
        "secure": there.encrypted_media != wanted["encrypted_media"],
        "format_of_numbers": any(
            getattr(there.inbound, name) != wanted["inbound"][name]
            for name in ("ani_number_format", "dnis_number_format", "shaken_stir_enabled")
        ),
        "outbound_profile": there.outbound.outbound_voice_profile_id != profile_id,
        "username": there.outbound.ip_authentication_method != _method(spec)
        or bool(spec.username and there.user_name != spec.username),
        "password": _other_password(spec, there),
    }
    return tuple(name for name, differs in found.items() if differs)


def unsupported(spec: TrunkSpec) -> tuple[str, ...]:
    """What is asked for and has no switch. Callers' names are asked for per number (`assign`)."""
    asked: Mapping[str, bool] = {
        "refer": spec.refer,  # there for all, without a switch
        "secure": spec.secure and not srtp(spec),
        "sources": bool(spec.username and spec.sources),  # one way of letting in at a time
    }
    return tuple(name for name, is_asked in asked.items() if is_asked)


def srtp(spec: TrunkSpec) -> bool:
    """Telnyx refuses SRTP on a connection whose transport is TLS."""
    return spec.secure and spec.targets[0].transport != "tls"


def missing_targets(spec: TrunkSpec, there: Sequence[Fqdn]) -> list[SipTarget]:
    return [target for target in spec.targets if not any(_is(fqdn, target) for fqdn in there)]


def ranked_ids(spec: TrunkSpec, there: Sequence[Fqdn]) -> list[str]:
    """The ids of the targets that are there, in the order of the spec."""
    return [next(fqdn.id for fqdn in there if _is(fqdn, target)) for target in spec.targets
            if any(_is(fqdn, target) for fqdn in there)]  # fmt: skip


def surplus_fqdns(spec: TrunkSpec, there: Sequence[Fqdn]) -> list[Fqdn]:
    wanted = set(ranked_ids(spec, there))
    return [fqdn for fqdn in there if fqdn.id not in wanted]


def missing_addresses(spec: TrunkSpec, there: Sequence[Address]) -> list[str]:
    return [address for address in addresses(spec) if address not in {one.ip_address for one in there}]


def surplus_addresses(spec: TrunkSpec, there: Sequence[Address]) -> list[Address]:
    wanted = addresses(spec)
    return [one for one in there if one.ip_address not in wanted]


def _method(spec: TrunkSpec) -> str:
    return "credential-authentication" if spec.username else "ip-authentication"


def _other_password(spec: TrunkSpec, there: Connection) -> bool:
    """What Telnyx does not show, or shows as stars, is taken for ours."""
    shown = there.password or ""
    return bool(spec.username and shown.strip("*") and shown != spec.password)


def _is(fqdn: Fqdn, target: SipTarget) -> bool:
    return fqdn.fqdn.lower() == target.host.lower() and (fqdn.port or 5060) == target.port


def _is_address(target: SipTarget) -> bool:
    try:
        ip_address(target.host.strip("[]"))
    except ValueError:
        return False
    return True
