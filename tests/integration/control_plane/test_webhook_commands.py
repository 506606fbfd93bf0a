"""`gateway webhooks` as it is typed, against a control plane that is served and delivers."""

from __future__ import annotations

import fcntl
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.cli import main
from tests.integration.control_plane.served import served_plane
from tests.integration.control_plane.test_target_commands import Printed

Run = Callable[..., Printed]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    # `main` silences the logs of its process for good, which here is that of all tests.
    monkeypatch.setattr("gateway.kernel.logs.quiet_logs", lambda: None)
    monkeypatch.setenv("GATEWAY_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("GATEWAY_OUTSIDE__NETWORKS", '["127.0.0.0/8"]')

    def run(*arguments: str) -> Printed:
        monkeypatch.setattr(sys, "argv", ["gateway", "webhooks", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        code = left.value.code if isinstance(left.value.code, int) else 0
        return Printed(code, printed.out.splitlines(), printed.err.splitlines())

    with served_plane(tmp_path / "plane") as (url, key), (tmp_path / "stack.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # what a running stack holds
        (tmp_path / "stack.json").write_text("{}")
        (tmp_path / "stack.env").write_text(f"GATEWAY_URL={url}\nGATEWAY_API_KEY={key}\n")
        yield run


def added(run: Run, *arguments: str) -> str:
    printed = run("add", *arguments)
    assert printed.code == 0, printed.errors
    return printed.lines[0].split()[0]


def test_who_was_added_is_listed_and_the_secret_was_shown_once(run: Run) -> None:
    printed = run("add", "https://crm.example/hook", "--name", "crm", "--event", "call.ended", "--personal")
    first, secret = printed.lines
    assert first.split()[1:] == ["crm", "https://crm.example/hook"] and "whsec_" in secret
    other = added(run, "https://b.example/")
    head, *rows = run("list").lines
    assert head.split() == ["id", "name", "url", "events", "waiting", "dead"]
    assert [row.split()[0] for row in rows] == [other, first.split()[0]]
    assert all(words in rows[1] for words in ("crm", "call.ended", "with numbers"))
    assert "all" in rows[0].split() and "whsec_" not in "".join(rows)


def test_a_url_with_control_characters_is_refused(run: Run) -> None:
    printed = run("add", "https://b.example/\x1b[2J")
    assert (printed.code, printed.next_step) == (1, "next: gateway webhooks add --help")


def test_json_is_what_the_api_tells(run: Run) -> None:
    made = json.loads(run("add", "https://crm.example/hook", "--json").lines[0])
    secret = made.pop("secret")
    assert secret.startswith("whsec_") and json.loads(run("list", "--json").lines[0]) == [made]


def test_a_test_that_fails_says_why_and_what_to_type(run: Run) -> None:
    name = added(run, "http://127.0.0.1:1/")
    printed = run("test", name)
    assert (printed.code, printed.errors[0]) == (1, "error: the connection was refused or cut off")
    assert f"gateway webhooks test {name}" in printed.next_step


def test_deliveries_of_a_silent_week(run: Run) -> None:
    name = added(run, "https://crm.example/hook")
    assert run("deliveries", name, "--status", "dead").lines == ["none"]
    assert run("replay", name, "--all-dead").lines == ["0 on their way"]
    assert run("replay", name).code == 1
    missing = run("replay", name, "dlv_none")
    assert (missing.code, missing.next_step) == (1, f"next: gateway webhooks deliveries {name} --status dead")


def test_one_is_switched_off_and_on_and_taken_away(run: Run) -> None:
    name = added(run, "https://crm.example/hook")
    assert run("disable", name).code == 0
    assert "off" in run("list").lines[1].split()
    assert run("enable", name).lines == [f"{name} is on; next: gateway webhooks replay {name} --all-dead"]
    assert "off" not in run("list").lines[1].split()
    assert "whsec_" in run("secret", name, "--overlap", "60").lines[0]
    assert run("remove", name).lines == [f"removed {name}"]
    again = run("remove", name)
    assert (again.code, again.next_step) == (1, "next: gateway webhooks list")
    assert run("list").lines == ["nobody yet; next: gateway webhooks add --help"]


def test_a_receiver_inside_is_refused_with_the_setting_that_allows_it(run: Run) -> None:
    printed = run("add", "https://10.0.0.7/hook")
    assert printed.code == 1 and "private" in printed.errors[0] and "GATEWAY_OUTSIDE__NETWORKS" in printed.errors[0]
