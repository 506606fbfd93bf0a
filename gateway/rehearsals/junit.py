"""Rehearsals that were held, as CI systems read them: JUnit's XML. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from gateway.rehearsals.held import Held

_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(suite: str, held: Sequence[Held]) -> str:
    """What nobody has judged counts as skipped."""
    failed, skipped = (sum(one.verdict == name for one in held) for name in ("failed", "not_judged"))
    seconds = f"{sum(one.took_s for one in held):.3f}"
    counts = {"tests": str(len(held)), "failures": str(failed), "errors": "0", "skipped": str(skipped)}
    root = ElementTree.Element("testsuites", counts | {"time": seconds})
    within = ElementTree.SubElement(root, "testsuite", {"name": _clean(suite), **counts, "time": seconds})
    for one in held:
        case = ElementTree.SubElement(
            within, "testcase",
            {"name": _clean(one.rehearsal.name), "classname": f"by_{one.rehearsal.by}", "time": f"{one.took_s:.3f}"},
        )  # fmt: skip
        if one.verdict == "failed":
            failure = ElementTree.SubElement(case, "failure", {"message": _clean(one.why)})
            failure.text = _clean("\n".join(_lines(one)))
        elif one.verdict == "not_judged":
            ElementTree.SubElement(case, "skipped", {"message": _clean(one.why)})
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _lines(held: Held) -> list[str]:
    unmet = [f"expected: {one.expected}; found: {one.found}" for one in held.findings if one.met is False]
    said = [f"{one.began_s:6.1f} s  {one.speaker}: {one.text}" for one in held.story.turns]
    return [*unmet, "", *said]


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("�", text)
