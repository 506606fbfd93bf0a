"""Who asked not to be called and is erased is still not called, and nobody can read who it was."""

from __future__ import annotations

from tests.integration.control_plane.plane import Json
from tests.integration.do_not_call.conftest import CONSENTS, ENTRIES, OHIO, OTHER, REVOCATIONS, Desk
from tests.integration.privacy.conftest import columns_with


async def erased(desk: Desk, number: str = OHIO) -> Json:
    answer = await desk.asks("/v1/privacy/erasures", person=number)
    assert answer.status_code == 201, answer.text
    return next(one for one in answer.json()["places"] if one["place"] == "do not call")


async def test_an_own_entry_is_kept_as_a_hash_and_still_refuses(desk: Desk) -> None:
    made = await desk.plane.made(ENTRIES, number=OHIO, reason="Ana wrote a letter", heard="letter")
    report = await erased(desk)
    assert await columns_with(desk.plane, OHIO) == set()
    assert await desk.verdict() == ("refuse", ["own-list", "us-consent-marketing"])
    (row,) = await desk.plane.rows("SELECT number, subject, reason FROM do_not_call_entries")
    assert (row["number"], row["reason"], len(row["subject"])) == ("", "", 64)
    assert any("hash" in kept["why"] for kept in report["kept"])
    (shown,) = (await desk.plane.admin.get(ENTRIES, params={"number": OHIO})).json()["data"]
    assert (shown["id"], shown["number"], shown["reason"]) == (made["id"], None, None)
    assert (await desk.verdict(OTHER))[1] == ["us-consent-marketing"]


async def test_the_same_number_put_on_the_list_again_is_not_stored_again(desk: Desk) -> None:
    made = await desk.plane.made(ENTRIES, number=OHIO)
    await erased(desk)
    assert (await desk.plane.made(ENTRIES, number=OHIO))["id"] == made["id"]
    assert await columns_with(desk.plane, OHIO) == set()


async def test_a_revocation_holds_on_and_a_consent_counts_no_more_but_its_proof_stays(desk: Desk) -> None:
    await desk.plane.made(REVOCATIONS, number=OHIO, words="stop calling me, says Ana")
    await erased(desk)
    assert await columns_with(desk.plane, OHIO) == set()
    assert set((await desk.verdict())[1]) == {"revocation", "us-consent-marketing"}
    (consent,) = (await desk.plane.admin.get(CONSENTS)).json()["data"]
    assert (consent["number"], consent["signer"], consent["evidence"]) == (None, None, None)
    assert consent["evidence_sha256"] == "ab" * 32 and consent["kind"] == "written"
    (row,) = await desk.plane.rows("SELECT words, number FROM dial_revocations")
    assert (row["words"], row["number"]) == ("", "")


async def test_two_who_are_erased_stay_two_and_a_second_erasure_finds_nothing(desk: Desk) -> None:
    for number in (OHIO, OTHER):
        await desk.plane.made(ENTRIES, number=number)
        await erased(desk, number)
    assert len(await desk.plane.rows("SELECT id FROM do_not_call_entries WHERE subject <> ''")) == 2
    assert (await erased(desk))["found"] == 0
    assert (await desk.verdict(OTHER))[1] == ["own-list", "us-consent-marketing"]


async def test_an_imported_list_keeps_the_number_and_the_report_says_so(desk: Desk) -> None:
    await desk.list_of("614,5550100")
    report = await erased(desk)
    assert any("register" in kept["why"] for kept in report["kept"])
    assert await columns_with(desk.plane, OHIO) == {"do_not_call_numbers.number"}


async def test_what_is_on_file_is_exported_for_the_person(desk: Desk) -> None:
    await desk.plane.made(ENTRIES, number=OHIO, reason="wrote a letter")
    told = (await desk.asks("/v1/privacy/exports", person=OHIO)).json()["places"]["do not call"]
    assert {"reason": "wrote a letter", "not_to_be_called": "everything"}.items() <= told[0].items()
    assert [one["signer"] for one in told if "consent" in one] == ["Ana Example"]
