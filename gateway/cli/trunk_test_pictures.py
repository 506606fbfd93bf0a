"""Trunk tests as they look in a terminal. Pure: what the REST API tells in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.cli.columns import aligned, plain

Told = Mapping[str, Any]

_VERDICTS = {"works": "works", "partly": "partly", "fails": "FAILS", "not_measured": "-"}
_NAMES = {
    "options": "OPTIONS",
    "invite_out": "call out",
    "invite_in": "call in",
    "caller_id": "caller id",
    "audio_out": "audio out",
    "audio_in": "audio in",
    "delay": "there and back",
    "digits_rfc4733": "keys, RFC 4733",
    "digits_info": "keys, INFO",
    "digits_inband": "keys, tones",
    "hold": "hold",
    "refer": "REFER",
}


def items_of(items: Sequence[Told]) -> Iterator[str]:
    rows = [(_name(one), _VERDICTS[one["verdict"]], plain(one["words"])) for one in items]
    yield from aligned(rows)


def ending_of(test: Told) -> str:
    """One line: how it went."""
    if test["state"] == "failed":
        return f"the test came to no end: {plain(test['problem'])}"
    bad = [one for one in test["items"] if one["verdict"] == "fails"]
    half = [one for one in test["items"] if one["verdict"] == "partly"]
    if bad:
        return f"{len(bad)} of {len(test['items'])} fail: {', '.join(_name(one) for one in bad)}"
    return f"nothing fails{f'; {len(half)} only in part' if half else ''}"


def _name(item: Told) -> str:
    return _NAMES.get(item["name"]) or plain(item["name"])
