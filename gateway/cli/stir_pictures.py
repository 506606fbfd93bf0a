"""Caller authentication as it looks in a terminal. Pure: verdicts in, lines out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from compliance.stir_shaken.describe import Row
from compliance.stir_shaken.faults import PHRASES
from compliance.stir_shaken.steps import Taken, steps_of
from compliance.stir_shaken.vectors import Outcome
from compliance.stir_shaken.verdict import Checked, Verdict
from gateway.cli.columns import aligned, plain
from gateway.cli.stir_checks import Checkup

_MARKS = {"passed": "✓", "failed": "✗", "open": "·"}


def verdict_lines(found: Checkup) -> Iterator[str]:
    verdict = found.verdict
    for number, checked in enumerate(verdict.headers, 1):
        where = f", certificate at {plain(checked.host)}" if checked.host else ""
        yield f"header {number}: {plain(checked.kind) or 'of no kind that can be read'}{where}"
        yield from aligned([_step_row(one) for one in _steps(checked, found)])
    yield _summary(verdict)
    if found.todo:
        yield f"  next: {plain(found.todo)}"


def _steps(checked: Checked, found: Checkup) -> list[Taken]:
    return list(steps_of(checked, revocation_known=checked.region in found.revocation_known))


def _step_row(taken: Taken) -> tuple[str, ...]:
    code = "/".join(str(code) for code in taken.step.sip_codes) if taken.outcome == "failed" else ""
    return f"  {_MARKS[taken.outcome]}", code, taken.step.name, taken.words


def _summary(verdict: Verdict) -> str:
    if verdict.fault is not None:
        code = verdict.fault.sip_code
        return f"{verdict.verstat}: {code} {PHRASES[code]}: {verdict.sentence}"
    if verdict.attest is None:
        return f"{verdict.verstat}: {verdict.sentence}"
    over = f", over {verdict.diverted} diversions" if verdict.diverted else ""
    name = f", named {plain(verdict.name.nam)}" if verdict.name and verdict.name.nam else ""
    speaker = f"provider {verdict.code}" if verdict.code else "a certificate of numbers"
    return f"{verdict.verstat}: level {verdict.attest} by {speaker} ({plain(verdict.region)}){over}{name}"


def verdict_json(found: Checkup) -> dict[str, Any]:
    verdict = found.verdict
    return {
        "verstat": verdict.verstat,
        "attest": verdict.attest,
        "origid": verdict.origid,
        "code": verdict.code,
        "region": verdict.region,
        "serial": verdict.serial,
        "name": verdict.name.nam if verdict.name else None,
        "diverted": verdict.diverted,
        "sip_code": verdict.sip_code,
        "reason": verdict.fault.slug if verdict.fault else None,
        "sentence": verdict.sentence,
        "headers": [
            {
                "kind": checked.kind,
                "verstat": checked.verstat,
                "host": checked.host,
                "serial": checked.serial,
                "steps": [
                    {"step": one.step.name, "outcome": one.outcome, "words": one.words}
                    for one in _steps(checked, found)
                ],
            }
            for checked in verdict.headers
        ],
    }


def row_lines(kind: str, rows: Sequence[Row]) -> Iterator[str]:
    yield kind
    width = max((len(label) for label, _ in rows), default=0)
    for label, text in rows:
        yield f"  {plain(label):<{width}}  {plain(text)}".rstrip()


def outcome_lines(outcomes: Sequence[Outcome], left: Sequence[str]) -> Iterator[str]:
    head = ("vector", "profile", "expected", "found", "", "words")
    yield from aligned([head, *(_outcome_row(one) for one in outcomes)])
    if left:
        yield f"left out, of profiles that this verifier does not have: {', '.join(plain(one) for one in left)}"
    matched = sum(one.matches for one in outcomes)
    yield f"{matched} matched, {len(outcomes) - matched} differ"


def _outcome_row(one: Outcome) -> tuple[str, ...]:
    state = "ok" if one.matches else "DIFFERS, it was fetched" if one.fetched_wrongly else "DIFFERS"
    return plain(one.name), one.profile, _verdict(one.expected), _verdict(one.found), state, one.sentence


def _verdict(verdict: tuple[str, int | None]) -> str:
    return plain(f"{verdict[0]} {verdict[1] or ''}".rstrip())


def outcome_json(outcomes: Sequence[Outcome], left: Sequence[str]) -> Iterator[str]:
    matched = sum(one.matches for one in outcomes)
    rows = [
        {"vector": one.name, "profile": one.profile, "expected": one.expected, "found": one.found,
         "matches": one.matches, "sentence": one.sentence}
        for one in outcomes
    ]  # fmt: skip
    yield json.dumps({"matched": matched, "differ": len(outcomes) - matched, "left_out": left, "vectors": rows})
