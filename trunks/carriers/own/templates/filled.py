"""What a template is filled in with, and what comes out: texts for files or forms, and how to see that it works."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from gateway.kernel.errors import BadInput
from trunks.carriers.conflicts import no_form
from trunks.carriers.port import SipTarget, TrunkSpec

PASSWORD, NUMBER, ADDRESS, PROVIDER = (
    "PASSWORD-OF-THE-TRUNK", "YOUR-NUMBER", "ADDRESS-OF-THE-GATEWAY", "YOUR-PROVIDER"
)  # fmt: skip
RING_S = 90
_E164 = re.compile(r"\+[1-9][0-9]{1,14}")


@dataclass(frozen=True)
class Given:
    """`name`: one word, for names of files and sections. `sources`: from where our calls come, as CIDR; a word to be
    replaced where nobody has said it. `numbers`: whose calls are to come to us, without the plus. `password`: as it
    is to be shown."""

    name: str
    targets: tuple[SipTarget, ...]
    username: str
    password: str
    sources: tuple[str, ...]
    numbers: tuple[str, ...]
    secure: bool
    refer: bool

    def unfilled(self, *more: str) -> str:
        """The words that somebody must still replace, as a sentence; "" for none."""
        words = [*more, *(word for word in (NUMBER, ADDRESS) if word in (*self.numbers, *self.sources))]
        return f"Nothing is left of {', '.join(words)}." if words else ""


@dataclass(frozen=True)
class Part:
    """`place`: of a file, or where to click."""

    place: str
    text: str


@dataclass(frozen=True)
class Check:
    """`do`: a command, or where to look. `see`: what it shows when all is well."""

    do: str
    see: str


CALL_LISTED = "The gateway lists the call: gateway calls list. Without one: gateway calls refusals says why."
TRUNK_TEST = Check("gateway trunk test NAME", "A verdict on each item, both ways.")


@dataclass(frozen=True)
class Filled:
    parts: tuple[Part, ...]
    checks: tuple[Check, ...]

    def text(self) -> str:
        """All of it, to be read or copied."""
        parts = [f"== {part.place}\n\n{part.text.strip()}\n" for part in self.parts]
        steps = [f"{place}. {one.do}\n   {one.see}" for place, one in enumerate(self.checks, start=1)]
        return "\n".join([*parts, "== How to check it\n", *steps]) + "\n"


def given(spec: TrunkSpec, numbers: Sequence[str] = (), *, show_password: bool = False) -> Given:
    """`numbers`: E.164. Raises BadInput for a spec that cannot be written down."""
    check(spec)
    for number in numbers:
        if not _E164.fullmatch(number):
            raise BadInput("a number is not E.164", field="numbers", todo="write it as in +14155550100")
    return Given(
        name=_word(spec.name or spec.tag), targets=spec.targets, username=spec.username,
        password=spec.password if show_password else PASSWORD, sources=_sources(spec),
        numbers=tuple(number.lstrip("+") for number in numbers) or (NUMBER,), secure=spec.secure, refer=spec.refer,
    )  # fmt: skip


def check(spec: TrunkSpec) -> None:
    """Raises BadInput for what no file or form of a PBX can hold."""
    if not spec.targets:
        raise no_form("targets", "a PBX needs a place to send calls to", "name the public SIP address of this gateway")
    if bool(spec.username) != bool(spec.password):
        raise no_form("password", "a username and a password come together", "give both, or let in by address")
    for field, text in (("username", spec.username), ("password", spec.password)):
        if text != text.strip() or not text.isprintable() or "${" in text:
            raise no_form(field, f"this {field} has blanks at its ends, line breaks or ${{", "choose another one")
    for source in spec.sources:
        try:
            ip_network(source)
        except ValueError as error:
            raise no_form("sources", "a source is not an address", "write it as 192.0.2.1/32") from error


def uri_host(host: str) -> str:
    """As in a SIP URI: an IPv6 address stands in brackets (RFC 3261 §19.1.1)."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _sources(spec: TrunkSpec) -> tuple[str, ...]:
    """Where none are named, calls come from where calls go to."""
    found = spec.sources or tuple(one for target in spec.targets if (one := _network_of(target.host)))
    return found or (ADDRESS,)


def _network_of(host: str) -> str:
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return ""
    return f"{address}/{address.max_prefixlen}"


def _word(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "gateway"
