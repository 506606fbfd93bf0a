"""What a trunk test has seen, item by item, in words. Pure."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Literal

from pydantic import BaseModel, Field

from gateway.kernel.e164 import masked
from gateway.transfers.refer_capability import TAKES_NONE
from gateway.trunk_test.seen import KEYS, Incoming, Seen
from trunks.routes.failures import class_of, words_for

Verdict = Literal["works", "partly", "fails", "not_measured"]

MOST_LOSS_PERCENT = 2.0  # more is heard
LONG_WAY_MS = 600.0  # there and back; more makes people talk over each other


class Item(BaseModel):
    """`figures`: milliseconds, percent and counts, by name."""

    name: str
    verdict: Verdict
    words: str
    figures: dict[str, float] = Field(default={})


def judge(seen: Seen, *, over: bool) -> list[Item]:
    """In the order of the test; while it goes on, only what is known already."""
    found = [item for look in _LOOKS if (item := look(seen)) is not None]
    if not over:
        return found
    known = {item.name for item in found}
    missing = [_unmeasured(name, seen) for name in NAMES if name not in known]
    return sorted([*found, *missing], key=lambda item: NAMES.index(item.name))


NAMES = (
    "options", "invite_out", "invite_in", "caller_id", "audio_out", "audio_in", "delay", "digits_rfc4733",
    "digits_info", "digits_inband", "hold", "refer",
)  # fmt: skip


def _unmeasured(name: str, seen: Seen) -> Item:
    if seen.nowhere:
        why = seen.nowhere
    elif seen.answered_ms is None:
        why = "the call out was not answered"
    elif not seen.own_number:
        why = "the number that was called is not one of ours, so nothing of what arrived there is known"
    elif seen.incoming is None:
        why = "the call did not come back in"
    elif not seen.incoming.answered:
        why = "the call that came back was not answered"
    else:
        why = "the test ended before"
    return Item(name=name, verdict="not_measured", words=f"not measured: {why}")


def _options(seen: Seen) -> Item | None:
    if seen.options is None:
        return None
    status, ms = seen.options
    if not status:
        return Item(name="options", verdict="partly", words="nothing answered an OPTIONS; some carriers never do")
    words = f"the far end answers, with {status}"
    return Item(name="options", verdict="works", words=words, figures={"ms": round(ms, 1), "status": status})


def _invite_out(seen: Seen) -> Item | None:
    if seen.answered_ms is not None:
        rang = "" if seen.rang_ms is None else f", rang after {seen.rang_ms:.0f} ms"
        lock = ", encrypted" if seen.encrypted else ""
        words = f"the call was answered{rang}; codec {seen.codec}{lock}"
        return Item(name="invite_out", verdict="works", words=words, figures={"answered_ms": round(seen.answered_ms)})
    if seen.nowhere:
        return Item(name="invite_out", verdict="fails", words=seen.nowhere)
    if seen.failed is None:
        return None
    if seen.incoming and seen.incoming.refused:
        words = f"the call failed with {seen.failed}: it came back in, and this gateway refused it"
    elif seen.failed == 408:
        words = "no answer came in time (408)"
    elif class_of(seen.failed) == "final":
        words = f"the far end refused the number with {seen.failed}: is it right, and does it ring?"
    else:
        words = words_for(seen.failed)
    return Item(name="invite_out", verdict="fails", words=words, figures={"status": seen.failed})


def _invite_in(seen: Seen) -> Item | None:
    came = seen.incoming
    if came is None:
        if not seen.waited_for_it or not seen.own_number or seen.answered_ms is None:
            return None
        words = (
            "the call was answered somewhere, but did not come to this gateway: where does the carrier send the number?"
        )
        return Item(name="invite_in", verdict="fails", words=words)
    if came.refused:
        slug, sentence = came.refused
        return Item(name="invite_in", verdict="fails", words=f"it came back and was refused ({slug}): {sentence}")
    if came.answered:
        return Item(name="invite_in", verdict="works", words="the call came back, was admitted and answered")
    if seen.waited_for_it:
        return Item(name="invite_in", verdict="partly", words="the call came back and was admitted, but not answered")
    return None


def _caller_id(seen: Seen) -> Item | None:
    came = seen.incoming
    if came is None:
        return None
    if came.caller.lstrip("+") == seen.shown.lstrip("+"):
        return Item(name="caller_id", verdict="works", words="the number that was shown arrives as it was shown")
    if not came.caller.lstrip("+").isdigit():
        return Item(name="caller_id", verdict="fails", words="no number arrives: the carrier withholds what we show")
    words = f"another number arrives ({masked(came.caller)}): the carrier replaces what we show"
    return Item(name="caller_id", verdict="partly", words=words)


def _audio_out(seen: Seen) -> Item | None:
    """From us to the carrier, and from there back into the gateway, where it is counted."""
    came = seen.incoming
    if came is None or not came.answered or not came.rtp:
        return None
    return _audio("audio_out", came.rtp, bool(seen.chirps_back), "what we said arrived")


def _audio_in(seen: Seen) -> Item | None:
    if seen.heard_sound is None or not seen.rtp:
        return None
    return _audio("audio_in", seen.rtp, seen.heard_sound, "what was said to us arrived")


def _audio(name: str, rtp: dict[str, float], heard: bool, words: str) -> Item:
    received, loss = rtp.get("received", 0.0), loss_of(rtp)
    figures = {"packets": received, "loss_percent": loss, "jitter_ms": round(rtp.get("jitter_ms", 0.0), 1)}
    if not received:
        words = "no audio packet arrived: a firewall, or a wrong address in the SDP"
        return Item(name=name, verdict="fails", words=words, figures=figures)
    if loss > MOST_LOSS_PERCENT:
        return Item(name=name, verdict="partly", words=f"{loss} % of the packets were lost", figures=figures)
    if not heard:
        return Item(
            name=name, verdict="partly", words="packets arrived, but no sound was known in them", figures=figures
        )
    return Item(name=name, verdict="works", words=f"{words}, {loss} % lost", figures=figures)


def loss_of(rtp: dict[str, float]) -> float:
    """Percent of the packets that should have come."""
    lost, received = rtp.get("lost", 0.0), rtp.get("received", 0.0)
    return round(100 * lost / (lost + received), 1) if lost + received else 0.0


def _delay(seen: Seen) -> Item | None:
    if seen.echo_problem:
        return Item(name="delay", verdict="not_measured", words=f"not measured: {seen.echo_problem}")
    if not seen.chirps_sent or not seen.chirps_back:
        if not seen.chirps_sent:
            return None
        words = f"none of {seen.chirps_sent} known sounds came back from the other end"
        return Item(name="delay", verdict="fails", words=words)
    ms = delay_of(seen.chirps_back)
    figures = {"ms": ms, "sent": seen.chirps_sent, "back": len(seen.chirps_back)}
    words = f"{len(seen.chirps_back)} of {seen.chirps_sent} known sounds came back, after {ms:.0f} ms there and back"
    if len(seen.chirps_back) < seen.chirps_sent:
        return Item(name="delay", verdict="partly", words=words, figures=figures)
    if ms > LONG_WAY_MS:
        return Item(name="delay", verdict="partly", words=f"{words}: people will talk over each other", figures=figures)
    return Item(name="delay", verdict="works", words=words, figures=figures)


def delay_of(back: list[float]) -> float:
    return round(median(back), 1)


_METHODS = {"rfc4733": "telephone events (RFC 4733)", "info": "INFO", "in_band": "tones in the audio"}


def _digits_rfc4733(seen: Seen) -> Item | None:
    if seen.takes_events is False:
        words = "the far end takes no telephone events (RFC 4733) in its SDP"
        return Item(name="digits_rfc4733", verdict="fails", words=words)
    return _digits(seen, "digits_rfc4733", KEYS.rfc4733, "rfc4733", "telephone events (RFC 4733)")


def _digits_info(seen: Seen) -> Item | None:
    if seen.info_status is not None and seen.info_status >= 300:
        words = f"the far end refuses INFO with {seen.info_status}"
        return Item(name="digits_info", verdict="fails", words=words)
    return _digits(seen, "digits_info", KEYS.info, "info", "INFO", "the far end answered 200, but kept it to itself")


def _digits_inband(seen: Seen) -> Item | None:
    if KEYS.inband in seen.tones_back:
        words = "tones in the audio come through unharmed, there and back"
        return Item(name="digits_inband", verdict="works", words=words)
    came = seen.incoming
    if seen.echo_problem and came and KEYS.inband not in came.keys:
        return Item(name="digits_inband", verdict="not_measured", words=f"not measured: {seen.echo_problem}")
    return _digits(seen, "digits_inband", KEYS.inband, "in_band", "tones in the audio")


def _digits(seen: Seen, name: str, key: str, way: str, method: str, lost: str = "") -> Item | None:
    came = seen.incoming
    if not seen.pressed or came is None or not came.answered:
        return None
    arrived = came.keys.get(key)
    if arrived is None:
        more = f": {lost}" if lost else ""
        return Item(name=name, verdict="fails", words=f"a key sent as {method} did not arrive{more}")
    if arrived != way:
        words = f"a key sent as {method} arrives, as {_METHODS.get(arrived, arrived)}: the carrier turns it into that"
        return Item(name=name, verdict="works", words=words)
    return Item(name=name, verdict="works", words=f"a key sent as {method} arrives")


def _hold(seen: Seen) -> Item | None:
    if seen.hold_status is None:
        return None
    if seen.hold_status >= 300:
        words = f"the far end refuses to hold, with {seen.hold_status}; the call went on"
        return Item(name="hold", verdict="fails", words=words)
    if seen.incoming and seen.incoming.held:
        return Item(name="hold", verdict="works", words="hold is taken, and told to the other end")
    return Item(name="hold", verdict="works", words="hold is taken by the carrier, which does not tell the other end")


def _refer(seen: Seen) -> Item | None:
    how = seen.refer
    if how is None:
        return None
    if how.kind == "success":
        return Item(name="refer", verdict="works", words="REFER is taken and carried out")
    if how.kind == "unknown":
        words = "REFER is taken, but the far end does not tell what came of it"
        return Item(name="refer", verdict="partly", words=words)
    if how.taken:
        words = f"REFER is taken; the call that it asked for failed with {how.code}"
        return Item(name="refer", verdict="partly", words=words)
    more = ": transfers go through this gateway" if how.code in TAKES_NONE else ""
    return Item(name="refer", verdict="fails", words=f"REFER is refused with {how.code}{more}")


_LOOKS: tuple[Callable[[Seen], Item | None], ...] = (
    _options, _invite_out, _invite_in, _caller_id, _audio_out, _audio_in, _delay, _digits_rfc4733, _digits_info,
    _digits_inband, _hold, _refer,
)  # fmt: skip


def arrives(items: list[Item], incoming: Incoming | None) -> list[str]:
    """The methods by which keys get through this trunk, best first."""
    works = {item.name for item in items if item.verdict == "works"}
    return [way for way in ("rfc4733", "info", "inband") if incoming and f"digits_{way}" in works]
