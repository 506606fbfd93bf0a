"""`gateway test`: its exit code, its files, and what it says."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from gateway.cli.app import app
from gateway.kernel.errors import BadInput

GOOD = """
agent: demo agent
rehearsals:
  - name: hours
    steps:
      - say: opening hours
        expect: {says: %s}
  - name: balance
    steps: [{say: my balance, expect: {tool: ask_digits}}]
    end: {judge: %s}
"""


def run(folder: Path, *options: str, says: str = "nine to five", judge: str = "[]") -> tuple[int, str, str]:
    file = folder / "suite.yaml"
    file.write_text(GOOD % (says, judge))
    done = CliRunner().invoke(app, ["test", str(file), "--out", str(folder / "out"), *options])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def test_all_as_expected(tmp_path: Path) -> None:
    code, out, shown = run(tmp_path, "--json", "--junit", str(tmp_path / "ci" / "junit.xml"))
    told = json.loads(out.splitlines()[-1])
    assert (code, told["ok"], told["rehearsals"]) == (0, True, {"hours": "passed", "balance": "passed"})
    assert Path(told["report"]).read_text().startswith("<!doctype html>")
    assert ElementTree.parse(tmp_path / "ci" / "junit.xml").getroot().get("tests") == "2"
    assert "✓ hours" in shown and "2 rehearsals: 2 passed" in shown


def test_something_else_than_was_expected(tmp_path: Path) -> None:
    code, out, shown = run(tmp_path, "--json", says="ten to six")
    assert code == 1 and json.loads(out.splitlines()[-1])["rehearsals"]["hours"] == "failed"
    assert "✗ says “ten to six”" in shown and "nine to five" in shown


def test_a_question_that_nobody_judged_is_told_and_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "MODEL"):
        monkeypatch.delenv(f"GATEWAY_TEST__JUDGE_{name}", raising=False)
    code, out, shown = run(tmp_path, "--json", judge="Was it polite?")
    assert code == 0 and json.loads(out.splitlines()[-1])["rehearsals"]["balance"] == "not_judged"
    assert "1 passed, 1 not judged" in shown


def test_some_of_them(tmp_path: Path) -> None:
    code, _, shown = run(tmp_path, "--only", "bal")
    assert code == 0 and "1 rehearsals: 1 passed" in shown
    with pytest.raises(BadInput, match="no rehearsal fits"):
        run(tmp_path, "--by", "voice")
    with pytest.raises(BadInput, match="neither text nor voice"):
        run(tmp_path, "--by", "fax")


def test_no_suite() -> None:
    done = CliRunner().invoke(app, ["test"])
    assert isinstance(done.exception, BadInput) and done.exception.todo
