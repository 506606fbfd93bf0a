"""The steps that are shown to people are those that the check takes, in its order."""

from __future__ import annotations

import ast
import itertools
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

import compliance.stir_shaken
from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.revocation import read_revocation_list
from compliance.stir_shaken.steps import STEPS, steps_of
from compliance.stir_shaken.tn_auth_list import NumberRange
from compliance.stir_shaken.verify import Rules
from tests.stir import maker
from tests.stir.checking import CALL, REGION, Check, check

FOLDER = Path(compliance.stir_shaken.__file__).parent
MAKERS = {"invalid": 438, "unsupported": 437, "bad_info": 436, "stale": 403}
NOT_OF_A_HEADER = ("list_", "crl_")  # of lists that are read in the background
OF_THE_CALL = {"too_many_headers", "div_alone", "no_identity"}


def faults_in_the_source() -> set[tuple[str, int]]:
    """(slug, code) of every fault that is made by name; claims, whose names are slugs, are made in one place."""
    found: set[tuple[str, int]] = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add((first.value, MAKERS[node.func.id]))
    return found


def test_every_fault_of_a_header_belongs_to_one_step_with_its_code() -> None:
    found = {(slug, code) for slug, code in faults_in_the_source() if not slug.startswith(NOT_OF_A_HEADER)}
    assert len(found) > 50
    for slug, code in found:
        steps = [step for step in STEPS if slug in step.slugs]
        assert slug in OF_THE_CALL or ([code] == [*steps[0].sip_codes] and len(steps) == 1), slug
    slugs = [slug for step in STEPS for slug in step.slugs]
    assert len(slugs) == len(set(slugs))


def bad(name: str) -> tuple[dict[str, object], maker.Changes, dict[str, object], dict[str, object]]:
    """What to change so that the step fails: claims, extensions, the certificate, the check."""
    old = maker.NOW - timedelta(days=400)
    revoked = maker.revocation_list(maker.intermediate().certificate).public_bytes(Encoding.DER)
    rules = Rules(revoked={REGION: read_revocation_list(revoked, [maker.crl_signer().certificate])})
    numbers = maker.speaks_for(ranges=(NumberRange(maker.OTHER, 1),))
    return {
        "certificate": ({}, {maker.x509.KeyUsage: None}, {}, {}),
        "TNAuthList": ({}, {type(numbers): None}, {}, {}),
        "validity": ({}, {}, {"not_after": old}, {}),
        "revocation": ({}, {}, {}, {"rules": rules}),
        "signature": ({}, {}, {"with_key": maker.key("not the signer's")}, {}),
        "claims": ({"attest": "D"}, {}, {}, {}),
        "freshness": ({"iat": 1}, {}, {}, {}),
        "orig": ({}, {}, {}, {"call": replace(CALL, orig="1")}),
        "dest": ({"dest": {"tn": ["9"]}}, {}, {}, {}),
    }[name]  # type: ignore[return-value]


TRIED = ("certificate", "TNAuthList", "validity", "revocation", "signature", "claims", "freshness", "orig", "dest")


def verdict_with(*names: str) -> Fault:
    claims: dict[str, object] = {}
    changes: maker.Changes = {}
    certificate: dict[str, object] = {}
    rest: dict[str, object] = {}
    for name in names:
        for whole, part in zip((claims, changes, certificate, rest), bad(name), strict=True):
            whole.update(part)  # type: ignore[arg-type]
    leaf = maker.provider(maker.intermediate(), changes=changes, **certificate)  # type: ignore[arg-type]
    one: Check = replace(check, served={maker.X5U: maker.bundle(leaf)}, **rest)  # type: ignore[arg-type]
    fault = one(maker.identity(maker.claims(**claims))).headers[0].fault
    assert fault is not None
    return fault


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(TRIED, 2)))
def test_of_two_faults_the_one_of_the_earlier_step_is_told(first: str, second: str) -> None:
    step = next(step for step in STEPS if step.name == first)
    assert verdict_with(first, second).slug in step.slugs


def test_a_header_that_passes_has_passed_every_step() -> None:
    (header,) = check(maker.identity()).headers
    assert [one.outcome for one in steps_of(header)] == ["passed"] * len(STEPS)


def test_a_header_that_fails_is_followed_to_where_it_failed() -> None:
    (header,) = check(maker.identity(maker.claims(iat=0))).headers
    taken = list(steps_of(header))
    failed = [one for one in taken if one.outcome == "failed"]
    assert [one.step.name for one in failed] == ["freshness"] and failed[0].words == header.fault.sentence  # type: ignore[union-attr]
    where = taken.index(failed[0])
    assert {one.outcome for one in taken[:where]} == {"passed"}
    assert {one.outcome for one in taken[where + 1 :]} == {"open"}


def test_a_step_that_the_settings_let_pass_is_shown_as_not_looked_at() -> None:
    (header,) = check(maker.identity()).headers
    taken = list(steps_of(header, revocation_known=False))
    assert [one.step.name for one in taken if one.outcome == "open"] == ["revocation"]


def test_a_header_of_another_kind_is_left_alone_after_its_form() -> None:
    (header,) = check(maker.identity(jose=maker.jose_header(ppt="rph"))).headers
    names = [one.step.name for one in steps_of(header) if one.outcome == "passed"]
    assert names == ["header", "info", "token", "kind", "x5u"]


def test_the_documentation_tells_these_steps_in_this_order() -> None:
    text = (FOLDER.parents[1] / "docs" / "stir-shaken.md").read_text()
    table = text.partition("| step | passes when | else |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.strip().splitlines()[1:]]
    assert [(row[0], row[2]) for row in rows] == [
        (step.name, "/".join(str(code) for code in step.sip_codes)) for step in STEPS
    ]
