"""`gateway screening` and `gateway calls refusals` as they are typed, against a control plane that is served."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from gateway.calls.facts import NumbersPii
from gateway.cli import main
from gateway.kernel.ids import new_id
from tests.integration.calls.conftest import asked
from tests.integration.control_plane.test_target_commands import Printed
from tests.integration.control_plane.typed import Typing, typing_beside_a_stack
from trunks.models import TrunkRow

ANA, CALLED = "+15105550111", "+15105550100"
Run = Callable[..., Printed]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Typing]:
    with typing_beside_a_stack(tmp_path, monkeypatch, capsys) as typing:
        yield typing


@pytest.fixture
def run(typed: Typing) -> Run:
    """`gateway …`."""

    def run(*arguments: str) -> Printed:
        typed.monkeypatch.setattr(sys, "argv", ["gateway", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        printed = typed.capsys.readouterr()
        code = left.value.code if isinstance(left.value.code, int) else 0
        return Printed(code, printed.out.splitlines(), printed.err.splitlines())

    return run


def call(typed: Typing, ani: str) -> str:
    """The id of a call that asked to come in."""
    call_id = new_id("call")
    question = asked(call_id, pii=NumbersPii(ani=ani, dnis=CALLED, source_address="192.0.2.7"))
    typed.served.do(typed.served.plane.container.calls.admissions.verdict_on(question))
    return call_id


def reachable(typed: Typing) -> None:
    trunk = typed.made("/v1/inbound-trunks", name="carrier", allowed_addresses=["192.0.2.0/24"])
    typed.made("/v1/numbers", number=CALLED, inbound_trunk_id=trunk["id"])
    agent = typed.made("/v1/agents", name="receptionist", greeting="Hello")
    typed.made("/v1/dispatch-rules", name="main", trunk_ids=[trunk["id"]], agent_id=agent["id"])

    async def link() -> None:  # as provisioning would
        async with typed.served.plane.container.database.begin() as session:
            await session.execute(update(TrunkRow).values(livekit_id="ST_1"))

    typed.served.do(link())


def test_who_is_blocked_and_allowed_is_listed_by_what_was_typed(run: Run) -> None:
    for words, kind in (
        (("block", "+1900*", "--note", "expensive"), "prefix"),
        (("block", "203.0.113.0/24"), "source"),
        (("allow", "+15105550100-+15105550199", "--expires", "2027-01-31T00:00:00Z"), "range"),
        (("allow", "+1 (510) 555-0111"), "number"),
    ):
        printed = run("screening", *words)
        assert printed.code == 0, printed.errors
        assert printed.lines[0].split()[1:3] == [words[0], kind]
    head, *rows = run("screening", "list").lines
    assert head.split() == ["id", "list", "kind", "value", "until", "note"]
    assert [row.split()[3] for row in rows] == [ANA, "+15105550100-+15105550199", "203.0.113.0/24", "+1900"]
    assert "expensive" in rows[3] and "2027-01-31T00:00:00" in rows[1]
    assert len(run("screening", "list", "--list", "block").lines) == 3
    assert [one["kind"] for one in json.loads(run("screening", "list", "--json", "--kind", "source").lines[0])] == [
        "source"
    ]


def test_an_entry_is_removed_by_its_id_or_by_what_it_names(run: Run) -> None:
    first = run("screening", "block", ANA).lines[0].split()[0]
    second = run("screening", "block", "+1900*").lines[0].split()[0]
    assert run("screening", "remove", first).lines == [f"removed {first}"]
    assert run("screening", "remove", "+1900*").lines == [f"removed {second}"]
    gone = run("screening", "remove", ANA)
    assert (gone.code, gone.next_step) == (1, "next: gateway screening list")
    assert run("screening", "list").lines == ["nothing yet; next: gateway screening block --help"]


def test_what_is_listed_already_says_how_to_take_it_off(run: Run) -> None:
    run("screening", "block", ANA)
    again = run("screening", "allow", ANA)
    assert (again.code, again.next_step) == (1, f"next: gateway screening remove {ANA}")


@pytest.mark.parametrize(
    "words",
    [("block", "alice"), ("block", "+12"), ("block", ANA, "--kind", "colour"), ("allow", ANA, "--expires", "soon")],
)
def test_what_names_nobody_is_refused_with_the_next_step(run: Run, words: tuple[str, ...]) -> None:
    printed = run("screening", *words)
    assert printed.code == 1
    assert printed.next_step.startswith("next: ")


def test_a_file_is_imported_and_bad_lines_are_told(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "callers.txt"
    file.write_text(f"{ANA}\nalice\n+1900*\n")
    printed = run("screening", "import", str(file), "--list", "block")
    assert printed.code == 1
    assert printed.lines[0] == "2 added, 0 were there already"
    assert printed.lines[1].startswith("line 2: ")
    assert "1 lines were not taken" in printed.errors[0]
    file.write_text(f"{ANA}\n+1900*\n")
    again = run("screening", "import", str(file), "--list", "block", "--json")
    assert (again.code, json.loads(again.lines[0])["kept"]) == (0, 2)


def test_a_do_not_originate_list_is_imported_listed_and_removed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "dno.csv"
    file.write_text("5105550111\n5105550112\n")
    printed = run("screening", "do-not-originate", "import", "own", str(file), "--calling-code", "1")
    assert printed.code == 0, printed.errors
    assert printed.lines[0].startswith("own  2 numbers  sha256 ")
    head, row = run("screening", "do-not-originate", "list").lines
    assert head.split() == ["name", "numbers", "imported", "sha256"]
    assert row.split()[:2] == ["own", "2"]
    file.write_text("nothing of that kind\n1 2\n")
    wrong = run("screening", "do-not-originate", "import", "own", str(file))
    assert wrong.code == 1 and "the list is as it was" in wrong.errors[0]
    assert run("screening", "do-not-originate", "remove", "own").lines == ["removed own"]
    assert run("screening", "do-not-originate", "list").lines[0].startswith("none yet")


def test_a_refusal_says_what_to_type_and_that_helps(run: Run, typed: Typing) -> None:
    reachable(typed)
    assert run("calls", "refusals").lines == ["none"]
    run("screening", "block", "+1510*", "--note", "sold us solar panels")
    call_id = call(typed, ANA)
    head, sentence, check, todo = run("calls", "refusals", "--caller", ANA).lines
    assert "603  caller_blocked" in head and head.endswith(call_id)
    assert sentence.strip() == "The caller's number is on the block list."
    assert "caller_screened" in check and "sold us solar panels" in check
    assert f"gateway screening allow {ANA}" in todo
    assert run("screening", "allow", ANA).code == 0
    call(typed, ANA)
    assert len(json.loads(run("calls", "refusals", "--json").lines[0])) == 1
    assert run("calls", "refusals", "--caller", "+15105550177").lines == ["none"]
    wrong = run("calls", "refusals", "--since", "yesterday")
    assert (wrong.code, wrong.next_step) == (1, "next: gateway calls refusals --help")
