"""Rules of the house that no linter knows: size of files, and what a log call may carry."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("gateway", "trunks", "dispatch_rules", "agents", "compliance")
SOURCES = [p for package in PACKAGES for p in (ROOT / package).rglob("*.py") if not p.name.endswith("_pb2.py")]
LONGEST_FILE = 300
PERSONAL = {
    "ani",
    "dnis",
    "digit",
    "digits",
    "number",
    "phone",
    "text",
    "transcript",
    "from_user",
    "to_user",
    "display_name",
}
BROAD_ALLOWED = {"gateway/kernel/tasks.py", "gateway/durable/runner.py"}  # the loops of a process


def names_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=names_of)
def test_a_file_has_one_purpose_and_so_at_most_300_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


def log_calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id in {"_log", "log", "logger"}:
                yield node


@pytest.mark.parametrize("path", SOURCES, ids=names_of)
def test_a_log_call_has_a_constant_event_and_no_personal_field(path: Path) -> None:
    for call in log_calls(ast.parse(path.read_text())):
        where = f"{names_of(path)}:{call.lineno}"
        if call.args:
            assert isinstance(call.args[0], ast.Constant), f"{where}: the event name must be a constant"
        for keyword in call.keywords:
            assert keyword.arg not in PERSONAL, f"{where}: {keyword.arg} is personal; put it in a field named pii"


@pytest.mark.parametrize("path", SOURCES, ids=names_of)
def test_broad_excepts_stand_only_in_process_loops(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler):
            broad = node.type is None or (
                isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}
            )
            assert not broad or names_of(path) in BROAD_ALLOWED, f"{names_of(path)}:{node.lineno}"


@pytest.mark.parametrize("path", SOURCES, ids=names_of)
def test_only_its_adapter_speaks_livekits_server_api(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        from_livekit = isinstance(node, ast.ImportFrom) and node.module == "livekit"
        names = [alias.name for alias in node.names] if from_livekit and isinstance(node, ast.ImportFrom) else []
        api = any(module.startswith("livekit.api") for module in modules) or "api" in names
        assert not api or path.parent.name == "livekit", f"{names_of(path)}: ask gateway.livekit instead"
