"""What `gateway privacy` prints. Pure; no number is in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]


def found_lines(found: Json) -> list[str]:
    lines = [f"{found['calls']} calls", *(f"{one['found']:>6}  {one['place']}" for one in found["places"])]
    lines += [f"legal hold: {hold}" for hold in found["holds"]]
    return lines + [f"erased before, and on the {which} list then" for which in found["suppressed"]]


def erasure_lines(report: Json) -> list[str]:
    lines = [f"{report['id']}", " found  erased  place"]
    for one in report["places"]:
        lines.append(f"{one['found']:>6}  {one['erased']:>6}  {one['place']}")
        lines += [f"{kept['count']:>6} kept: {kept['why']}" for kept in one["kept"]]
    if not report["rewritten"]:
        lines.append("the database file is written anew by the next sweep that meets no call")
    return lines


def hold_lines(holds: Iterable[Json]) -> list[str]:
    lines = [
        f"{one['id']}  {one['call_id'] or 'a person'}  since {one['created_at']}  {one['why']}"
        + (f"  released {one['released_at']}" if one["released_at"] else "")
        for one in holds
    ]
    return lines or ["none"]


def retention_lines(kinds: Sequence[Json]) -> list[str]:
    lines: list[str] = []
    for one in kinds:
        lines.append(f"{one['kind']:<12} {one['days']:>5} days ({one['least']} to {one['most']})  {one['says']}")
        lines.append(f"{'':<12} {one['source']}; checked {one['checked']}; swept to {one['swept_to'] or 'nothing yet'}")
    return lines


def egress_lines(told: Json) -> list[str]:
    lines = [f"{one['host']}  {one['by']}: {one['what']}" for one in told["receivers"]]
    if not lines:
        lines = ["none: nobody but the carrier heard or read it"]
    if not told["known"]:
        lines.append("no agent has said which speech providers it uses")
    return lines + [f"the call itself went over {trunk}" for trunk in told["carriers"]]
