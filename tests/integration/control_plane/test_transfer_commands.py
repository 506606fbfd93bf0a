"""`gateway calls transfer …` as it is typed, against a control plane that is served: what it prints, how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.calls import transfer_facts as x
from gateway.kernel.ids import new_id
from tests.integration.control_plane.typed import Typing, meanwhile, typing_beside_a_stack
from tests.unit.calls.story import CALL, Facts


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Typing]:
    """With a call that is on."""
    with typing_beside_a_stack(tmp_path, monkeypatch, capsys) as typed:
        f = Facts()
        typed.record([f.invite(), f.admitted(), f.joined(), f.answered(), f.agent()])
        yield typed


def begun(typed: Typing, *arguments: str, to: str = "Ana") -> str:
    printed = typed("transfer", CALL, "--to", to, *arguments)
    assert printed.code == 0, printed.errors
    return printed.lines[0].split()[0]


def stages(transfer_id: str, *targets: str, said: x.Answer, f: Facts) -> list[Any]:
    """The last of `targets` picks up and says this; the others do not pick up."""
    t = f.transfer
    facts = [t(x.CallerParked, 8.0, transfer_id)]
    for wave, target in enumerate(targets):
        one = {"attempt_id": f"{transfer_id}-{wave}-0"}
        facts += [
            t(x.AttemptPlaced, 9, transfer_id, target_id=target, wave=wave, ring_s=20, **one),
            t(x.AttemptMoved, 10, transfer_id, stage="ringing", **one),
        ]
        if target is not targets[-1]:
            facts.append(t(x.AttemptEnded, 11, transfer_id, outcome="no_answer", sip_code=480, **one))
            continue
        facts += [t(x.AttemptMoved, 12, transfer_id, stage=stage, **one) for stage in ("answered", "briefed")]
        facts.append(t(x.ConsultAnswered, 13, transfer_id, answer=said, by="key", **one))
    return facts


def carried(typed: Typing, *targets: str, said: x.Answer) -> Callable[[], None]:
    """Plays whoever carries the transfer that begins next."""

    def play() -> None:
        transfer_id, f = typed.told("transfer_began")["body"]["transfer_id"], Facts()
        typed.record(stages(transfer_id, *targets, said=said, f=f))
        last = f"{transfer_id}-{len(targets) - 1}-0"
        if said == "accepted":
            typed.record([f.transfer(x.TransferJoined, 14, transfer_id, attempt_id=last)])
        else:
            typed.record([f.transfer(x.AttemptEnded, 14, transfer_id, attempt_id=last, outcome="declined")])
        outcome = "connected" if said == "accepted" else "declined"
        typed.record([f.transfer(x.TransferSettled, 15, transfer_id, outcome=outcome)])

    return play


def test_a_transfer_begins_with_what_was_typed(typed: Typing) -> None:
    ana = typed.person("Ana", skills=["billing"])
    arguments = ("--cold", "--note", "is angry", "--skill", "billing", "--last-resort", "callback")
    printed = typed("transfer", CALL, "--to", "ana", *arguments)
    name, mode, *_ = printed.lines[0].split("  ")
    assert (printed.code, mode, printed.lines[1]) == (0, "cold, to Ana", f"next: gateway calls transfers {CALL}")
    [shown] = typed.api.get(f"/v1/calls/{CALL}/transfers").json()["data"]
    assert (shown["id"], shown["mode"], shown["target_id"], shown["last_resort"]) == (name, "cold", ana, "callback")
    assert typed.told("transfer_began")["pii"] == {"note": "is angry"}


def test_a_transfer_is_followed_to_the_connection(typed: Typing) -> None:
    ana, bea = typed.person("Ana"), typed.person("Bea")
    typed.made("/v1/transfer-targets", name="Desk", kind="team", members=[ana, bea])
    with meanwhile(carried(typed, ana, bea, said="accepted")):
        printed = typed("transfer", CALL[-8:], "--to", "desk", "--follow")
    assert printed.code == 0, printed.errors
    first, *steps, last = printed.lines
    assert first.endswith("warm, to Desk") and last == "connected"
    assert [line.split(" s  ", 1)[1] for line in steps] == [
        "the caller waits, and nobody hears the caller", "Ana is being called, for 20 s at most",
        "the phone of Ana rings", "Ana did not answer (480)", "Bea is being called, for 20 s at most",
        "the phone of Bea rings", "Bea has answered", "the agent tells Bea about the caller", "Bea takes the call",
        "the caller and Bea hear each other",
    ]  # fmt: skip


def test_a_transfer_that_came_to_nothing_is_an_error_that_says_why(typed: Typing) -> None:
    ana = typed.person("Ana")
    with meanwhile(carried(typed, ana, said="declined")):
        printed = typed("transfer", CALL, "--to", ana, "--last-resort", "callback", "--follow")
    assert printed.code == 1
    assert "Ana does not take the call" in printed.lines[-2] and "Ana did not take the call" in printed.lines[-1]
    assert printed.errors[0] == "error: not connected: nobody took the call; the caller was promised a call back"
    assert printed.next_step == f"next: gateway calls transfers {CALL}"


def test_the_history_shows_each_attempt_by_name(typed: Typing) -> None:
    assert typed("transfers", CALL).lines == [f"none; next: gateway calls transfer {CALL} --to …"]
    ana, bea = typed.person("Ana"), typed.person("Bea")
    typed.made("/v1/transfer-targets", name="Desk", kind="team", members=[ana, bea])
    name, f = begun(typed, to="Desk"), Facts()
    typed.record(stages(name, ana, bea, said="accepted", f=f)[:-2])
    head, first, second, end = typed("transfers", CALL).lines
    assert head.startswith(name) and "warm, to Desk, asked for by key_" in head and end == "  under way"
    assert first.split()[:5] == ["1", "Ana", "did", "not", "answer"] and second.split()[:2] == ["2", "Bea"]
    assert "has answered" in second and first.index("since") == second.index("since")
    typed.record([f.transfer(x.TransferSettled, 20, name, outcome="busy")])
    assert typed("transfers", CALL).lines[-1] == "  not connected: the human was busy"
    told = json.loads(typed("transfers", CALL, "--json").lines[0])
    assert told == typed.api.get(f"/v1/calls/{CALL}/transfers").json()["data"]


def test_a_target_that_is_gone_is_shown_by_its_id(typed: Typing) -> None:
    ana = typed.person("Ana")
    begun(typed)
    assert typed.api.delete(f"/v1/transfer-targets/{ana}").status_code == 204
    assert f"to {ana}" in typed("transfers", CALL).lines[0]


def test_a_transfer_is_taken_back_and_again_is_no_harm(typed: Typing) -> None:
    none = typed("cancel-transfer", CALL)
    assert (none.code, none.next_step) == (1, f"next: gateway calls transfers {CALL}")
    typed.person("Ana")
    name = begun(typed)
    for _ in range(2):
        printed = typed("cancel-transfer", CALL[-6:].upper())
        assert (printed.code, printed.lines) == (0, [f"{name} is being taken back"])
    assert typed("transfers", CALL).lines[-1] == "  being taken back"


def test_a_caller_who_is_with_a_human_is_handed_back_and_not_taken_back(typed: Typing) -> None:
    alone = typed("hand-back", CALL)
    assert (alone.code, alone.next_step) == (1, f"next: gateway calls transfers {CALL}")
    ana = typed.person("Ana")
    name, f = begun(typed), Facts()
    typed.record(
        [*stages(name, ana, said="accepted", f=f), f.transfer(x.TransferJoined, 14, name, attempt_id=f"{name}-0-0")]
    )
    late = typed("cancel-transfer", CALL)
    assert (late.code, late.next_step) == (1, f"next: gateway calls hand-back {CALL}") and "/v1" not in late.errors[0]
    printed = typed("hand-back", CALL)
    assert (printed.code, len(printed.lines)) == (0, 1)
    assert typed.told("human_left")["body"]["handed_back"]


def test_a_call_is_ended_and_what_is_over_is_not_transferred(typed: Typing) -> None:
    typed.person("Ana")
    assert typed("hangup", CALL[-8:]).lines == [f"{CALL} is being ended"]
    typed.record([Facts().left(20)])
    for arguments in (("hangup", CALL), ("transfer", CALL, "--to", "Ana")):
        printed = typed(*arguments)
        assert (printed.code, printed.next_step) == (1, f"next: gateway calls show {CALL}")
        assert "over" in printed.errors[0]


def test_a_refusal_says_why_and_what_to_type(typed: Typing) -> None:
    ana, shut = typed.person("Ana"), typed.person("Shut", operators_may_send=False)
    refused = typed("transfer", CALL, "--to", "Shut")
    assert (refused.code, refused.next_step) == (1, f"next: gateway targets show {shut}")
    assert "may not send callers" in refused.errors[0] and "/v1" not in refused.errors[0]
    begun(typed)
    busy = typed("transfer", CALL, "--to", ana)
    assert (busy.code, busy.next_step) == (1, f"next: gateway calls cancel-transfer {CALL}")
    assert "under way" in busy.errors[0]
    long = typed("transfer", CALL, "--to", ana, "--note", "x" * 2001)
    assert (long.code, long.next_step) == (1, "next: gateway calls transfer --help")
    typed.record([Facts(other := new_id("call")).invite()])
    assert typed("transfer", other, "--to", ana).next_step == f"next: gateway calls show {other}"


def test_a_name_that_is_nobodys_or_several_peoples_is_not_guessed(typed: Typing) -> None:
    first, second = typed.person("Ana"), typed.person("ANA")
    several = typed("transfer", CALL, "--to", "ana")
    assert several.code == 1 and first in several.errors[0] and second in several.errors[0]
    assert "--to tgt_" in several.next_step
    nobody = typed("transfer", CALL, "--to", "Zoe\x1b[2J")
    assert (nobody.code, nobody.next_step) == (1, "next: gateway targets list")
    assert "Zoe·[2J" in nobody.errors[0]
    assert begun(typed, to=second).startswith("xfer_")


def test_a_call_is_named_by_the_end_of_its_id_if_no_other_ends_like_it(typed: Typing) -> None:
    twin = new_id("call")[:-8] + CALL[-8:]
    typed.record([Facts(twin).invite(), Facts(twin).left(3)])
    several = typed("transfers", CALL[-8:])
    assert several.code == 1 and CALL in several.errors[0] and twin in several.errors[0]
    assert typed("transfers", CALL[-12:]).code == 0
    for unknown in ("zzzzzzzz", "call_none"):
        printed = typed("transfers", unknown)
        assert (printed.code, printed.next_step) == (1, "next: gateway calls list")
    assert typed("transfers", "aaa").code == 1
