"""`gateway campaigns …` as it is typed beside a control plane, with the file and the commands of docs/campaigns.md."""

from __future__ import annotations

import json
import re
import shlex
import stat
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from compliance.do_not_call.who import who
from gateway.campaigns.models import AttemptRow, CampaignRow, ContactRow
from gateway.cli import campaign_watching
from gateway.kernel.ids import new_id
from tests.integration.control_plane.typed import Typing, meanwhile, typing_beside_a_stack

PAGE = Path(__file__).parents[3] / "docs" / "campaigns.md"
NUMBER, SHOWN, NAME = "+16145550101", "+16145550198", "spring reminders"


@pytest.fixture
def typing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Typing]:
    monkeypatch.setattr(campaign_watching, "LOOK_S", 0.05)
    with typing_beside_a_stack(tmp_path, monkeypatch, capsys, group=("campaigns",)) as typing:
        typing.made("/v1/agents", name="reminders", greeting="Hello")
        typing.made(
            "/v1/outbound-trunks", name="carrier", address="sip.carrier.example", numbers=[SHOWN],
            price_per_minute="0.01",
        )  # fmt: skip
        yield typing


def yaml_of_page() -> str:
    """The file that the page shows."""
    block = re.search(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert block
    return "\n".join(line[3:] for line in block[1].splitlines()) + "\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "campaign.yaml"
    path.write_text(yaml_of_page())
    return path


def campaigns(typing: Typing) -> list[dict[str, object]]:
    return json.loads(typing("list", "--json").lines[0])


def has_contact(typing: Typing, state: str = "waiting") -> str:
    """The campaign's id."""
    plane = typing.served.plane
    campaign_id = str(campaigns(typing)[0]["id"])

    async def put() -> None:
        now, key = plane.clock.now(), plane.app.state.privacy.key
        async with plane.container.database.begin() as session:
            session.add(
                ContactRow(
                    campaign_id=campaign_id,
                    state=state,
                    next_at=now,
                    ref="row-7",
                    number_hash=who(key, NUMBER).subject,
                    place="US-OH",
                    phone_line="fixed",
                    pii_number=NUMBER,
                    pii={},
                )
            )
            (await session.get_one(CampaignRow, campaign_id)).contacts = 1

    typing.served.do(put())
    return campaign_id


def has_attempt(typing: Typing, campaign_id: str) -> None:
    plane = typing.served.plane

    async def put() -> None:
        now = plane.clock.now()
        async with plane.container.database.begin() as session:
            session.add(
                AttemptRow(
                    id=new_id("att"),
                    campaign_id=campaign_id,
                    position=1,
                    n=1,
                    state="ended",
                    outcome="answered",
                    dialler="one",
                    gate={},
                    claimed_at=now,
                    agent_at=now,
                    dialled_at=now,
                    ended_at=now,
                    answered_at=now + timedelta(seconds=5),
                    seconds=33,
                    cost="0.01",
                    currency="USD",
                    disposition="will_come",
                    machine="human",
                    number_hash="x",
                    pii={"number": NUMBER, "shows": SHOWN},
                )
            )

    typing.served.do(put())


def test_every_command_of_the_page_is_one_that_there_is(typing: Typing) -> None:
    typed = re.findall(r"`gateway campaigns ([a-z]+)", PAGE.read_text())
    assert len(set(typed)) > 12
    for command in sorted(set(typed)):
        assert typing(command, "--help").code == 0, command


def test_the_file_of_the_page_makes_a_draft_with_all_that_it_says(typing: Typing, file: Path) -> None:
    made = typing("create", str(file))
    assert made.code == 0, made.errors
    assert NAME in made.lines[0] and "draft" in made.lines[0] and "gateway contacts import" in made.lines[1]
    [campaign] = campaigns(typing)
    assert (campaign["shows"], campaign["seller"], campaign["purpose"]) == (SHOWN, "Acme", "informational")
    assert campaign["budget"] == {"amount": "25.0", "currency": "USD"}
    assert campaign["window"]["days_off"] == ["2026-12-24", "2026-12-31"]  # pyright: ignore[reportIndexIssue]
    shown = "\n".join(typing("show", NAME).lines)
    for words in ("5 at once, 1.0 calls a second", "Sat closed", "busy after 15 min x3", "25.0 USD, 0 spent", SHOWN):
        assert words in shown, words
    assert typing("list").lines[1].split()[0] == campaign["id"]


def test_a_fault_in_the_file_is_told_with_its_line(typing: Typing, file: Path) -> None:
    text = yaml_of_page()
    line = 1 + text.splitlines().index(
        "  weekdays: 09:00-17:30     # without a zone: by the clocks of whoever is called"
    )
    file.write_text(text.replace("09:00-17:30", "19:00-07:30"))
    told = typing("create", str(file))
    assert told.code != 0 and f"campaign.yaml, line {line}: window.weekdays" in told.errors[0]
    file.write_text(text.replace("agent: reminders", "agent: nobody"))
    assert "there is no agent nobody; known: reminders" in typing("create", str(file)).errors[0]
    file.write_text("- 1\n")
    assert "what a campaign is made of" in typing("create", str(file)).errors[0]
    assert campaigns(typing) == []


def test_options_make_one_too_and_win_over_a_file(typing: Typing, file: Path) -> None:
    made = typing("create", "--name", "short", "--agent", "reminders", "--trunk", "carrier", "--budget", "7.50")
    assert made.code == 0, made.errors
    assert typing("create", str(file), "--name", "other", "--seller", "Else").code == 0
    other, short = campaigns(typing)
    assert (short["name"], short["budget"]) == ("short", {"amount": "7.50", "currency": "USD"})
    assert (other["name"], other["seller"], other["opening"]) == ("other", "Else", "your appointment on Friday")
    nothing = typing("create")
    assert nothing.code != 0 and nothing.next_step.endswith("create --help")


def test_what_changes_leaves_the_rest(typing: Typing, file: Path) -> None:
    typing("create", str(file))
    assert typing("change", NAME, "--at-once", "2").code == 0
    assert campaigns(typing)[0]["pacing"] == {"calls_per_s": 1.0, "at_once": 2}


def test_a_check_says_of_whom_and_why_not(typing: Typing, file: Path) -> None:
    typing("create", str(file))
    campaign_id = has_contact(typing)
    checked = typing("check", NAME)
    assert checked.code == 0, checked.errors
    text = "\n".join(checked.lines)
    assert "row-7" in checked.lines[1] and "never" in checked.lines[1] and "consent" in checked.lines[1]
    assert "1 contacts at" in text and "0 may be called, 0 later, 1 not at all" in text
    lines = [json.loads(line) for line in typing("check", campaign_id, "--json").lines]
    assert [set(line) for line in lines][-1] == {"summary"} and len(lines) == 2
    wrong = typing("check", NAME, "--at", "yesterday")
    assert wrong.code != 0 and "at:" in wrong.errors[0]


def test_a_campaign_is_started_followed_paused_resumed_and_stopped(typing: Typing, file: Path) -> None:
    typing("create", str(file))
    nobody = typing("start", NAME)
    assert nobody.code != 0 and "nobody to call" in nobody.errors[0] and "gateway contacts import" in nobody.errors[0]
    campaign_id = has_contact(typing)

    def paused_once_it_runs() -> None:
        deadline = time.monotonic() + 30
        while typing.api.get(f"/v1/campaigns/{campaign_id}").json()["state"] != "running":
            assert time.monotonic() < deadline
        assert typing.api.post(f"/v1/campaigns/{campaign_id}/pause").status_code == 200

    with meanwhile(paused_once_it_runs):
        followed = typing("start", NAME, "--watch")
    assert followed.code == 0, followed.errors
    assert "paused  0%" in followed.lines[-2] and followed.lines[-1].endswith(
        f"gateway campaigns resume {campaign_id} --watch"
    )
    assert "running" in typing("resume", NAME).lines[0]
    assert "stopped" in typing("stop", campaign_id).lines[0]
    again = typing("resume", NAME)
    assert again.code != 0 and "the campaign is stopped" in again.errors[0]
    assert typing("watch", NAME).lines[-1].startswith("stopped; next: gateway campaigns report")


def test_who_stops_watching_leaves_it_running(typing: Typing, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typing("create", str(file))
    campaign_id = has_contact(typing)
    typing("start", NAME)

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(campaign_watching.time, "sleep", interrupted)
    left = typing("watch", NAME)
    assert left.code == 0 and "running" in left.lines[0]
    assert left.lines[-1] == f"the campaign goes on without you; back to it: gateway campaigns watch {campaign_id}"
    assert campaigns(typing)[0]["state"] == "running"


def test_what_became_of_it_is_listed_drawn_and_written(typing: Typing, file: Path, tmp_path: Path) -> None:
    typing("create", str(file))
    campaign_id = has_contact(typing, "done")
    assert typing("attempts", NAME).lines == ["nobody was dialled yet"] == typing("days", NAME).lines
    assert typing("refusals", NAME).lines == ["nobody was refused"]
    has_attempt(typing, campaign_id)
    row = typing("attempts", NAME).lines[1]
    assert "answered" in row and "33" in row and "0.01 USD" in row and "will come" in row and NUMBER not in row
    assert typing("attempts", NAME, "--outcome", "busy").lines == ["nobody was dialled yet"]
    days = typing("days", NAME).lines
    assert days[1].split()[1:5] == ["1", "1", "1", "0"] and days[2].startswith("30 days") and "0 (0.0%)" in days[1]

    report, records = tmp_path / "report.html", tmp_path / "records.csv"
    assert typing("report", NAME, "--out", str(report)).code == 0
    text = report.read_text()
    assert text.startswith("<!doctype html>") and NAME in text and NUMBER not in text
    assert typing("records", NAME, "--out", str(records)).code == 0
    assert NUMBER in records.read_text() and stat.S_IMODE(records.stat().st_mode) == 0o600
    once = typing("records", NAME, "--out", str(records))
    assert once.code != 0 and "not there yet" in once.next_step


def test_one_that_dialled_nobody_is_removed(typing: Typing, file: Path) -> None:
    typing("create", str(file))
    [campaign] = campaigns(typing)
    assert typing("remove", NAME).lines == [f"removed {campaign['id']}"]
    gone = typing("show", NAME)
    assert gone.code != 0 and gone.next_step.endswith("gateway campaigns list")
    assert "gateway campaigns create --help" in typing("list").lines[0]


def test_a_name_that_two_have_has_to_be_an_id(typing: Typing, file: Path) -> None:
    for _ in range(2):
        typing("create", str(file))
    told = typing("show", NAME)
    assert told.code != 0 and "several have this name" in told.errors[0]
    assert shlex.split(told.next_step)[-2:] == ["the", "id"]
