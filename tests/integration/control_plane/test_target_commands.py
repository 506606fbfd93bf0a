"""`gateway targets` as it is typed, against a control plane that is served: what it prints, and what to type next."""

from __future__ import annotations

import fcntl
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.cli import main
from tests.integration.control_plane.served import PATIENCE_S, served_plane

Json = dict[str, Any]


@dataclass(frozen=True)
class Printed:
    code: int
    lines: list[str]
    errors: list[str]

    @property
    def next_step(self) -> str:
        return self.errors[-1].strip()


@dataclass(frozen=True)
class Terminal:
    """A terminal beside a running stack; `api` is the stack's REST API."""

    run: Callable[..., Printed]
    api: httpx.Client

    def made(self, path: str, **body: object) -> Json:
        answer = self.api.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def way_out(self, name: str = "way out", **fields: object) -> Json:
        body = {"name": name, "address": "sip.carrier.example", "numbers": ["+15105550199"], **fields}
        return self.made("/v1/outbound-trunks", **body)

    def added(self, *arguments: str) -> str:
        """The id of the target that is added."""
        printed = self.run("add", *arguments)
        assert printed.code == 0, printed.errors
        return printed.lines[0].split()[0]


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    # `main` silences the logs of its process for good, which here is that of all tests.
    monkeypatch.setattr("gateway.kernel.logs.quiet_logs", lambda: None)

    def run(*arguments: str) -> Printed:
        monkeypatch.setattr(sys, "argv", ["gateway", "targets", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        code = left.value.code if isinstance(left.value.code, int) else 0
        return Printed(code, printed.out.splitlines(), printed.err.splitlines())

    monkeypatch.setenv("GATEWAY_STATE_DIR", str(tmp_path))
    with served_plane(tmp_path / "plane") as (url, key), (tmp_path / "stack.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # what a running stack holds
        (tmp_path / "stack.json").write_text("{}")
        (tmp_path / "stack.env").write_text(f"GATEWAY_URL={url}\nGATEWAY_API_KEY={key}\n")
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=PATIENCE_S) as api:
            yield Terminal(run, api)


def test_who_was_added_is_listed_in_a_table(terminal: Terminal) -> None:
    terminal.way_out(allow_extensions=True)
    agent = terminal.made("/v1/agents", name="receptionist", greeting="Hello")
    ana = terminal.added(
        "Ana", "--number", "+15105550100", "--skill", "billing", "--ring", "40", "--agent", agent["id"]
    )
    bea = terminal.added("Bea", "--identity", "bea", "--no-operators")
    pbx = terminal.added("Front desk", "--uri", "sip:2000@pbx.example")
    desk = terminal.added("Desk", "--member", bea, "--member", ana, "--strategy", "longest-idle")
    head, *rows = terminal.run("list").lines
    assert head.split() == ["id", "name", "kind", "where", "rings", "skills", "agents", "people"]
    assert [row.split()[0] for row in rows] == [desk, pbx, bea, ana]
    for row, words in zip(
        rows,
        (
            ("Desk", "team", "2 members", "longest"),
            ("Front desk", "sip", "sip:2000@pbx.example"),
            ("Bea", "operator", "browser of bea", "25 s", "none", "no"),
            ("Ana", "phone", "+15105550100", "40 s", "billing", "1", "yes"),
        ),
        strict=True,
    ):
        assert all(word in row for word in words), row
    assert len({row.index(word) for row, word in zip(rows, ("team", "sip ", "operator", "phone"), strict=True)}) == 1


def test_a_team_is_shown_with_whom_it_rings_in_their_order(terminal: Terminal) -> None:
    ana, bea = terminal.added("Ana", "--identity", "ana"), terminal.added("Bea", "--identity", "bea")
    desk = terminal.added("Desk", "--member", bea, "--member", ana)
    assert terminal.api.patch(f"/v1/transfer-targets/{ana}", json={"enabled": False}).status_code == 200
    lines = terminal.run("show", desk).lines
    assert lines[0] == f"{desk}  Desk"
    assert "one after the other" in lines[1]
    assert [(line.split()[0], line.split()[1]) for line in lines[2:4]] == [("1", "Bea"), ("2", "Ana")]
    assert "25 s" in lines[2] and "switched off" in lines[3]
    assert "agents: none" in lines[4]


def test_a_person_is_shown_with_who_may_send_there(terminal: Terminal) -> None:
    agent = terminal.made("/v1/agents", name="receptionist", greeting="Hello")
    ana = terminal.added("Ana", "--identity", "ana", "--agent", agent["id"], "--skill", "billing", "--skill", "french")
    text = "\n".join(terminal.run("show", ana).lines)
    assert all(words in text for words in ("browser of ana for 25 s", "billing, french", agent["id"]))


def test_json_is_what_the_api_tells(terminal: Terminal) -> None:
    ana = terminal.added("Ana", "--identity", "ana")
    told = terminal.api.get(f"/v1/transfer-targets/{ana}").json()
    assert json.loads(terminal.run("show", ana, "--json").lines[0]) == told
    assert json.loads(terminal.run("list", "--json").lines[0]) == [told]


def test_who_is_removed_is_gone(terminal: Terminal) -> None:
    ana = terminal.added("Ana", "--identity", "ana")
    assert terminal.run("remove", ana).lines == [f"removed {ana}"]
    assert terminal.run("list").lines == ["nobody yet; next: gateway targets add --help"]
    again = terminal.run("remove", ana)
    assert (again.code, again.next_step) == (1, "next: gateway targets list")


def test_a_name_cannot_write_over_the_terminal(terminal: Terminal) -> None:
    terminal.added("Ana\x1b[2J\nBea", "--identity", "ana")
    _, row = terminal.run("list").lines
    assert "Ana·[2J·Bea" in row


def test_a_member_of_a_team_stays_and_the_team_is_named(terminal: Terminal) -> None:
    ana = terminal.added("Ana", "--identity", "ana")
    desk = terminal.added("Desk", "--member", ana)
    printed = terminal.run("remove", ana)
    assert printed.code == 1
    assert desk in printed.errors[0] and "Desk" in printed.errors[0]


def test_a_number_that_the_trunk_would_not_dial_is_refused_with_the_reason(terminal: Terminal) -> None:
    terminal.way_out()
    printed = terminal.run("add", "Ana", "--number", "+442079460018")
    assert printed.code == 1
    assert "the trunk allows US" in printed.errors[0]
    assert printed.next_step == "next: gateway targets add --help"


def test_the_trunk_is_chosen_when_there_is_one_and_asked_for_when_there_are_more(terminal: Terminal) -> None:
    none = terminal.run("add", "Ana", "--number", "+15105550100")
    assert none.code == 1 and "no outbound trunk" in none.errors[0]
    first = terminal.way_out("first")
    ana = terminal.added("Ana", "--number", "+15105550100")
    assert terminal.api.get(f"/v1/transfer-targets/{ana}").json()["trunk_id"] == first["id"]
    second = terminal.way_out("second")
    several = terminal.run("add", "Bea", "--number", "+15105550111")
    assert several.code == 1
    assert first["id"] in several.errors[0] and second["id"] in several.errors[0] and "--trunk" in several.next_step
    bea = terminal.added("Bea", "--number", "+15105550111", "--trunk", second["id"])
    assert terminal.api.get(f"/v1/transfer-targets/{bea}").json()["trunk_id"] == second["id"]


@pytest.mark.parametrize("arguments", [[], ["--number", "+15105550100", "--identity", "ana"]])
def test_a_target_is_one_thing_at_one_place(terminal: Terminal, arguments: list[str]) -> None:
    printed = terminal.run("add", "Ana", *arguments)
    assert (printed.code, printed.next_step) == (1, "next: gateway targets add --help")


def test_a_control_plane_that_is_away_is_told_with_the_next_command(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "stack.env").write_text("GATEWAY_URL=http://127.0.0.1:1\nGATEWAY_API_KEY=none\n")
    printed = terminal.run("list")
    assert (printed.code, printed.next_step) == (1, "next: gateway status")
