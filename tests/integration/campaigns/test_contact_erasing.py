"""Who is erased is called by no campaign any more, and stays only where the law wants a record of the call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from compliance.privacy.erasable import Subject
from compliance.privacy.hash_key import HashKey
from compliance.privacy.person import Person
from gateway.campaigns.erasable import FIVE_YEARS, ErasableCampaigns
from gateway.campaigns.models import AttemptRow, ContactRow
from gateway.kernel.ids import new_id
from tests.integration.campaigns.test_contacts import ANA, BEN, add, campaign, changed
from tests.integration.control_plane.plane import Plane
from tests.integration.privacy.conftest import columns_with

CALL = "call_01h455vb4pex5vsknk084sn02q"
SHOWS = "+16145550198"


def place_of(plane: Plane) -> ErasableCampaigns:
    return ErasableCampaigns(plane.container.database.begin, plane.clock, key_of(plane))


def key_of(plane: Plane) -> HashKey:
    return plane.app.state.privacy.key


async def attempt(plane: Plane, path: str, number: str = ANA, **values: Any) -> str:
    now = plane.clock.now()
    usual = {"state": "ended", "dialled_at": now, "call_id": CALL, "n": 1, "gate": {}}
    row = AttemptRow(
        id=new_id("att"), campaign_id=path[14:], position=1, dialler="d", claimed_at=now,
        number_hash=key_of(plane).of(Person(number)), pii={"number": number, "shows": SHOWS, "name": "Ana"},
        **(usual | values),
    )  # fmt: skip
    async with plane.container.database.begin() as session:
        session.add(row)
    return row.id


async def pii_of(plane: Plane, attempt_id: str) -> dict[str, str]:
    async with plane.container.database.begin() as session:
        return (await session.get_one(AttemptRow, attempt_id)).pii


async def contact_at(plane: Plane, position: int) -> ContactRow:
    async with plane.container.database.begin() as session:
        return await session.get_one(ContactRow, position)


async def test_a_contact_is_emptied_and_no_file_brings_it_back(plane: Plane) -> None:
    path, other = await campaign(plane), await campaign(plane)
    place, person = place_of(plane), Subject(Person(ANA))
    (ana, ben) = (
        await add(
            plane, path, {"number": ANA, "ref": f"tel {ANA}", "variables": {"name": "Ana"}}, {"number": BEN, "ref": "b"}
        )
    ).json()["contacts"]  # fmt: skip
    await add(plane, other, {"number": ANA})
    assert await place.find(person) == 2
    told = await place.export(person)
    assert [one["variables"] for one in told] == [{"name": "Ana"}, {}] and told[0]["campaign"] == path[14:]

    assert (await place.erase(person)).count == 2

    assert await columns_with(plane, ANA) == set()
    row = await contact_at(plane, ana["position"])
    assert (row.state, row.outcome, row.why, row.pii, row.pii_number) == ("done", "refused", "erased", {}, "")
    assert (await contact_at(plane, ben["position"])).pii_number == BEN
    assert (await place.find(person), await place.export(person), (await place.erase(person)).count) == (0, [], 0)
    again = await plane.admin.put(f"{path}/imports", content=f"number,name\n{ANA},Ana\n")
    assert again.json()["repeated"] == 1 and await columns_with(plane, ANA) == set()
    shown = (await plane.admin.get(f"{path}/contacts/{ana['position']}")).json()
    assert (shown["number"], shown["variables"], shown["why"]) == (None, None, "erased")


async def test_one_that_is_done_keeps_what_became_of_it(plane: Plane) -> None:
    path = await campaign(plane)
    (ana,) = (await add(plane, path, {"number": ANA})).json()["contacts"]
    await changed(plane, ana["position"], state="done", outcome="answered")
    await place_of(plane).erase(Subject(Person(ANA)))
    row = await contact_at(plane, ana["position"])
    assert (row.state, row.outcome, row.why, row.pii_number) == ("done", "answered", "", "")


async def test_anothers_variables_lose_the_number_and_nothing_else(plane: Plane) -> None:
    path, place = await campaign(plane), place_of(plane)
    (ben,) = (await add(plane, path, {"number": BEN, "variables": {"friend": f"Ana, {ANA}!"}})).json()["contacts"]
    assert (await place.erase(Subject(Person(ANA)))).count == 1
    row = await contact_at(plane, ben["position"])
    assert (row.pii_number, row.pii, row.state) == (BEN, {"friend": "Ana, !"}, "waiting")


async def test_whoever_is_being_dialled_is_told_and_erased_the_next_time(plane: Plane) -> None:
    path, place, person = await campaign(plane), place_of(plane), Subject(Person(ANA))
    (ana,) = (await add(plane, path, {"number": ANA})).json()["contacts"]
    await changed(plane, ana["position"], state="open")
    attempt_id = await attempt(plane, path, state="dialling", gate={"purpose": "informational"})
    erased = await place.erase(person)
    assert erased.count == 0 and [(one.count, "under way" in one.why) for one in erased.kept] == [(2, True)]
    await changed(plane, ana["position"], state="done")
    async with plane.container.database.begin() as session:
        (await session.get_one(AttemptRow, attempt_id)).state = "ended"
    erased = await place.erase(person)
    assert (erased.count, erased.kept) == (2, ()) and await columns_with(plane, ANA) == set()


async def test_of_a_marketing_call_to_the_us_the_two_numbers_stay_for_five_years(plane: Plane) -> None:
    path, place, person = await campaign(plane), place_of(plane), Subject(Person(ANA), (CALL,))
    attempt_id = await attempt(plane, path)
    erased = await place.erase(person)
    assert erased.count == 1 and "16 CFR 310.5" in erased.kept[0].why
    assert await pii_of(plane, attempt_id) == {"number": ANA, "shows": SHOWS}
    again = await place.erase(person)
    assert (again.count, again.kept) == (0, erased.kept), "what stays is told again"
    plane.clock.go(FIVE_YEARS.total_seconds() + 1)
    assert (await place.erase(person)).kept == ()
    assert await pii_of(plane, attempt_id) == {} and await columns_with(plane, ANA) == set()


async def test_of_other_attempts_nothing_stays(plane: Plane) -> None:
    path, place = await campaign(plane), place_of(plane)
    abroad = await attempt(plane, path, BEN)
    informed = await attempt(plane, path, n=2, gate={"purpose": "informational"})
    never = await attempt(plane, path, n=3, dialled_at=None)
    old = await attempt(plane, path, n=4, dialled_at=plane.clock.now() - FIVE_YEARS - timedelta(days=1))
    for number in (ANA, BEN):
        assert (await place.erase(Subject(Person(number)))).kept == ()
    assert [await pii_of(plane, one) for one in (abroad, informed, never, old)] == [{}] * 4
    (row,) = await plane.rows("SELECT count(*) AS n FROM campaign_attempts WHERE number_hash <> ''")
    assert row["n"] == 4


async def test_a_call_that_is_held_keeps_its_attempt(plane: Plane) -> None:
    path, place = await campaign(plane), place_of(plane)
    attempt_id = await attempt(plane, path)
    held = Subject(Person(ANA), held=(CALL,))
    assert (await place.find(held), (await place.erase(held)).count) == (0, 0)
    assert (await pii_of(plane, attempt_id))["name"] == "Ana"


async def test_of_a_call_alone_its_attempt_is_emptied_and_the_contact_goes_on(plane: Plane) -> None:
    path, place = await campaign(plane), place_of(plane)
    (ana,) = (await add(plane, path, {"number": ANA})).json()["contacts"]
    attempt_id = await attempt(plane, path, gate={"purpose": "informational"})
    assert (await place.erase(Subject(call_ids=(CALL,)))).count == 1
    assert await pii_of(plane, attempt_id) == {}
    assert (await contact_at(plane, ana["position"])).pii_number == ANA
