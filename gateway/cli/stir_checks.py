"""What `gateway stir` reads and runs: headers, files, certificates that are fetched when that is asked for."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, get_args

from compliance.stir_shaken.certificate import Profile
from compliance.stir_shaken.certificates import Certificates
from compliance.stir_shaken.chain import Credential, read_credential
from compliance.stir_shaken.faults import Fault, bad_info
from compliance.stir_shaken.regions import load_region, region_folders
from compliance.stir_shaken.replay import Seen
from compliance.stir_shaken.revocation import RevocationList
from compliance.stir_shaken.telephone import canonical
from compliance.stir_shaken.trust import Region, read_anchors
from compliance.stir_shaken.vectors import Outcome, run_vectors, without_profile
from compliance.stir_shaken.verdict import Verdict
from compliance.stir_shaken.verify import Opened, Rules, SipCall, judge, open_header
from gateway.kernel.clock import SystemClock
from gateway.kernel.errors import BadInput
from gateway.net.outside import Outside

VERIFY = "gateway stir verify --help"
MOST_BYTES = 32 * 1024 * 1024
PROFILES: tuple[Profile, ...] = get_args(Profile)


@dataclass(frozen=True)
class Checkup:
    """`revocation_known`: the regions with a list of withdrawn certificates. `todo`: what to type next, or ""."""

    opened: Sequence[Opened]
    verdict: Verdict
    revocation_known: Collection[str]
    todo: str


def check_call(
    headers: Sequence[str], caller: str, called: Sequence[str], now: datetime, trust: Path | None,
    certificate: Path | None, country: str, profile: str, *, fetch: bool,
) -> Checkup:  # fmt: skip
    """Raises BadInput, SetupError."""
    if profile not in PROFILES:
        raise BadInput(f"there is no profile {profile}", todo=f"--profile {' or '.join(PROFILES)}")
    if not headers:
        raise BadInput("there is no header to check", todo=f"give one, or --vectors FILE: {VERIFY}")
    if not caller or not called:
        raise BadInput("a header is checked against a call", todo="say who calls whom: --from NUMBER --to NUMBER")
    numbers = [number_of(one, country, "--to") for one in called]
    call = SipCall(number_of(caller, country, "--from"), frozenset(numbers), "checked by hand")
    regions, revoked = _regions(trust, now)
    rules = Rules(profile=profile, revoked=revoked)
    opened = [open_header(value, rules) for value in headers]
    read = partial(read_credential, regions=regions, profile=rules.profile, now=now)
    credentials = _credentials([one.x5u for one in opened if one.x5u], read, certificate, fetch=fetch)
    verdict = judge(opened, credentials, call, now, rules, Seen())
    return Checkup(opened, verdict, revoked.keys(), _next(opened, verdict))


def _next(opened: Sequence[Opened], verdict: Verdict) -> str:
    slug = verdict.fault.slug if verdict.fault else ""
    if slug == "not_fetched":
        return "give --certificate FILE, or --fetch"
    if slug in ("no_trust", "untrusted"):
        return "give --trust with the authorities to believe; how to get them: docs/stir-shaken.md"
    if slug in ("stale", "future"):
        made = next((one.token.claims.get("iat") for one in opened if one.token), None)
        return f"as of when it was made: --now {made}"
    return ""


def _credentials(
    urls: Sequence[str], read: Callable[[bytes], Credential], certificate: Path | None, *, fetch: bool
) -> Mapping[str, Credential | Fault]:
    if certificate is not None:
        found = _read_with(read, read_file(certificate))
        return dict.fromkeys(urls, found)
    return asyncio.run(_fetched(urls, read)) if fetch else {}


def _read_with(read: Callable[[bytes], Credential], pem: bytes) -> Credential | Fault:
    try:
        return read(pem)
    except Fault as fault:
        return fault


async def _fetched(urls: Sequence[str], read: Callable[[bytes], Credential]) -> Mapping[str, Credential | Fault]:
    outside = Outside()
    certificates = Certificates(outside, read, SystemClock())
    try:
        await asyncio.gather(*(certificates.fetch(url) for url in set(urls)))
        return {url: certificates.known(url) or bad_info("not_fetched", "the certificate did not come") for url in urls}
    finally:
        await certificates.close()
        await outside.close()


def _regions(trust: Path | None, now: datetime) -> tuple[Sequence[Region], Mapping[str, RevocationList]]:
    """Of a PEM file, a folder of one region, or the folder of all."""
    if trust is None:
        return (), {}
    if trust.is_file():
        try:
            return [Region(trust.stem, read_anchors(read_file(trust)))], {}
        except Fault as fault:
            raise BadInput(f"{trust}: {fault.sentence}", todo="--trust a PEM file of authorities") from fault
    alone = any((trust / name).exists() for name in ("authorities.pem", "authorities.jws"))
    loaded = [load_region(one, one, now) for one in ([trust] if alone else region_folders(trust))]
    return [one.region for one in loaded], {one.region.name: one.revoked for one in loaded if one.revoked}


def number_of(text: str, country: str, option: str) -> str:
    """Raises BadInput, without the text."""
    number = canonical(text, country)
    if number is None:
        raise BadInput(f"{option} is no telephone number", todo=f"{option} +12155550121, or tel: or sip: with a number")
    return number


def read_headers(given: Sequence[str]) -> list[str]:
    lines = [line for one in given for line in (sys.stdin.read().splitlines() if one == "-" else [one])]
    return [_value(line) for line in lines if line.strip()]


def read_anything(given: str) -> bytes:
    """A file's content, stdin, or the argument itself. Raises BadInput."""
    if given == "-":
        return sys.stdin.buffer.read(MOST_BYTES)
    if _is_file(given):
        return read_file(Path(given))
    if given.count(".") < 2 or "/" in given.partition(";")[0]:
        raise BadInput(f"there is no file {given[:200]}", todo="gateway stir inspect FILE, or a token in quotes")
    return _value(given).encode()


def _is_file(given: str) -> bool:
    try:
        return Path(given).is_file()
    except (OSError, ValueError):  # a token is too long for a name
        return False


def read_file(path: Path) -> bytes:
    """Raises BadInput."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadInput(f"{path} is larger than {MOST_BYTES} bytes", todo="give another file")
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}", todo=f"ls -l {path}") from error


def _value(line: str) -> str:
    """Without the header's name, as it is copied from a trace."""
    name, colon, rest = line.partition(":")
    return rest.strip() if colon and name.strip().lower() in ("identity", "y") else line.strip()


def run_file(path: Path) -> tuple[list[Outcome], list[str]]:
    """What each vector came to, and the expectations left out. Raises BadInput for what is no file of vectors."""
    todo = "gateway stir verify --vectors FILE, of the form that docs/stir-shaken.md tells"
    try:
        file: Any = json.loads(read_file(path))
        return list(run_vectors(file)), without_profile(file)
    except Fault as fault:
        raise BadInput(f"{path}: {fault.sentence}", todo=f"gateway stir inspect {path}") from fault
    except KeyError as error:
        raise BadInput(f"{path} lacks the member or the certificate {error}", todo=todo) from error
    except (ValueError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise BadInput(f"{path} is no file of vectors", todo=todo) from error
