"""A trunk with a password: who has it gets in, and nobody gets in twice on one answer (RFC 3261 §22, RFC 7616)."""

from __future__ import annotations

import pytest

from tests.sip.scenarios.conftest import Phones
from tests.sip.scenarios.desk import LOCKED, PASSWORD, USERNAME
from tests.sip.scenarios.steps import SERVER, ack, ack_refusal, answered, bye, invite, recv, trying

pytestmark = pytest.mark.asyncio(loop_scope="session")

NONCE = 'Digest realm="[^"]+", nonce="[^"]+", algorithm=MD5, qop="auth"'
ASKED = [invite(), *trying(), recv(407, has=[f"Proxy-Authenticate: {NONCE}"], challenge=True), ack_refusal()]


def with_proof(cseq: int = 2, password: str = PASSWORD, username: str = USERNAME) -> str:
    return invite(cseq=cseq, headers=[f"[authentication username={username} password={password}]"])


def admissions(phones: Phones, call_id: str) -> int:
    return [asked["sip_call_id"] for asked in phones.desk.asked].count(call_id)


async def test_right_password_gets_in(phones: Phones) -> None:
    sipp = await phones.completes([*ASKED, with_proof(), *answered(), ack(2), *bye(3)], number=LOCKED)
    assert admissions(phones, sipp.call_id) == 1


@pytest.mark.parametrize(("username", "password"), [(USERNAME, "wrong"), ("mallory", PASSWORD)])
async def test_wrong_password_or_name_expect_403(phones: Phones, username: str, password: str) -> None:
    steps = [*ASKED, with_proof(2, password, username), *trying(), recv(403), ack_refusal(2)]
    sipp = await phones.play(steps, number=LOCKED)
    assert (await phones.desk.refusal_of(sipp.call_id))["slug"] == "wrong_password"
    assert admissions(phones, sipp.call_id) == 0


def given(nonce: str, nc: str = "00000001") -> str:
    said = f'Digest username="{USERNAME}", realm="gateway", nonce="{nonce}", uri="{SERVER}", response="{"0" * 32}"'
    return f'Proxy-Authorization: {said}, algorithm=MD5, cnonce="abc", qop=auth, nc={nc}'


@pytest.mark.parametrize("nonce", ["made-up", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="])
async def test_nonce_that_we_never_gave_is_stale_and_a_new_one_gets_in(phones: Phones, nonce: str) -> None:
    stale = [recv(407, has=["stale=true", "nonce="], challenge=True), ack_refusal()]
    steps = [invite(headers=[given(nonce)]), *trying(), *stale, with_proof(), *answered(), ack(2), *bye(3)]
    await phones.completes(steps, number=LOCKED)


async def test_answer_to_a_challenge_that_is_used_again_is_stale(phones: Phones) -> None:
    """The same nonce and count in a second INVITE, as somebody who listened would send it."""
    first = await phones.completes([*ASKED, with_proof(), *answered(), ack(2), *bye(3)], number=LOCKED)
    heard = next(line for line in first.trace().splitlines() if line.startswith("Proxy-Authorization: "))
    again = [invite(headers=[heard]), *trying(), recv(407, has=["stale=true"]), ack_refusal()]
    second = await phones.play(again, number=LOCKED)
    assert admissions(phones, second.call_id) == 0
