"""The tables of fields in docs/agents.md are the fields that there are, with what they are if nobody says otherwise."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from agents.profile import AgentContent, CaptureChoice, DialogueEntry, TransferChoice

PAGE = Path(__file__).parents[3] / "docs" / "agents.md"


def in_words(field: FieldInfo) -> str:
    if field.is_required():
        return "–"
    value: Any = field.get_default(call_default_factory=True)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(f"`{one}`" for one in value) or "none"
    if isinstance(value, str):
        return f"`{value}`" if value else "empty"
    return "none" if value is None else str(value)


@pytest.mark.parametrize("model", [AgentContent, DialogueEntry, TransferChoice, CaptureChoice])
def test_the_page_has_every_field_and_its_default(model: type[BaseModel]) -> None:
    _, found, rest = PAGE.read_text().partition(f"<!-- fields: {model.__name__} -->\n")
    assert found
    rows = rest.partition("<!-- /fields -->")[0].splitlines()[2:]
    cells = [re.fullmatch(r"\| `(\w+)` \| (.+?) \| (.+) \|", row) for row in rows]
    assert all(cells), rows
    assert [(row[1], row[2]) for row in cells if row] == [
        (name, in_words(field)) for name, field in model.model_fields.items()
    ]
