"""Trunks at carriers and their two sides here. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from gateway.apply.document import Document, TrunkWanted
from gateway.apply.names import differing
from gateway.apply.observed import CarrierSeen, Observed, TrunkSeen
from gateway.apply.step import Note, Step
from gateway.apply.targets import text_of
from gateway.kernel.errors import BadInput, Conflict

_OF_NO_MATTER = frozenset({"username"})  # a carrier that makes the name up has told it to us


@dataclass(frozen=True)
class Ours:
    """What this gateway tells every carrier of itself."""

    targets: tuple[str, ...]
    sources: tuple[str, ...]


def spec_of(want: TrunkWanted, ours: Ours) -> dict[str, Any]:
    """As it is stored and compared; without credentials."""
    usual = [] if want.login else list(ours.sources)  # who logs in needs no address; one changes without a word
    return {
        "targets": [text_of(one) for one in want.sip_targets(list(ours.targets))],
        "sources": usual if want.sources is None else want.sources,
        "login": want.login, "secure": want.secure, "refer": want.refer, "caller_names": want.caller_names,
    }  # fmt: skip


def trunk_steps(document: Document, observed: Observed, ours: Ours) -> Iterator[Step]:
    for place, want in enumerate(document.trunks):
        carrier = observed.carriers.get(want.carrier)
        if carrier is None:
            raise BadInput(
                f"trunks.{place}: there is no account named {want.carrier}", code="apply.unknown",
                field=f"document.trunks.{place}.carrier", todo=f"gateway carriers add {want.carrier} --help",
            )  # fmt: skip
        spec, seen = spec_of(want, ours), observed.trunks.get(want.name)
        _check(place, want, spec, seen)
        inbound = _inbound(place, want, carrier)
        key, needs = f"trunk:{want.name}", (f"carrier:{carrier.name}",)
        given = {"name": want.name, "carrier": carrier.name, "spec": spec, "inbound": inbound}
        if seen is None:
            words = f"make the trunk {want.name} at {carrier.name}, and let its calls in"
            yield Step("trunk.create", key, words, carrier.name, needs=needs, given=given)
            continue
        if why := _wrong(seen, spec):
            yield Step(
                "trunk.repair",
                key,
                f"mend the trunk {want.name} at {carrier.name}: {why}",
                carrier.name,
                "calls",
                needs,
                given,
            )
        if inbound is not None and (seen.inbound is None or differing(inbound, seen.inbound)):
            changed = ", ".join(differing(inbound, seen.inbound or {})) or "it is not there"
            words = f"change what {want.name} lets in: {changed}"
            yield Step("trunk.inbound", f"inbound:{want.name}", words, "", "calls", (key,), given)


def outbound_steps(document: Document, observed: Observed) -> Iterator[Step]:
    """After the numbers, which are what calls out show."""
    for place, want in enumerate(document.trunks):
        if want.outbound is None:
            continue
        seen = observed.trunks.get(want.name)
        coming = [one for one in document.numbers if one.trunk == want.name]
        known = sorted(one.number for one in observed.numbers if one.trunk == want.name)
        shows = want.outbound.get("numbers")
        if not (shows or coming or known):
            raise BadInput(
                f"trunks.{place}: calls out by {want.name} have no number to show",
                code="apply.no_caller_id", field=f"document.trunks.{place}.outbound",
                todo="write down a number that comes by this trunk, or outbound.numbers; or outbound: null",
            )  # fmt: skip
        there = seen.outbound if seen else None
        fields = {**want.outbound, **({} if shows else {"numbers": known})}
        if seen and seen.host and "address" not in fields:
            fields["address"] = seen.host
        new = [name for one in coming for name in one.names if _new(document, observed, name, want.name)]
        if there is not None and not differing(fields, there) and (shows or not new):
            continue
        words = f"let calls out by {want.name}" if there is None else f"change calls out by {want.name}"
        needs = (f"trunk:{want.name}", *(f"number:{name}" for one in coming for name in one.names))
        given = {"name": want.name, "outbound": want.outbound}
        yield Step("trunk.outbound", f"outbound:{want.name}", words, "", needs=needs, given=given)


def trunk_notes(document: Document, observed: Observed) -> Iterator[Note]:
    for want in document.trunks:
        if seen := observed.trunks.get(want.name):
            for step in seen.steps:
                yield Note("people", f"trunk {want.name}", step.what, step.link)
            for what in sorted(set(seen.unsupported) - _OF_NO_MATTER):
                yield Note("cannot", f"trunk {want.name}", f"{want.carrier} has no switch for {what}")


def _new(document: Document, observed: Observed, name: str, trunk: str) -> bool:
    seen = next((one for one in observed.numbers if name in (one.name, one.number)), None)
    return seen is None or seen.trunk != trunk or seen.standing != "active"


def _check(place: int, want: TrunkWanted, spec: dict[str, Any], seen: TrunkSeen | None) -> None:
    if not spec["targets"]:
        raise BadInput(
            f"trunks.{place}: nothing says where the carrier calls us", code="apply.no_target",
            field=f"document.trunks.{place}.targets",
            todo="write targets, as sip.example.com:5061;transport=tls, or set GATEWAY_CARRIERS__SIP_TARGETS",
        )  # fmt: skip
    if seen and seen.carrier != want.carrier:
        raise Conflict(
            f"the trunk {want.name} is at {seen.carrier}, and a trunk does not move", code="apply.other_carrier",
            field=f"document.trunks.{place}.carrier", todo="give the one at the other carrier another name",
        )  # fmt: skip


def _inbound(place: int, want: TrunkWanted, carrier: CarrierSeen) -> dict[str, Any] | None:
    """The given terms; calls are let in from where the carrier says that they come, unless it is written down."""
    if want.inbound is None:
        return None
    if "allowed_addresses" in want.inbound:
        return dict(want.inbound)
    if not carrier.sources:
        raise BadInput(
            f"trunks.{place}: {carrier.name} does not publish from where its calls come",
            code="apply.no_source", field=f"document.trunks.{place}.inbound",
            todo="write inbound: {allowed_addresses: [203.0.113.7/32]}, as the carrier has told you",
        )  # fmt: skip
    return {**want.inbound, "allowed_addresses": [as_allowed(one) for one in carrier.sources]}


def as_allowed(source: str) -> str:
    """As trunks keep it: a single address without its /32."""
    address, _, bits = source.partition("/")
    return address if not bits or int(bits) == ip_address(address).max_prefixlen else source


def _wrong(seen: TrunkSeen, spec: dict[str, Any]) -> str:
    if seen.there is None:
        return "it is not at the carrier any more"
    changed = list(differing(spec, seen.spec))
    return ", ".join(dict.fromkeys([*seen.differs, *changed]))
