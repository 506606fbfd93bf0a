"""Admission of callers for whom somebody vouches: real tokens, real rows, a certificate that is fetched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from compliance.stir_shaken.service import StirShaken
from gateway.calls.admission import AdmissionVerdict
from gateway.calls.caller_trust import CallerTrust
from gateway.calls.facts import NumbersPii
from gateway.calls.stored import read_event
from gateway.db.session import Database
from gateway.kernel.ids import new_id
from gateway.net.outside import Answer, NotReached
from gateway.settings import StirSettings
from tests.integration.calls.conftest import World, asked
from tests.integration.calls.test_lookup import Provisioned, rows, store
from tests.stir import maker
from tests.unit.calls.story import T0

NUMBERS = NumbersPii(ani=f"+{maker.ORIG}", dnis=f"+{maker.DEST}", source_address="192.0.2.7")


@dataclass
class Server:
    """Where certificates are. What is asked for stays open until `answers` is set."""

    answers: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)
    is_away: bool = False

    async def request(self, method: str, url: str, *, within_s: float, most_bytes: int) -> Answer:
        self.asked.append(url)
        await self.answers.wait()
        if self.is_away:
            raise NotReached("nobody is there", code="outside.connect")
        return Answer(200, {}, maker.bundle(), cut=False)


@pytest.fixture
def server() -> Server:
    server = Server()
    server.answers.set()
    return server


@pytest.fixture
async def world(world_with_lookup: World, server: Server, tmp_path: Path) -> AsyncIterator[World]:
    folder = tmp_path / "trust" / "tests"
    folder.mkdir(parents=True)
    (folder / "authorities.pem").write_bytes(maker.root().pem)
    settings = StirSettings(trust=tmp_path / "trust")
    stir = StirShaken(settings, tmp_path, server, world_with_lookup.clock)
    stir.load()
    world_with_lookup.calls.admissions.trust = CallerTrust(stir, "US", "https://example.org/blocked")
    yield world_with_lookup
    await stir.close()


def known(of_trunk: dict[str, Any] | None = None, of_rule: dict[str, Any] | None = None, **trunk: Any) -> Provisioned:
    made = rows()
    made.number.number = NUMBERS.dnis
    made.trunk.max_calls = None
    made.trunk.caller_trust = of_trunk or {}
    made.rule.caller_trust = of_rule
    for name, value in trunk.items():
        setattr(made.trunk, name, value)
    return made


def signed(**changes: Any) -> str:
    return maker.identity(maker.claims(iat=int(T0.timestamp()), **changes))


async def verdict(world: World, *identity: str, headers: list[tuple[str, str]] | None = None) -> AdmissionVerdict:
    invite = {"headers": headers or []}
    ask = asked(new_id("call"), pii=NUMBERS, identity_headers=list(identity), invite_pii=invite)
    return await world.calls.admissions.verdict_on(ask)


async def test_a_caller_who_is_vouched_for_is_let_in_and_the_record_shows_by_whom(world: World) -> None:
    await store(world.database, known())
    call_id = new_id("call")
    given = await world.calls.admissions.verdict_on(asked(call_id, pii=NUMBERS, identity_headers=[signed()]))
    assert (given.verdict, given.attributes["gateway.callerTrust"]) == ("accept", "A")
    kept = given.caller_trust
    assert kept and kept.own and (kept.standing, kept.by, kept.own.headers[0].provider) == ("A", "own", maker.CODE)
    [admission] = [row for row in await world.log(call_id) if row.kind == "admission_decided"]
    assert read_event(admission).what.model_dump()["verdict"]["caller_trust"]["own"]["headers"][0]["region"] == "tests"
    assert maker.ORIG not in str(kept.model_dump())


async def test_as_shipped_a_forged_signature_changes_nothing_but_the_record(world: World) -> None:
    await store(world.database, known())
    given = await verdict(world, signed(dest={"tn": [maker.OTHER]}))
    assert given.verdict == "accept" and given.caller_trust
    assert (given.caller_trust.standing, given.attributes["gateway.callerTrust"]) == ("failed", "failed")


async def test_a_forged_signature_is_refused_with_the_checks_code_and_a_reason(world: World) -> None:
    await store(world.database, known({"failed": {"do": "refuse"}}))
    given = await verdict(world, signed(dest={"tn": [maker.OTHER]}))
    assert (given.verdict, given.sip_code, given.slug) == ("reject", 438, "unverified_caller")
    assert given.reasons == ['STIR;cause=438;text="Invalid Identity Header"']
    assert given.phrase == "Invalid Identity Header"
    assert given.checks[-1].name == "caller_trust" and "another destination" in given.checks[-1].reason


async def test_nobody_vouches_where_somebody_has_to(world: World) -> None:
    await store(world.database, known({"unsigned": {"do": "refuse"}}))
    given = await verdict(world)
    assert (given.sip_code, given.reasons) == (428, ['STIR;cause=428;text="Use Identity Header"'])


async def test_the_rules_terms_come_before_the_trunks(world: World) -> None:
    await store(world.database, known({"unsigned": {"do": "refuse"}}, {"unsigned": {"do": "label"}}))
    given = await verdict(world)
    assert given.verdict == "accept" and given.caller_trust and given.caller_trust.terms_of == "rule"
    assert given.attributes["gateway.callerLabel"] == "nobody vouches for the caller's number"


async def test_a_caller_may_be_sent_to_another_agent_or_address(world: World) -> None:
    agent = new_id("agt")
    to_agent = {"unsigned": {"do": "send", "to": agent}, "A": {"do": "send", "to": "sip:desk@pbx.example"}}
    await store(world.database, known(to_agent))
    given = await verdict(world)
    assert (given.verdict, given.attributes["gateway.agentID"]) == ("accept", agent)
    given = await verdict(world, signed())
    assert (given.verdict, given.sip_code, given.contacts) == ("redirect", 302, ["sip:desk@pbx.example"])


async def test_a_caller_may_be_challenged_and_the_agent_told_to_say_less(world: World) -> None:
    terms = {"unsigned": {"do": "challenge"}, "may_disclose": {"none": "limited"}}
    await store(world.database, known(terms))
    given = await verdict(world)
    assert (given.challenge, given.attributes["gateway.disclosure"]) == ("press_key", "limited")
    assert (await verdict(world, signed())).challenge == ""


async def test_a_carriers_word_counts_only_on_that_carriers_trunk(world: World) -> None:
    said = [("x-twilio-verstat", "TN-Validation-Passed-B")]
    await store(world.database, known(carrier_verdicts="none"))
    given = await verdict(world, headers=said)
    assert given.caller_trust and given.caller_trust.standing == "unsigned" and given.caller_trust.carrier is None
    async with world.database.begin() as session:
        trunk = await session.get(type(known().trunk), "trk_1")
        assert trunk
        trunk.carrier_verdicts = "twilio"
    given = await verdict(world, headers=said)
    assert given.caller_trust and given.caller_trust.carrier
    assert (given.caller_trust.standing, given.caller_trust.by) == ("B", "carrier")
    given = await verdict(world, signed(), headers=said)
    assert given.caller_trust and (given.caller_trust.by, given.caller_trust.agree) == ("own", False)


async def test_an_asserted_identity_counts_only_from_a_carrier_that_is_believed(world: World) -> None:
    """The token is about the number in P-Asserted-Identity; From shows another one."""
    asserted = [("p-asserted-identity", f"<sip:+{maker.OTHER}@carrier.example>")]
    about_other = signed(orig={"tn": maker.OTHER})
    await store(world.database, known(carrier_verdicts="none"))
    given = await verdict(world, about_other, headers=asserted)
    assert given.caller_trust and given.caller_trust.standing == "failed"
    async with world.database.begin() as session:
        trunk = await session.get(type(known().trunk), "trk_1")
        assert trunk
        trunk.carrier_verdicts = "generic"
    given = await verdict(world, about_other, headers=asserted)
    assert given.caller_trust and given.caller_trust.standing == "A"


async def test_while_the_certificate_is_fetched_the_verdict_is_pending_and_nothing_is_recorded(
    world: World, server: Server
) -> None:
    await store(world.database, known())
    server.answers.clear()
    ask = asked(new_id("call"), pii=NUMBERS, identity_headers=[signed()])
    assert (await world.calls.admissions.verdict_on(ask)).verdict == "pending"
    assert await world.log(ask.call_id) == []
    server.answers.set()
    given = await world.calls.admissions.verdict_on(ask)
    assert given.caller_trust and given.caller_trust.standing == "A"
    assert len(server.asked) == 1


async def test_a_certificate_that_does_not_come_is_a_standing_of_its_own(world: World, server: Server) -> None:
    await store(world.database, known({"unchecked": {"do": "refuse"}}))
    server.is_away = True
    given = await verdict(world, signed())
    assert (given.sip_code, given.reasons) == (436, ['STIR;cause=436;text="Bad Identity Info"'])


async def test_nothing_is_fetched_for_a_call_that_goes_nowhere(world: World, server: Server) -> None:
    await store(world.database, known())
    strange = NUMBERS.model_copy(update={"source_address": "203.0.113.9"})
    ask = asked(new_id("call"), pii=strange, identity_headers=[signed()])
    assert (await world.calls.admissions.verdict_on(ask)).slug == "source_not_allowed"
    assert server.asked == []


async def test_asked_again_about_a_call_the_verdict_is_the_one_given(world: World, database: Database) -> None:
    await store(world.database, known({"failed": {"do": "refuse"}}))
    ask = asked(new_id("call"), pii=NUMBERS, identity_headers=[signed(dest={"tn": [maker.OTHER]})])
    first = await world.calls.admissions.verdict_on(ask)
    assert await world.calls.admissions.verdict_on(ask) == first
