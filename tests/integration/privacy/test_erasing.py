"""After an erasure the person is nowhere, everybody else is as before, and every proof still holds."""

from __future__ import annotations

import json
from pathlib import Path

from compliance.ledger.kinds import Kind
from compliance.ledger.ledger import Ledger
from gateway.auth.scopes import Role
from gateway.calls.cdr import cdr_of
from gateway.calls.fact_spool import FactSpool
from gateway.calls.repository import CallRepository
from gateway.calls.stored import read_event
from gateway.calls.timeline import timeline_of, transcript_of
from tests.integration.control_plane.plane import Json, problem
from tests.integration.privacy.conftest import ANA, BEN, FactsOf, Past, columns_with

TABLES_OF_OTHERS = ("calls", "call_events", "call_effects", "refusals", "webhook_deliveries")


def files_with(folder: Path, number: str) -> list[str]:
    """Every file that has the digits in it, as bytes."""
    digits = number.removeprefix("+").encode()
    files = (one for one in folder.rglob("*") if one.is_file() and digits in one.read_bytes())
    return sorted(str(one.relative_to(folder)) for one in files)


async def rows_of(past: Past, call_id: str) -> Json:
    found: Json = {}
    for table in TABLES_OF_OTHERS:
        column = "id" if table == "calls" else "call_id"
        found[table] = await past.plane.rows(f"SELECT * FROM {table} WHERE {column} = :it", it=call_id)
    return found


async def test_the_number_is_in_no_file_and_no_column(past: Past) -> None:
    recording = await past.recorded(past.ana)
    spool = FactSpool(past.plane.container.settings.spool_dir, "worker-gone")
    facts = FactsOf(ANA)
    spool.append([facts.invite(pii=facts.numbers).model_dump_json(), past.says(past.ben, "hello").model_dump_json()])
    spool.close()
    await past.plane.made("/v1/screening/entries", list="block", kind="number", value=ANA)
    await past.ends(past.ana, past.ben)
    assert files_with(past.folder, ANA)
    assert await columns_with(past.plane, ANA) > {"calls.pii", "call_events.pii", "ledger_personal.pii"}

    report = await past.erase(person=ANA, also_lists=True)

    assert await columns_with(past.plane, ANA) == set()
    assert files_with(past.folder, ANA) == []
    assert await columns_with(past.plane, BEN) > {"calls.pii", "call_events.pii"}
    by_place = {one["place"]: one for one in report["places"]}
    assert by_place["recordings"]["erased"] == 1
    assert by_place["spools"]["erased"] == 1
    assert by_place["calls"]["erased"] == by_place["calls"]["found"] > 5
    assert not any(one["kept"] for one in report["places"])
    assert report["rewritten"]
    gone = await past.plane.admin.get(f"/v1/recordings/{recording}/audio")
    assert problem(gone)["code"] == "recording.erased"
    assert not list(past.plane.container.settings.recordings_dir.glob(f"{recording}*"))
    found = (await past.ask("/find", person=ANA)).json()
    assert [one["place"] for one in found["places"] if one["found"]] == []
    assert found["suppressed"] == ["block"]
    assert [json.loads(line)["pii"] for line in spool.path.read_text().splitlines()][1] == {"text": "hello"}


async def test_another_person_is_as_before(past: Past) -> None:
    await past.ends(past.ana, past.ben)
    before = await rows_of(past, past.ben.id)

    await past.erase(person=ANA)

    assert await rows_of(past, past.ben.id) == before


async def test_a_number_that_was_named_in_anothers_call_is_taken_out_and_the_words_stay(past: Past) -> None:
    await past.ben.tell(past.says(past.ben, f"please call {ANA} back"))
    await past.ends(past.ana, past.ben)

    await past.erase(person=ANA)

    path = f"/v1/calls/{past.ben.id}/transcript"
    said = [turn["text"] for turn in (await past.plane.admin.get(path)).json()["data"]]
    assert "please call  back" in said


async def test_the_record_of_an_emptied_call_still_folds(past: Past) -> None:
    await past.ends(past.ana, past.ben)

    await past.erase(call_id=past.ana.id)

    async with past.plane.container.database.begin() as session:
        log = [read_event(row) for row in await CallRepository(session).log(past.ana.id)]
        (call, _), *_ = (await CallRepository(session).load([past.ana.id])).values()
    record = cdr_of(log)
    assert record is not None
    assert record.pii is not None
    assert (record.termination, record.pii.ani, record.digits) == (call.termination, "", 1)
    assert call.erased_at is not None
    assert timeline_of(log)
    assert transcript_of(log) == []
    shown = (await past.plane.admin.get(f"/v1/calls/{past.ana.id}")).json()
    assert set(shown["pii"].values()) == {""}


async def test_what_is_reported_of_an_emptied_call_later_is_stored_without_what_was_said(past: Past) -> None:
    await past.ends(past.ana, past.ben)
    await past.erase(person=ANA)

    await past.ana.tell(past.says(past.ana, f"it is {ANA} again"))

    assert await columns_with(past.plane, ANA) == set()
    assert (await past.ana.log())[-1].kind == "utterance"


async def test_the_ledger_tells_of_it_without_the_number_and_verifies(past: Past) -> None:
    async with past.plane.container.database.begin() as session:
        await Ledger(session).append(
            Kind.DIAL, at=past.plane.clock.now(), actor="t", call_id=past.ana.id, facts={}, personal={"ani": ANA}
        )
    await past.ends(past.ana, past.ben)

    erasure = await past.erase(person=ANA)

    rows = await past.plane.rows("SELECT leaf FROM ledger_entries WHERE kind = 'erasure' ORDER BY seq")
    steps = [json.loads(row["leaf"])["facts"] for row in rows]
    assert [one["step"] for one in steps if "step" in one] == ["began", "done"]
    assert steps[-1]["erasure"] == erasure["id"]
    assert await past.plane.rows("SELECT pii FROM ledger_personal WHERE pii LIKE :it", it=f"%{ANA[1:]}%") == []
    signed = await past.plane.container.ledger.sign()
    assert signed is not None and past.plane.container.ledger.problem == ""
    size = (await past.plane.rows("SELECT count(*) AS n FROM ledger_entries"))[0]["n"]
    assert signed.checkpoint.size == size


async def test_erasing_again_finds_nothing(past: Past) -> None:
    await past.ends(past.ana, past.ben)
    await past.erase(person=ANA)

    again = await past.erase(person=ANA)

    assert [one["place"] for one in again["places"] if one["found"]] == []
    listed = (await past.plane.admin.get("/v1/privacy/erasures")).json()["data"]
    assert [one["id"] for one in listed][:1] == [again["id"]]
    assert len(listed) == 2


async def test_an_open_call_is_ended_first(past: Past) -> None:
    refused = problem(await past.ask("/erasures", person=ANA))
    assert (refused["status"], refused["code"]) == (409, "privacy.call_open")
    assert "calls.pii" in await columns_with(past.plane, ANA)


async def test_a_number_of_ours_is_no_person(past: Past) -> None:
    await past.plane.number("+15105550100")
    refused = problem(await past.ask("/erasures", person="+15105550100"))
    assert (refused["status"], refused["code"]) == (409, "privacy.own_number")


async def test_entries_of_lists_stay_unless_they_are_to_go_and_the_report_says_so(past: Past) -> None:
    await past.plane.made("/v1/screening/entries", list="block", kind="number", value=ANA)
    await past.ends(past.ana, past.ben)

    report = await past.erase(person=ANA)

    screening = next(one for one in report["places"] if one["place"] == "screening")
    assert screening["erased"] == 0
    assert screening["kept"][0]["count"] == 1
    assert "also_lists" in screening["kept"][0]["why"]
    assert await past.place("screening", person=ANA) == 1


async def test_only_who_may_gets_near_it(past: Past) -> None:
    for role in (Role.VIEWER, Role.OPERATOR):
        for path in ("/find", "/exports", "/erasures"):
            assert problem(await past.ask(path, role, person=ANA))["status"] == 403
        for path in ("/holds", "/erasures", "/retention", f"/egress/{past.ana.id}"):
            assert problem(await past.plane.clients[role].get(f"/v1/privacy{path}"))["status"] == 403


async def test_an_export_has_what_is_kept_and_is_in_the_ledger(past: Past) -> None:
    exported = (await past.ask("/exports", person=ANA)).json()

    assert exported["calls"] == [past.ana.id]
    told = json.dumps(exported)
    assert f"my number is {ANA}" in told
    assert BEN not in told
    rows = await past.plane.rows("SELECT leaf FROM ledger_entries WHERE kind = 'export'")
    (entry,) = [json.loads(row["leaf"]) for row in rows]
    assert ANA not in json.dumps(entry)
    assert entry["facts"]["rows"]["calls"] == len(exported["places"]["calls"])
