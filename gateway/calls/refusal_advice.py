"""What an operator does when a call was refused and should not have been. Pure."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from compliance.screening.caller import is_anonymous


@dataclass(frozen=True)
class About:
    """The refused call, as far as it is known; who may not see numbers gets words in their place."""

    call_id: str
    caller: str = ""
    number: str = ""
    source: str = ""
    by: str = ""  # the entry, or the list, that decided
    trunk_id: str = ""
    rule_id: str = ""

    @property
    def terms(self) -> str:
        """Where the terms of screening and trust are."""
        rule = f" or PATCH /v1/dispatch-rules/{self.rule_id}" if self.rule_id else ""
        return f"PATCH {_trunk(self)}{rule}"


def _trunk(about: About) -> str:
    return f"/v1/inbound-trunks/{about.trunk_id or 'trk_…'}"


def _remove(about: About) -> str:
    return f"gateway screening remove {about.by or 'scr_…'}"


def _named(text: str, instead: str) -> str:
    return shlex.quote(text) if text else instead


def advice_for(slug: str, about: About) -> str:
    """One line: what to type or to send."""
    caller, number = _named(about.caller, "CALLER"), _named(about.number, "NUMBER")
    source = _named(about.source, "SOURCE")
    match slug:
        case "caller_blocked":
            return f"{_remove(about)}; of a wider block, for this caller alone: gateway screening allow {caller}"
        case "source_blocked":
            return f"{_remove(about)}; of a wider block, for this address alone: gateway screening allow {source}"
        case "not_on_allow_list" if about.source and is_anonymous(about.caller):
            return f"gateway screening allow {source}"
        case "do_not_originate" | "not_on_allow_list":
            return f"gateway screening allow {caller}"
        case "anonymous_caller":
            return f'{about.terms} with screening.anonymous "allow" or "challenge"'
        case "caller_rate":
            return f"{about.terms} with a higher screening.rate_per_caller"
        case "number_rate":
            return f"{about.terms} with a higher screening.rate_per_number"
        case "unverified_caller":
            return f"gateway calls show {about.call_id}; then {about.terms} with other caller_trust"
        case "screened" | "wrong_pin":
            return f"gateway calls show {about.call_id}: was the caller asked, and what came? Then {about.terms}"
        case "unknown_number":
            return f'POST /v1/numbers with "number": {number} and the trunk it comes by'
        case "source_not_allowed":
            return f"add {source} to allowed_addresses: PATCH {_trunk(about)}"
        case "caller_not_allowed":
            return f"add {caller} to allowed_numbers, or empty them: PATCH {_trunk(about)}"
        case "no_trunk":
            return "GET /v1/inbound-trunks and /v1/inbound-trunks/sync: is a trunk there, enabled, and in LiveKit?"
        case "no_rule":
            return "POST /v1/dispatch-rules/resolve with the trunk and both numbers says why each rule does not fit"
        case "wrong_password":
            return f"give the phone or carrier auth_username and auth_password of the trunk, or: PATCH {_trunk(about)}"
        case "call_rate":
            trunk = f"/v1/outbound-trunks/{about.trunk_id or 'trk_…'}"
            return f"call again a second later, or raise max_calls_per_s as the carrier allows: PATCH {trunk}"
        case "over_capacity" | "too_many_calls":
            return f"raise max_calls (PATCH {_trunk(about)}) or the node's limits, or run another node"
        case "no_codec":
            return f"allow what the phone offers, codec and encryption, in media: PATCH {_trunk(about)}"
        case "control_plane_lost" | "livekit_unavailable" | "draining" | "internal_error":
            return "gateway status; gateway doctor"
        case _:
            return f"gateway calls show {about.call_id}"
