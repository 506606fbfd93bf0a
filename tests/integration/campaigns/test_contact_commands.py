"""`gateway contacts …` as it is typed beside a control plane."""

from __future__ import annotations

import csv
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.campaigns.models import CampaignRow
from gateway.campaigns.terms import Terms
from gateway.cli import sending
from gateway.kernel.ids import new_id
from tests.integration.control_plane.typed import Typing, typing_beside_a_stack

ANA, BEN = "+16145550100", "+442071838750"


@pytest.fixture
def typing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Typing]:
    with typing_beside_a_stack(tmp_path, monkeypatch, capsys, group=("contacts",)) as typing:
        yield typing


@pytest.fixture
def campaign(typing: Typing) -> str:
    return made(typing)


def made(typing: Typing, name: str = "reminders", state: str = "draft") -> str:
    campaign_id, plane = new_id("cmp"), typing.served.plane

    async def make() -> None:
        terms = Terms(agent_id=new_id("agt")).model_dump(mode="json")
        row = CampaignRow(id=campaign_id, name=name, state=state, why="", terms=terms, contacts=0, spent="0")
        row.created_at = row.updated_at = plane.clock.now()
        async with plane.container.database.begin() as session:
            session.add(row)

    typing.served.do(make())
    return campaign_id


def test_a_file_is_imported_and_every_row_accounted_for(typing: Typing, campaign: str, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(f"phone,name\n{ANA},Ana\n{ANA},again\n1.6E+10,x\n020 7183 8750,Ben\n" + "bad,x\n" * 30)
    done = typing("import", campaign, str(file), "--country", "GB")
    assert done.code != 0 and done.lines[1].split() == ["added", "repeated", "rejected"], done.errors
    assert done.lines[2].split() == ["2", "1", "31"] and "utf-8" in done.lines[0]
    assert done.lines[3].startswith("line 4: number: a spreadsheet has made a quantity of it")
    assert len(done.lines) == 3 + 20
    import_id = done.lines[0].split()[0]
    assert done.next_step.endswith(f"gateway contacts rejected {import_id}")
    everything = typing("rejected", import_id)
    assert len(everything.lines) == 31 and everything.lines[-1].startswith("line 35: number: ")
    assert json.loads(typing("rejected", import_id, "--json").lines[0])["line"] == 4
    assert import_id in typing("imports", "reminders").lines[1]
    file.write_text(f"phone,name\n{ANA},Ana\n")
    again = typing("import", "Reminders", str(file))
    assert again.code == 0 and again.lines[2].split() == ["0", "1", "0"], again.errors
    assert again.lines[-1] == f"next: gateway campaigns check {campaign}"


def test_json_is_known_by_the_name_of_the_file(typing: Typing, campaign: str, tmp_path: Path) -> None:
    file = tmp_path / "people.jsonl"
    file.write_text(json.dumps({"number": ANA, "age": 41}) + "\n")
    taken = json.loads(typing("import", campaign, str(file), "--json").lines[0])
    assert (taken["added"], taken["state"]) == (1, "done")
    assert typing.api.get(f"/v1/campaigns/{campaign}/contacts").json()["data"][0]["variables"] == {"age": "41"}


@pytest.mark.parametrize(
    ("content", "arguments", "step"),
    [
        ("name\nAna\n", (), "--number-column NAME"),
        ("number\n+16145550100\n", ("--format", "json"), "--format csv"),
        ("", (), "gateway contacts import --help"),
        ("number\n", ("--country", "XX"), "gateway contacts import --help"),
    ],
)
def test_a_file_that_is_refused_ends_with_what_to_type(
    typing: Typing, campaign: str, tmp_path: Path, content: str, arguments: tuple[str, ...], step: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(content)
    refused = typing("import", campaign, str(file), *arguments)
    assert refused.code != 0 and refused.next_step.endswith(step), refused.errors


def test_a_campaign_that_is_over_is_told_for_a_long_file_too(typing: Typing, tmp_path: Path) -> None:
    over, file = made(typing, state="stopped"), tmp_path / "people.csv"
    file.write_text("number\n" + f"{ANA}\n" * 500_000)  # more than the sockets hold
    refused = typing("import", over, str(file))
    assert refused.code != 0 and "stopped" in refused.errors[0] and refused.next_step.endswith("gateway campaigns list")


def test_one_contact_is_added_shown_listed_and_removed(typing: Typing, campaign: str) -> None:
    added = typing("add", campaign, "614 555 0100", "--country", "US", "--ref", "c1", "--set", "first_name=Ana=B")
    assert added.code == 0 and added.lines[0].endswith("added"), added.errors
    position = added.lines[0].split()[0]
    assert "already" in typing("add", campaign, ANA).lines[0]
    shown = typing("show", campaign, ANA).lines
    assert shown == typing("show", campaign, position).lines
    assert any(ANA in line for line in shown) and any("Ana=B" in line for line in shown)
    assert json.loads(typing("show", campaign, ANA, "--json").lines[0])["ref"] == "c1"
    assert ANA in typing("list", campaign).lines[1]
    assert typing("list", campaign, "--state", "done").lines == [
        f"none; next: gateway contacts import {campaign} FILE.csv"
    ]
    assert typing("remove", campaign, ANA).lines == [f"removed {position}"]
    gone = typing("show", campaign, ANA)
    assert gone.code != 0 and gone.next_step.endswith(f"gateway contacts list {campaign}")


def test_what_is_typed_wrongly_is_told(typing: Typing, campaign: str) -> None:
    bad = typing("add", campaign, "12", "--country", "US")
    assert bad.code != 0 and "wrong length" in bad.errors[0] and bad.next_step.endswith("gateway contacts add --help")
    assert typing("add", campaign, ANA, "--set", "name").next_step.endswith("gateway contacts add --help")
    assert typing("rejected", "imp_none").next_step.endswith("gateway contacts imports CAMPAIGN")
    assert typing("list", "nobody").next_step.endswith("gateway campaigns list")


def test_everybody_is_exported_to_a_new_file(typing: Typing, campaign: str, tmp_path: Path) -> None:
    typing("add", campaign, ANA, "--set", "note==1+1")
    typing("add", campaign, BEN)
    file = tmp_path / "all.csv"
    assert typing("export", campaign, str(file)).code == 0
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["number"] for row in rows] == [f"'{ANA}", f"'{BEN}"] and rows[0]["note"] == "'=1+1"
    assert typing("export", campaign, str(file)).code != 0


def test_a_long_file_has_a_bar(typing: Typing, campaign: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SHOWN_FROM", 1)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    file = tmp_path / "people.csv"
    file.write_text("number\n" + "".join(f"+1614555{n:04}\n" for n in range(9000)))
    done = typing("import", campaign, str(file))
    assert done.code == 0 and done.lines[2].split() == ["9,000", "0", "0"]
    assert any("storing the rest" in line or "sending" in line for line in done.errors)


def test_a_client_that_goes_away_in_the_middle_of_its_file_leaves_what_came(typing: Typing, campaign: str) -> None:
    host, port = typing.served.url.removeprefix("http://").split(":")
    rows = "".join(f"+1614555{n:04}\n" for n in range(5000))
    head = (
        f"PUT /v1/campaigns/{campaign}/imports HTTP/1.1\r\nHost: gateway\r\n"
        f"Authorization: Bearer {typing.served.key}\r\nContent-Length: {len(rows) + 1000}\r\n\r\nnumber\n"
    )
    with socket.create_connection((host, int(port))) as line:
        line.sendall((head + rows).encode())
        told = import_in(typing, campaign, "reading")
        assert told["ended_at"] is None
    told = import_in(typing, campaign, "broken")
    assert "broke off" in told["why"] and told["sha256"] == ""
    assert told["added"] == 5000 == typing.api.get(f"/v1/campaigns/{campaign}").json()["contacts"]


def import_in(typing: Typing, campaign: str, state: str) -> dict[str, Any]:
    """The import of the campaign, as soon as it is in this state."""
    while True:
        found = typing.api.get(f"/v1/campaigns/{campaign}/imports").json()["data"]
        if found and found[0]["state"] == state:
            return found[0]
        assert not found or found[0]["state"] == "reading"
