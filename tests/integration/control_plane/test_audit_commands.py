"""`gateway audit` as it is typed: what it shows, writes and proves, and how it names what was tampered with."""

from __future__ import annotations

import fcntl
import json
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from gateway.cli import main
from tests.integration.control_plane.served import PATIENCE_S, served_plane
from tests.integration.control_plane.test_target_commands import Printed

Run = Callable[..., Printed]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Of a ledger with three numbers in it."""
    monkeypatch.setattr("gateway.kernel.logs.quiet_logs", lambda: None)
    monkeypatch.setenv("GATEWAY_STATE_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Printed:
        monkeypatch.setattr(sys, "argv", ["gateway", "audit", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        code = left.value.code if isinstance(left.value.code, int) else 0
        return Printed(code, printed.out.splitlines(), printed.err.splitlines())

    with served_plane(tmp_path / "plane") as (url, key), (tmp_path / "stack.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # what a running stack holds
        (tmp_path / "stack.json").write_text("{}")
        (tmp_path / "stack.env").write_text(f"GATEWAY_URL={url}\nGATEWAY_API_KEY={key}\n")
        headers = {"Authorization": f"Bearer {key}"}
        for number in range(3):
            body = {"number": f"+1510555010{number}"}
            made = httpx.post(f"{url}/v1/numbers", json=body, headers=headers, timeout=PATIENCE_S)
            assert made.status_code == 201
        yield run


def test_what_was_exported_is_proved_without_the_gateway(run: Run, tmp_path: Path) -> None:
    assert run("export", "--out", "all.jsonl", "--personal").code == 0
    assert stat.S_IMODE((tmp_path / "all.jsonl").stat().st_mode) == 0o600
    printed = run(
        "verify", "all.jsonl", "--key", "plane/ledger/ledger.pub", "--checkpoints", "plane/ledger/checkpoints.jsonl"
    )
    assert printed.code == 0 and printed.lines[0].startswith("✓ 4 entries")
    assert any("3 personal values, 0 erased" in line for line in printed.lines)
    unknown = run("verify", "all.jsonl")
    assert unknown.code == 0 and "compare it" in unknown.lines[-1]
    run("export", "--out", "part.jsonl", "--kind", "export")
    assert run("verify", "part.jsonl").lines[0] == "✓ 2 entries, each as it was recorded; a part of all"
    again = run("export", "--out", "all.jsonl")
    assert again.code == 1 and "all.jsonl cannot be made" in again.errors[0]


def test_what_was_tampered_with_is_named(run: Run, tmp_path: Path) -> None:
    run("export", "--out", "all.jsonl")
    lines = (tmp_path / "all.jsonl").read_text().splitlines(True)
    (tmp_path / "changed.jsonl").write_text("".join(lines).replace("create", "revoke", 1))
    (tmp_path / "removed.jsonl").write_text("".join([*lines[:2], *lines[3:]]))
    (tmp_path / "cut.jsonl").write_text("".join(lines[:3]))
    changed = run("verify", "changed.jsonl")
    assert changed.code == 1 and changed.lines[0].startswith("✗ changed: entry 1")
    removed = run("verify", "removed.jsonl")
    assert removed.code == 1 and removed.lines[0].startswith("✗ removed: entry 2")
    cut = json.loads(run("verify", "cut.jsonl", "--json").lines[0])
    assert not cut["good"] and cut["findings"][0]["wrong"] == "truncated"
    wrong = run("verify", "all.jsonl", "--key", "nonsense")
    assert wrong.code == 1 and "no key" in wrong.errors[0]


def test_a_checkpoint_that_was_kept_shows_what_was_taken_back(run: Run, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("\n".join(run("checkpoint").lines) + "\n")
    run("export", "--out", "all.jsonl")
    assert run("verify", "all.jsonl", "--checkpoints", "kept.txt").code == 0
    size = json.loads(run("checkpoint", "--json").lines[0])["size"]
    assert size == 4 and "goes on from" in run("checkpoint", "--since", "3").lines[-1]


def test_entries_are_listed_the_newest_first(run: Run) -> None:
    head, *rows = run("list").lines
    assert head.split() == ["entry", "at", "kind", "actor", "call", "facts"]
    assert [row.split()[0] for row in rows] == ["3", "2", "1"] and all('"verb": "create"' in row for row in rows)
    assert run("list", "--kind", "dial").lines == ["none"]
    assert len(json.loads(run("list", "--json", "--limit", "2").lines[0])) == 2
    assert run("list", "--kind", "gossip").code == 1
