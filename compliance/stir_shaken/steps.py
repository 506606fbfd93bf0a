"""The steps of the check, in their order, and how far a header came. Pure.

Each step names the code that it refuses with and the words (`Fault.slug`) of everything that can fail in it: a fault
tells its step, and so that all before it were passed. The order is that of `verify.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.verdict import NONE, Checked

Outcome = Literal["passed", "failed", "open"]  # open: not looked at


@dataclass(frozen=True)
class Step:
    """`sip_codes`: what failing in it is answered with."""

    name: str
    sentence: str
    sip_codes: tuple[int, ...]
    slugs: frozenset[str]


@dataclass(frozen=True)
class Taken:
    """A step as one header took it; `words`: what was wrong, or else what the step looks at."""

    step: Step
    outcome: Outcome
    words: str


def _step(name: str, sentence: str, sip_codes: tuple[int, ...], slugs: str) -> Step:
    return Step(name, sentence, sip_codes, frozenset(slugs.split()))


STEPS = (
    _step(
        "header", "the header is a token with parameters, in the full form, with alg ES256", (438,),
        "header_too_long header_characters header_syntax no_token compact_form header_alg",
    ),
    _step("info", "its info says where the certificate is", (436,), "no_info"),
    _step(
        "token", "the token has three parts of base64url, the first two of them JSON with one meaning", (438,),
        "jws_parts base64url json json_object json_depth json_ambiguous",
    ),
    _step("kind", "the token is a PASSporT with ES256, of the kind that the header says", (438,), "alg typ crit ppt"),
    _step("x5u", "the token names the same certificate as the header", (436,), "no_x5u x5u_info"),
    _step(
        "address", "the certificate's address is https to a host by name, on a port that is allowed", (436,),
        "x5u_syntax x5u_scheme x5u_userinfo x5u_parts x5u_port x5u_host",
    ),
    _step(
        "fetch", "the certificate came, in time, from an address outside, and is PEM", (436,),
        "not_fetched busy fetch_timeout fetch_name fetch_forbidden fetch_tls fetch_connect fetch_http fetch_redirect "
        "fetch_status fetch_size no_certificate",
    ),
    _step(
        "certificate", "the certificate is a provider's: its key, its purposes, its extensions", (437,),
        "too_many_certificates certificate_syntax certificate_version certificate_key certificate_algorithm "
        "critical_extension certificate_is_ca key_usage key_identifier certificate_policy claim_constraints",
    ),
    _step(
        "TNAuthList", "its TNAuthList says for which provider it speaks, and its name says the same", (437,),
        "no_tn_auth_list tn_auth_list tn_auth_list_kind subject",
    ),
    _step("authority", "an authority of a region that is trusted vouches for it", (437,), "no_trust untrusted"),
    _step("validity", "no certificate on the way to the authority has expired", (437,), "expired not_yet_valid"),
    _step(
        "revocation", "no certificate on the way to the authority is withdrawn", (437,), "revoked no_revocation_list"
    ),
    _step("signature", "the certificate's key has signed the token as it came", (438,), "signature_size signature"),
    _step(
        "claims", "every claim is there, in its type", (438,), "iat attest origid orig dest div rcd",
    ),
    _step("freshness", "the token is of this minute", (403,), "stale future"),
    _step("validity then", "the certificate was valid when the token was made", (437,), "not_valid_then"),
    _step("orig", "the token is about the caller of the request", (438,), "orig_mismatch"),
    _step(
        "scope", "the authority's region has this country, and the certificate speaks for the number", (437,),
        "region tn_auth_list_scope",
    ),
    _step(
        "dest", "the token is for the destination of the request, or signed diversions lead there", (438,),
        "dest_mismatch div_gap",
    ),
)  # fmt: skip


def steps_of(checked: Checked, *, revocation_known: bool = True) -> Iterator[Taken]:
    """How one header went through. Of a kind that is none of ours only the form was looked at. `revocation_known`:
    whether its region's list was at hand; without one that step is passed by leave of the settings, or open."""
    if checked.verstat == NONE:
        kind = next(number for number, step in enumerate(STEPS) if step.name == "address")
        yield from (
            Taken(step, "passed" if number < kind else "open", step.sentence) for number, step in enumerate(STEPS)
        )
        return
    stopped = len(STEPS) if checked.fault is None else _at(checked.fault)
    for number, step in enumerate(STEPS):
        if number == stopped and checked.fault is not None:
            yield Taken(step, "failed", checked.fault.sentence)
        elif number < stopped and step.name == "revocation" and not revocation_known:
            yield Taken(step, "open", "there is no list of withdrawn certificates at hand")
        else:
            yield Taken(step, "passed" if number < stopped else "open", step.sentence)


def _at(fault: Fault) -> int:
    return next(number for number, step in enumerate(STEPS) if fault.slug in step.slugs)
