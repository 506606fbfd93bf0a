"""A 3xx to a call of ours: where it may go on, once, and always by the trunk that it was meant for. Pure."""

from __future__ import annotations

from dataclasses import replace

from gateway.kernel.errors import BadInput
from gateway.sip.dial_plan import DialPlan, with_user
from gateway.sip.transfer_target import TransferTarget, target_of
from gateway.sip.wire.calls import CallFailed
from gateway.sip.wire.uri import parse_name_address, split_list

REDIRECTS = (300, 301, 302)


def redirect_of(failed: CallFailed, plan: DialPlan) -> TransferTarget | None:
    """The most wanted Contact (RFC 3261 §8.1.3.4) that can be dialled and was not just now."""
    if failed.code not in REDIRECTS:
        return None
    contacts: list[tuple[float, TransferTarget]] = []
    for value in split_list([value for name, value in failed.headers if name.lower() == "contact"]):
        try:
            contact = parse_name_address(value)
            contacts.append((_wanted(contact.parameters.get("q", "")), target_of(contact.uri)))
        except (ValueError, BadInput):
            continue
    others = [(wanted, target) for wanted, target in contacts if target.dialled != plan.dialled]
    return max(others, key=lambda one: one[0])[1] if others else None


def redirected(plan: DialPlan, target: TransferTarget) -> DialPlan:
    """The host stays the trunk's: a far end does not choose which network our calls go to."""
    return replace(plan, dialled=target.dialled, request_uri=with_user(plan.request_uri, target.dialled))


def _wanted(q: str) -> float:
    try:
        return min(1.0, max(0.0, float(q)))
    except ValueError:
        return 1.0
