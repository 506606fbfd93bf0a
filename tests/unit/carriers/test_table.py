"""docs/carriers.md says what the code says, and the files that people copy from the pages are read as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml

from gateway.apply.document import Document
from trunks.carriers.capabilities import NO, YES, Answer, Capabilities, Limits, rows
from trunks.carriers.kinds import KINDS, registered
from trunks.carriers.table import markdown

DOCS = Path(__file__).parents[3] / "docs"
PAGES = [DOCS / "carriers.md", *sorted((DOCS / "carriers").glob("*.md"))]
TABLE = re.compile(r"<!-- table -->\n(?P<table>.*?)<!-- end of table -->", re.DOTALL)
FILE = re.compile(r"^(?P<indent> *)```yaml\n(?P<text>.*?)^(?P=indent)```", re.DOTALL | re.MULTILINE)
STEP = re.compile(r"^(\d+)\. ", re.MULTILINE)


def test_the_page_holds_the_table_of_the_code() -> None:
    held = TABLE.search((DOCS / "carriers.md").read_text())
    assert held
    assert held["table"] == markdown() + "\n", "python -m trunks.carriers.table prints it"


def test_it_can_be_printed() -> None:
    done = subprocess.run([sys.executable, "-m", "trunks.carriers.table"], capture_output=True, text=True, check=True)
    assert done.stdout == markdown() + "\n"


def test_each_carrier_is_a_column_and_each_question_a_row() -> None:
    head, *rest = (line.split(" | ") for line in markdown().splitlines() if not line.startswith("| ---"))
    assert len(head) == 1 + len(KINDS)
    assert [registered(kind).kind for kind in KINDS] == list(KINDS)
    assert {len(line) for line in rest} == {len(head)}
    assert len(rest) == len(Capabilities.__dataclass_fields__) - 2 + len(Limits.__dataclass_fields__)


def test_what_is_not_limited_or_not_said_is_a_dash() -> None:
    answers = dict.fromkeys(Capabilities.__dataclass_fields__, YES) | {"refer": Answer("partly", "by hand"), "dtmf": NO}
    one = Capabilities(**answers | {"name": "One", "limits": Limits(calls_per_s=0.5, trunks=100)})  # type: ignore[arg-type]
    told = dict(rows([one]))
    assert (told[""], told["refer"], told["dtmf"], told["buy numbers"]) == ("One", "partly: by hand", "no", "yes")
    assert (told["calls begun a second"], told["trunks of an account"], told["calls at once"]) == ("0.5", "100", "–")


@pytest.mark.parametrize("kind", KINDS)
def test_each_carrier_has_its_page_with_a_first_call_in_ten_steps(kind: str) -> None:
    page = (DOCS / "carriers" / f"{kind}.md").read_text()
    first = page.split("## The first call")[1].split("\n## ")[0]
    steps = [int(number) for number in STEP.findall(first)]
    assert steps == list(range(1, len(steps) + 1))
    assert 1 < len(steps) <= 10
    assert f"(carriers/{kind}.md)" in (DOCS / "carriers.md").read_text()
    for asked in ("What it cannot do", "What people must do there", "Webhooks"):
        assert f"\n## {asked}\n" in page
    for key, field in registered(kind).keys.model_fields.items():
        assert not field.is_required() or f"`{key}`" in page, f"nobody is told what {key} is"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_file_that_can_be_copied_is_a_right_one(page: Path) -> None:
    texts = [textwrap.dedent(found["text"]) for found in FILE.finditer(page.read_text())]
    assert texts
    for text in texts:
        document = Document.model_validate(yaml.safe_load(text))
        assert document.trunks
        assert document.numbers
