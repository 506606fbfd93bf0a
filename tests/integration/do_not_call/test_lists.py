"""Imported lists: there as a whole or as they were, every line accounted for, and too old ones refuse."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from compliance.do_not_call.list_lines import ListLines
from compliance.do_not_call.lists import DoNotCallLists, Head
from compliance.number_lists import editions
from gateway.kernel.errors import BadInput
from tests.integration.control_plane.plane import problem
from tests.integration.do_not_call.conftest import LISTS, OHIO, Desk


async def test_a_number_of_the_national_list_is_refused_from_the_moment_all_of_it_is_there(desk: Desk) -> None:
    assert await desk.verdict() == ("allow", [])
    answer = await desk.list_of("614,5550100", "6145550101", "+16145550102")
    assert answer.status_code == 200, answer.text
    assert await desk.verdict() == ("refuse", ["us-register"])
    assert await desk.verdict(purpose="informational") == ("allow", [])
    await desk.list_of("6145550101")
    assert await desk.verdict() == ("allow", [])


async def test_every_line_is_a_number_repeated_rejected_or_of_no_number(desk: Desk) -> None:
    lines = ["number", "614,5550100", "", "# end", "6145550100", "+16145550101", "bob", "12345", "614,55501"]
    taken = (await desk.list_of(*lines)).json()
    shown = taken["list"]
    assert (shown["lines"], shown["numbers"], shown["repeated"], shown["rejected"]) == (9, 2, 1, 3)
    assert [one["line"] for one in taken["rejected"]] == [7, 8, 9] and all(one["reason"] for one in taken["rejected"])
    assert shown["sha256"] == hashlib.sha256("\n".join(lines).encode()).hexdigest()
    assert (await desk.plane.admin.get(f"{LISTS}/us-national")).json() == shown
    assert (shown["register"], shown["place"], shown["dated"]) == ("us-national", "US", desk.today)


async def test_a_list_that_is_older_than_the_law_allows_refuses_every_sale(desk: Desk) -> None:
    desk.plane.clock.go(30 * 86_400)
    assert (await desk.verdict())[0] == "allow", "a day before the decision's instant it is 31 days old"
    desk.plane.clock.go(3 * 86_400)
    assert await desk.verdict() == ("refuse", ["us-register"])
    assert await desk.verdict(purpose="informational") == ("allow", [])
    await desk.list_of("212,5550100")
    assert await desk.verdict() == ("allow", [])


async def test_without_the_list_nobody_is_sold_to(desk: Desk) -> None:
    assert (await desk.plane.admin.delete(f"{LISTS}/us-national")).status_code == 204
    assert await desk.verdict() == ("refuse", ["us-register"])
    assert (await desk.plane.admin.get(LISTS)).json() == {"data": []}
    assert (await desk.plane.admin.delete(f"{LISTS}/us-national")).status_code == 404
    assert await desk.plane.rows("SELECT number FROM do_not_call_numbers") == []


async def test_parts_of_a_register_are_lists_of_their_own(desk: Desk) -> None:
    await desk.list_of("614,5550100", name="ftc-614", register="us-national")
    verdict, rules = await desk.verdict()
    assert (verdict, rules) == ("refuse", ["us-register"])
    await desk.list_of("614,5550100", name="bought", register="bought", scope="everything")
    assert (await desk.verdict(purpose="informational"))[1] == ["imported-list"]


@pytest.mark.parametrize(
    ("lines", "query", "code"),
    [
        (["<html>"], {}, "do_not_call.no_numbers"),
        ([], {}, "do_not_call.no_numbers"),
        (["614,5550100"], {"calling_code": "44"}, "do_not_call.no_numbers"),
        ([OHIO], {"sha256": "0" * 64}, "do_not_call.other_bytes"),
        ([OHIO], {"dated": "2020-01-01"}, "do_not_call.older"),
        ([OHIO], {"dated": "2099-01-01"}, "invalid"),
        ([OHIO], {"place": "Ohio"}, "invalid"),
    ],
)
async def test_a_list_that_is_refused_leaves_the_one_there_as_it_was(
    desk: Desk, lines: list[str], query: dict[str, str], code: str
) -> None:
    before = (await desk.plane.admin.get(LISTS)).json()
    refused = await desk.list_of(*lines, **query)
    assert problem(refused)["code"] == code
    assert (await desk.plane.admin.get(LISTS)).json() == before
    assert len(await desk.plane.rows("SELECT number FROM do_not_call_numbers")) == 1


class Gone(Exception):
    """The client went away in the middle of its file."""


async def test_an_import_that_breaks_off_has_changed_nothing_and_is_cleared_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editions, "AT_ONCE", 2)
    lists = DoNotCallLists(desk.plane.container.database.begin, desk.plane.clock)
    head = Head("us-national", "us-national", "US", "marketing", desk.plane.clock.now().date())

    async def broken() -> AsyncIterator[bytes]:
        yield b"614,5550100\n614,5550101\n614,5550102\n"
        raise Gone

    with pytest.raises(Gone):
        await lists.import_list(head, broken(), ListLines("1"), by="key_1")
    assert await desk.verdict() == ("allow", [])
    desk.plane.clock.go(timedelta(hours=7).total_seconds())
    await lists.forget_abandoned()
    assert len(await desk.plane.rows("SELECT number FROM do_not_call_numbers")) == 1


async def test_too_many_numbers_or_bad_lines_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "MOST_NUMBERS", 3)
    monkeypatch.setattr(editions, "MOST_REJECTED", 3)
    assert problem(await desk.list_of(*(f"61455501{n:02}" for n in range(4))))["code"] == "do_not_call.too_many_numbers"
    assert problem(await desk.list_of(OHIO, "a 1", "b 2", "c 3", OHIO))["code"] == "do_not_call.no_numbers"
    assert await desk.verdict() == ("allow", [])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("614,5550100", 16145550100),
        ('"614","5550100"', 16145550100),
        ("614 5550100", 16145550100),
        ("6145550100", 16145550100),
        ("16145550100,2026-01-01", 16145550100),
        ("+442071838750", 442071838750),
        ("", None),
        ("# a comment", None),
    ],
)
def test_a_line_is_read_as_registers_write_it(text: str, number: int | None) -> None:
    assert ListLines("1").read(text) == number


@pytest.mark.parametrize("text", ["614", "555 0100", "+1614555", "+161455501000", "614,555010", "alice 7"])
def test_a_line_that_would_name_somebody_else_is_no_number(text: str) -> None:
    with pytest.raises(BadInput):
        ListLines("1").read(text)
    with pytest.raises(BadInput):
        ListLines().read("614,5550100")
