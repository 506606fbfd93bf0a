"""Authorities and lists as they change on disk and at the administrator's, and the verdicts that follow."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from compliance.stir_shaken.service import StirShaken
from compliance.stir_shaken.verdict import Verdict
from compliance.stir_shaken.verify import SipCall
from gateway.kernel.errors import SetupError
from gateway.net.outside import Answer, NotReached
from gateway.settings import StirSettings
from tests.integration.calls.conftest import ManualClock
from tests.stir import maker

LIST, CRL, SIGNER = (
    "https://list.example.org/list",
    "https://list.example.org/crl",
    "https://list.example.org/signer.pem",
)
CALL = SipCall(maker.ORIG, frozenset({maker.DEST}), "call-1")


@dataclass
class Web:
    """What each address answers; the others do not."""

    files: dict[str, bytes] = field(default_factory=lambda: {maker.X5U: maker.bundle()})
    asked: list[str] = field(default_factory=list)

    async def request(self, method: str, url: str, *, within_s: float, most_bytes: int) -> Answer:
        self.asked.append(url)
        if url not in self.files:
            raise NotReached("nobody is there", code="outside.connect")
        return Answer(200, {}, self.files[url], cut=False)


@dataclass
class World:
    web: Web
    clock: ManualClock
    folder: Path
    stir: StirShaken

    async def verdict(self) -> Verdict:
        iat = int(self.clock.now().timestamp())
        headers = [maker.identity(maker.claims(iat=iat))]
        found = self.stir.verdict(headers, CALL)
        if found is None:
            await self.stir.fetched(headers, 5.0)
            found = self.stir.verdict(headers, CALL)
        assert found is not None
        return found

    async def look(self) -> None:
        """As the background does every few minutes."""
        await self.stir.look()

    @property
    def alarm(self) -> str:
        return self.stir.standing()[0].alarm


Make = Callable[..., World]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def world(files: dict[str, bytes], **settings: object) -> World:
        folder = tmp_path / "trust" / "us"
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        web, clock = Web(), ManualClock(maker.NOW)
        given = StirSettings.model_validate({"trust": tmp_path / "trust", **settings})
        made = World(web, clock, folder, StirShaken(given, tmp_path / "state", web, clock))
        made.stir.load()
        return made

    return world


ROOT = {"authorities.pem": maker.root().pem}
STRANGER = maker.authority("another root")
ADMINISTERED = {
    "administrators.pem": maker.authority("an administrator").pem,
    "revocation-signers.pem": maker.crl_signer().pem,
    "region.json": json.dumps({"list_url": LIST, "revocation_url": CRL}).encode(),
}


def listed(*roots: maker.Made, sequence: int, expires: datetime | None = None) -> bytes:
    administrator = maker.authority("an administrator")
    certificates = [one.certificate for one in roots]
    return maker.trust_list(*certificates, by=administrator, sequence=sequence, expires=expires).encode()


def revoked(*withdrawn: maker.Made, now: datetime = maker.NOW) -> bytes:
    found = maker.revocation_list(*(one.certificate for one in withdrawn), now=now)
    return found.public_bytes(Encoding.PEM)


async def test_a_caller_is_believed_by_the_authorities_of_the_folder(make: Make) -> None:
    world = make(ROOT)
    assert ((await world.verdict()).verstat, (await world.verdict()).region) == ("TN-Validation-Passed", "us")
    assert world.web.asked == [maker.X5U] and world.alarm == ""


async def test_an_authority_that_is_put_there_or_taken_away_counts_at_the_next_look(make: Make) -> None:
    world = make({"authorities.pem": STRANGER.pem})
    found = await world.verdict()
    assert found.fault and found.fault.slug == "untrusted"
    (world.folder / "authorities.pem").write_bytes(maker.root().pem)
    await world.look()
    assert (await world.verdict()).verstat == "TN-Validation-Passed"
    (world.folder / "authorities.pem").write_bytes(STRANGER.pem)
    await world.look()
    assert (await world.verdict()).verstat == "TN-Validation-Failed"


async def test_a_broken_file_leaves_all_as_it_was_and_raises_an_alarm(make: Make) -> None:
    world = make(ROOT)
    (world.folder / "authorities.pem").write_bytes(b"no certificate")
    await world.look()
    assert (await world.verdict()).verstat == "TN-Validation-Passed"
    assert "authorities.pem" in world.alarm
    (world.folder / "authorities.pem").write_bytes(maker.root().pem)
    await world.look()
    assert world.alarm == ""


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "has no authorities"),
        ({"authorities.pem": b"x"}, "authorities.pem"),
        (ROOT | {"region.json": b"{"}, "is not JSON"),
        (ROOT | {"region.json": b'{"country": "US"}'}, "country"),
        (ROOT | {"revoked.crl": b"x"}, "revoked.crl"),
    ],
)
def test_a_folder_that_cannot_be_used_stops_the_start_and_says_which_file(
    make: Make, files: dict[str, bytes], said: str
) -> None:
    with pytest.raises(SetupError, match=said) as raised:
        make(files)
    assert raised.value.todo


async def test_the_signed_list_is_fetched_and_only_a_newer_one_takes_its_place(make: Make) -> None:
    world = make({**ADMINISTERED, "authorities.pem": STRANGER.pem})
    world.web.files |= {LIST: listed(maker.root(), sequence=7), SIGNER: maker.authority("an administrator").pem}
    await world.look()
    assert (await world.verdict()).verstat == "TN-Validation-Passed"
    assert world.stir.standing()[0].sequence == 7
    world.web.files[LIST] = listed(STRANGER, sequence=6)
    world.clock.go(7 * 3600)
    await world.look()
    assert (await world.verdict()).verstat == "TN-Validation-Passed" and "older" in world.alarm
    world.web.files[LIST] = listed(STRANGER, sequence=8)
    world.clock.go(7 * 3600)
    await world.look()
    assert (await world.verdict()).verstat == "TN-Validation-Failed"


async def test_a_list_that_somebody_else_has_signed_is_not_taken(make: Make) -> None:
    world = make({**ADMINISTERED, "authorities.pem": STRANGER.pem})
    forged = maker.trust_list(maker.root().certificate, by=maker.authority("a forger"), sequence=9)
    world.web.files |= {LIST: forged.encode(), SIGNER: maker.authority("a forger").pem}
    await world.look()
    assert (await world.verdict()).verstat == "TN-Validation-Failed" and "administrator" in world.alarm


async def test_what_was_fetched_is_there_after_a_start_without_network(make: Make, tmp_path: Path) -> None:
    world = make({**ADMINISTERED, "authorities.pem": STRANGER.pem})
    world.web.files |= {LIST: listed(maker.root(), sequence=7), SIGNER: maker.authority("an administrator").pem}
    await world.look()
    again = StirShaken(StirSettings(trust=tmp_path / "trust"), tmp_path / "state", Web(), world.clock)
    again.load()
    assert again.standing()[0].sequence == 7


async def test_a_list_that_has_expired_counts_with_an_alarm(make: Make) -> None:
    soon = maker.NOW + timedelta(hours=1)
    world = make({**ADMINISTERED, "authorities.pem": STRANGER.pem})
    world.web.files |= {
        LIST: listed(maker.root(), sequence=7, expires=soon), SIGNER: maker.authority("an administrator").pem,
    }  # fmt: skip
    await world.look()
    world.clock.go(2 * 3600)
    assert (await world.verdict()).verstat == "TN-Validation-Passed"
    assert "expired" in world.alarm


async def test_a_certificate_that_is_withdrawn_counts_no_more_from_the_next_list_on(make: Make) -> None:
    world = make({**ADMINISTERED, **ROOT})
    world.web.files[CRL] = revoked()
    await world.look()
    assert (await world.verdict()).verstat == "TN-Validation-Passed"
    world.clock.go(7 * 3600)
    world.web.files[CRL] = revoked(maker.leaf(), now=world.clock.now())
    await world.look()
    found = await world.verdict()
    assert found.fault and (found.fault.sip_code, found.fault.slug) == (437, "revoked")
    assert world.stir.standing()[0].revoked == 1


@pytest.mark.parametrize(("wanted", "verstat"), [("pass", "TN-Validation-Passed"), ("fail", "TN-Validation-Failed")])
async def test_without_a_revocation_list_the_settings_decide_and_an_alarm_is_raised(
    make: Make, wanted: str, verstat: str
) -> None:
    world = make({**ADMINISTERED, **ROOT}, without_revocation_list=wanted)
    await world.look()
    assert (await world.verdict()).verstat == verstat
    assert "no list of withdrawn certificates" in world.alarm


async def test_no_call_waits_for_a_list(make: Make) -> None:
    world = make({**ADMINISTERED, **ROOT})
    await world.verdict()
    assert world.web.asked == [maker.X5U]


async def test_a_request_with_too_many_headers_fetches_nothing(make: Make) -> None:
    world = make(ROOT)
    headers = [maker.identity(maker.claims(iat=int(datetime.now(UTC).timestamp())))] * 9
    found = world.stir.verdict(headers, CALL)
    assert found and found.fault and found.fault.slug == "too_many_headers" and world.web.asked == []
