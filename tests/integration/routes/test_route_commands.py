"""`gateway route` as it is typed, against a control plane that is served."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.cli import main
from tests.integration.control_plane.test_target_commands import Printed
from tests.integration.control_plane.typed import Typing, typing_beside_a_stack

LONDON = "+442071234567"
Run = Callable[..., Printed]


@pytest.fixture
def typing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Typing]:
    with typing_beside_a_stack(tmp_path, monkeypatch, capsys) as typing:
        yield typing


@pytest.fixture
def run(typing: Typing) -> Run:
    def run(*arguments: str) -> Printed:
        typing.monkeypatch.setattr(sys, "argv", ["gateway", *arguments])
        typing.capsys.readouterr()  # what the control plane, in this process, has logged so far
        with pytest.raises(SystemExit) as left:
            main()
        printed = typing.capsys.readouterr()
        code = left.value.code if isinstance(left.value.code, int) else 0
        return Printed(code, printed.out.splitlines(), printed.err.splitlines())

    return run


def trunk(typing: Typing, name: str) -> str:
    fields = {"address": "sip.carrier.example", "numbers": ["+15105550199"], "allowed_countries": ["GB", "US"]}
    return typing.made("/v1/outbound-trunks", name=name, **fields)["id"]


def test_routes_are_added_by_the_trunks_name_and_listed_in_their_order(typing: Typing, run: Run) -> None:
    assert run("route", "list").lines == ["none yet; next: gateway route add --help"]
    trunk(typing, "usual"), trunk(typing, "cheap")
    added = run("route", "add", "usual")
    assert added.code == 0 and added.lines[0].startswith("rte_") and "all by" in added.lines[0]
    assert run("route", "add", "cheap", "--prefix", "+44", "--name", "Britain", "--priority", "3").code == 0
    head, first, second = run("route", "list").lines
    assert head.split() == ["id", "name", "numbers", "priority", "trunk"]
    assert first.split()[1:] == ["Britain", "+44…", "3", "cheap"]
    assert second.split()[1:] == ["usual", "all", "100", "usual"]
    told = json.loads(run("route", "list", "--json").lines[0])
    assert {one["prefix"] for one in told} == {"", "44"}


def test_a_number_is_explained_as_a_table(typing: Typing, run: Run) -> None:
    assert run("route", "explain", LONDON).lines == ["no route at all; next: gateway route add --help"]
    trunk(typing, "usual"), trunk(typing, "cheap")
    run("route", "add", "usual"), run("route", "add", "cheap", "--prefix", "44")
    assert run("route", "explain", LONDON).lines[-1] == "no trunk would be tried now"
    assert typing.served.do(typing.served.plane.provisioning.reconcile())
    head, first, second = run("route", "explain", LONDON).lines
    assert head.split() == ["try", "trunk", "route", "why"]
    assert first.split()[:3] == ["1", "cheap", "cheap"] and "+44" in first
    assert second.split()[:3] == ["2", "usual", "usual"] and "every number" in second
    _, first, second = run("route", "explain", "+15105550177").lines
    assert first.split()[:2] == ["1", "usual"]
    assert second.split()[:2] == ["-", "cheap"] and "does not begin with +44" in second
    wrong = run("route", "explain", "42")
    assert (wrong.code, wrong.next_step) == (1, "next: gateway route explain --help")


def test_what_does_not_exist_is_told_with_what_does(typing: Typing, run: Run) -> None:
    known = trunk(typing, "usual")
    refused = run("route", "add", "cheap")
    assert refused.code == 1 and known in refused.errors[0] and refused.next_step == "next: gateway route add --help"
    trunk(typing, "usual")
    assert "several trunks" in run("route", "add", "usual").errors[0]
    added = run("route", "add", known).lines[0].split()[0]
    assert run("route", "remove", added).lines == [f"removed {added}"]
    assert run("route", "remove", added).next_step == "next: gateway route list"


def test_a_person_is_added_by_route(typing: Typing, run: Run) -> None:
    trunk(typing, "first"), run("route", "add", "first")
    trunk(typing, "second")
    added = run("targets", "add", "Ana", "--number", "+15105550177", "--by-route")
    assert added.code == 0, added.errors
    target = typing.api.get(f"/v1/transfer-targets/{added.lines[0].split()[0]}").json()
    assert target["trunk_id"] is None
