"""`gateway agents …` as it is typed beside a control plane, with the files and the commands of docs/agents.md."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.profile import AgentContent
from tests.integration.control_plane.typed import Typing, typing_beside_a_stack

PAGE = Path(__file__).parents[3] / "docs" / "agents.md"
NAME = "reception"


@pytest.fixture
def typing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Typing]:
    with typing_beside_a_stack(tmp_path, monkeypatch, capsys, group=("agents",)) as typing:
        typing.made("/v1/transfer-targets", name="front desk", kind="operator", identity="desk")
        yield typing


def yaml_of_page() -> str:
    """The file that the page shows."""
    block = re.search(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert block
    return block[1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "reception.yaml"
    path.write_text(yaml_of_page())
    return path


def changed(file: Path, before: str, after: str) -> int:
    """The line, counted from 1, that has it."""
    text = file.read_text()
    assert text.count(before) == 1, before
    file.write_text(text.replace(before, after))
    return 1 + text[: text.index(before)].count("\n")


def created(typing: Typing, file: Path) -> str:
    """The id of the agent that the page's file makes."""
    made = typing("create", str(file))
    assert made.code == 0, made.errors
    return made.lines[0].split()[0]


def test_the_commands_of_the_page_do_what_it_says_in_their_order(
    typing: Typing, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the file to the way back, typed as they stand there."""
    monkeypatch.chdir(file.parent)
    block = re.search(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert block
    typed = [shlex.split(line, comments=True) for line in block[1].splitlines()]
    assert len(typed) == 10 and all(words[:2] == ["gateway", "agents"] for words in typed)
    for words in typed:
        if words[2] == "draft" and words[-1] == file.name:
            changed(file, "From nine to five, Monday to Friday.", "From eight to six, Monday to Friday.")
        printed = typing(*words[2:])
        assert printed.code == 0, (words, printed.errors)
    [agent] = json.loads(typing("list", "--json").lines[0])
    assert agent["dialogue"][0]["say"] == "We are open. From nine to five, Monday to Friday."
    assert [one["n"] for one in json.loads(typing("versions", NAME, "--json").lines[0])] == [3, 2, 1]


def test_every_command_that_the_page_names_is_one_that_there_is(typing: Typing) -> None:
    typed = set(re.findall(r"`?gateway agents ([a-z]+)", PAGE.read_text()))
    assert typed == {
        "list", "show", "create", "edit", "check", "draft", "diff", "publish", "versions", "rollback", "remove",
    }  # fmt: skip
    for command in sorted(typed):
        assert typing(command, "--help").code == 0, command


def test_the_file_of_the_page_makes_an_agent_with_all_that_it_says(typing: Typing, file: Path) -> None:
    agent_id = created(typing, file)
    desk = typing.api.get("/v1/transfer-targets").json()["data"][0]["id"]
    [agent] = json.loads(typing("list", "--json").lines[0])
    assert (agent["id"], agent["name"], agent["transfers"][0]["target_id"]) == (agent_id, NAME, desk)
    head, row = typing("list").lines
    assert head.split()[:3] == ["id", "name", "answers"] and row.split()[:2] == [agent_id, NAME]
    shown = "\n".join(typing("show", NAME).lines)
    for words in (
        "1, published 2026-11-20 09:00",
        "opening_hours (are you open",
        "desk (speak to a human",
        "card (pay",
    ):
        assert words in shown, (words, shown)
    assert "draft" not in shown


def test_what_is_shown_as_yaml_makes_the_same_agent(typing: Typing, file: Path, tmp_path: Path) -> None:
    created(typing, file)
    again = tmp_path / "again.yaml"
    again.write_text("\n".join(typing("show", NAME, "--yaml").lines).replace("name: reception", "name: again", 1))
    created(typing, again)
    second, first = json.loads(typing("list", "--json").lines[0])
    same = set(AgentContent.model_fields) - {"name"}
    assert {name: second[name] for name in same} == {name: first[name] for name in same}


def test_a_fault_is_told_with_file_line_and_field(typing: Typing, file: Path) -> None:
    line = changed(file, "    say: We are open.", "    says: We are open.")
    told = typing("check", str(file))
    assert told.code == 1 and told.next_step == f"next: mend it, then: gateway agents check {file}"
    assert f"{file}, line {line}: dialogue.0.says: there is no such field" in told.lines[1]
    assert f"{file}, line {line - 2}: dialogue.0.say: it is missing; write it" in told.lines[0]
    refused = typing("create", str(file))
    assert refused.code == 1 and f"{file}, line " in refused.errors[0] and "dialogue.0" in refused.errors[0]
    assert refused.next_step == f"next: gateway agents check {file}"
    assert typing("list").lines == ["none yet; next: gateway agents create FILE.yaml"]


def test_a_target_that_nobody_has_is_told_with_its_line(typing: Typing, file: Path) -> None:
    line = changed(file, "target: front desk", "target: nobody")
    told = typing("check", str(file))
    assert told.code == 1 and f"{file}, line {line}: transfers.0.target: there is no nobody" in told.errors[0]
    assert told.next_step == "next: gateway targets list"
    typing.person("Ann")
    typing.person("Ann")
    changed(file, "target: nobody", "target: Ann")
    assert "several targets are called Ann: give the id" in typing("check", str(file)).errors[0]


def test_what_is_no_yaml_is_told_with_its_line(typing: Typing, file: Path) -> None:
    file.write_text("name: [\n")
    assert f"{file}, line" in typing("create", str(file)).errors[0]
    file.write_text("- 1\n")
    assert "what an agent is made of" in typing("create", str(file)).errors[0]


def test_a_check_knows_the_agent_of_that_name(typing: Typing, file: Path) -> None:
    said = typing("check", str(file))
    assert said.lines == [f"nothing is wrong with {file}; next: gateway agents create {file}"]
    agent_id = created(typing, file)
    assert typing("check", str(file)).lines[-1].endswith(f"next: gateway agents draft {agent_id} {file}")
    trunk = typing.made("/v1/inbound-trunks", name="in", allowed_addresses=["192.0.2.0/24"])
    body = {"name": "main", "trunk_ids": [trunk["id"]], "agent_id": agent_id, "capture": "card"}
    rule = typing.made("/v1/dispatch-rules", **body)
    line = changed(file, "  - name: card", "  - name: passport")
    told = typing("check", str(file))
    assert told.code == 1 and rule["id"] in told.lines[0] and f"line {line - 1}: captures: " in told.lines[0]


def test_a_draft_that_is_wrong_is_kept_and_shown_with_what_is_wrong(typing: Typing, file: Path) -> None:
    agent_id = created(typing, file)
    line = changed(file, "max_turn_wait_s: 0.8", "max_turn_wait_s: 8")
    kept = typing("draft", NAME, str(file))
    assert kept.code == 0 and kept.lines[0].startswith("draft, begun on version 1")
    assert f"{file}, line {line}: max_turn_wait_s: " in kept.lines[1]
    assert kept.lines[-2:] == [
        "1 problem: it cannot be published yet",
        f"next: gateway agents draft {agent_id} FILE.yaml",
    ]
    assert "max_turn_wait_s: " in typing("draft", NAME).lines[1]
    refused = typing("publish", NAME)
    assert refused.code == 1 and "max_turn_wait_s" in refused.errors[0]
    assert refused.next_step == f"next: gateway agents draft {agent_id}"
    assert "begun on version 1; 1 problem" in "\n".join(typing("show", NAME).lines)


def test_what_is_different_is_shown_before_and_after(typing: Typing, file: Path) -> None:
    created(typing, file)
    nothing = typing("diff", NAME)
    assert nothing.code == 1 and nothing.next_step.startswith("next: gateway agents draft")
    changed(file, "greeting: Hello", "greeting: Good day")
    typing("draft", NAME, str(file))
    lines = typing("diff", NAME).lines
    assert lines[0] == "~ greeting" and lines[1].startswith("    - Hello") and lines[2].startswith("    + Good day")
    assert len(lines) == 3
    assert typing("diff", NAME, "--to", "1").lines == ["nothing is different between version 1 and version 1"]


def test_a_draft_that_was_overtaken_says_what_to_type(typing: Typing, file: Path) -> None:
    agent_id = created(typing, file)
    typing("draft", NAME, str(file))
    changed(file, "greeting: Hello", "greeting: Good day")
    assert "version 2" in typing("edit", NAME, str(file)).lines[0]
    refused = typing("publish", NAME)
    assert refused.code == 1 and "begun on version 1, and version 2" in refused.errors[0]
    assert refused.next_step == f"next: gateway agents diff {agent_id}, then: gateway agents draft {agent_id} --drop"
    assert "version 2 has been published since" in typing("draft", NAME).lines
    assert typing("draft", NAME, "--drop").lines == [f"the draft of {agent_id} is gone"]
    assert typing("draft", NAME, str(file)).lines[0].startswith("draft, begun on version 2")


def test_an_edit_leaves_what_the_file_does_not_say(typing: Typing, file: Path, tmp_path: Path) -> None:
    created(typing, file)
    short = tmp_path / "short.yaml"
    short.write_text("greeting: Good day\n")
    assert typing("edit", NAME, str(short)).code == 0
    [agent] = json.loads(typing("list", "--json").lines[0])
    assert (agent["name"], agent["greeting"], len(agent["captures"])) == (NAME, "Good day", 1)
    assert "greeting: Hello" in "\n".join(typing("show", NAME, "--version", "1").lines)


def test_versions_are_listed_and_gone_back_to(typing: Typing, file: Path) -> None:
    agent_id = created(typing, file)
    changed(file, "greeting: Hello", "greeting: Good day")
    typing("draft", NAME, str(file))
    assert typing("publish", NAME, "--note", "politer").lines[0].endswith("09:00: politer")
    back = typing("rollback", agent_id, "1", "--note", "too polite")
    assert back.code == 0 and "version 3" in back.lines[0]
    head, *rows = typing("versions", NAME).lines
    assert head.split() == ["version", "published", "by", "note"]
    assert [row.split()[0] for row in rows] == ["3", "2", "1"] and rows[0].split()[1] == "*"
    assert "too polite" in rows[0] and "politer" in rows[1] and "key_" in rows[2]
    unknown = typing("rollback", NAME, "9")
    assert unknown.code == 1 and unknown.next_step == f"next: gateway agents versions {agent_id}"
    same = typing("rollback", NAME, "1")
    assert same.code == 1 and "says what is published already" in same.errors[0]


def test_an_agent_that_calls_need_stays(typing: Typing, file: Path) -> None:
    agent_id = created(typing, file)
    trunk = typing.made("/v1/inbound-trunks", name="in", allowed_addresses=["192.0.2.0/24"])
    rule = typing.made("/v1/dispatch-rules", name="main", trunk_ids=[trunk["id"]], agent_id=agent_id)
    refused = typing("remove", NAME)
    assert refused.code == 1 and rule["id"] in refused.errors[0]
    assert typing.api.delete(f"/v1/dispatch-rules/{rule['id']}").status_code == 204
    assert typing("remove", NAME).lines == [f"removed {agent_id}"]
    gone = typing("show", NAME)
    assert gone.code == 1 and gone.next_step == "next: gateway agents list"


def test_a_name_that_two_have_has_to_be_an_id(typing: Typing, file: Path) -> None:
    for _ in range(2):
        created(typing, file)
    told = typing("show", NAME)
    assert told.code == 1 and "several have this name" in told.errors[0]


def test_what_others_wrote_cannot_write_over_the_terminal(typing: Typing) -> None:
    typing.made("/v1/agents", name="a\x1b[2Jb", greeting="x\x1b[2J")
    for lines in (typing("list").lines, typing("show", "a\x1b[2Jb").lines):
        assert lines and not any("\x1b" in line for line in lines)
