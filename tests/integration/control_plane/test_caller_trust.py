"""Caller trust over REST: terms of trunks and rules, authorities, the check and the signature for others."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.auth.scopes import Role
from gateway.settings import SigningSettings
from tests.integration.control_plane.plane import Plane, client_of, make_plane, problem
from tests.integration.databases import empty_database
from tests.stir import maker
from tests.stir.believing import believing
from tests.stir.certificate_server import CertificateServer, certificate_server
from trunks.memory_switchboard import MemorySwitchboard

CHALLENGED = {"unsigned": {"do": "challenge", "by": "pin"}}


@pytest.fixture
def certificates(tmp_path: Path) -> AsyncIterator[CertificateServer]:
    (tmp_path / "web").mkdir()
    with certificate_server(tmp_path / "web") as server:
        server.files["passport.pem"] = maker.bundle
        yield server


@pytest.fixture
async def provider(tmp_path: Path, certificates: CertificateServer) -> AsyncIterator[Plane]:
    """A control plane that believes the tests' authority, and has a certificate of it."""
    key, pem = tmp_path / "sign.key", tmp_path / "sign.pem"
    key.write_bytes(maker.leaf().key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key.chmod(stat.S_IRUSR | stat.S_IWUSR)
    pem.write_bytes(maker.bundle())
    signing = SigningSettings(key_file=key, certificate_file=pem, x5u=maker.X5U)
    stir = believing(tmp_path, certificates, signing=signing)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(empty_database(tmp_path))
        plane = make_plane(database, MemorySwitchboard(), tmp_path, stir=stir)
        for role in Role:
            plane.keys[role] = await plane.new_key(role)
            plane.clients[role] = await stack.enter_async_context(client_of(plane.app, plane.keys[role]))
        yield plane
        await plane.container.stir.close()
        await plane.container.calls.close()


async def test_terms_of_a_trunk_are_kept_whole_and_replaced_whole(plane: Plane) -> None:
    terms = {"failed": {"do": "refuse", "sip_code": 608}, "may_disclose": {"none": "limited"}}
    trunk = await plane.trunk(caller_trust=terms, carrier_verdicts="telnyx")
    assert trunk["caller_trust"]["failed"] == {"do": "refuse", "by": "key", "to": "", "sip_code": 608}
    assert (trunk["caller_trust"]["A"]["do"], trunk["carrier_verdicts"]) == ("allow", "telnyx")
    path = f"/v1/inbound-trunks/{trunk['id']}"
    changed = (await plane.admin.patch(path, json={"caller_trust": {"unsigned": {"do": "label"}}})).json()
    assert (changed["caller_trust"]["failed"]["do"], changed["caller_trust"]["unsigned"]["do"]) == ("allow", "label")


async def test_a_rule_has_terms_of_its_own_or_those_of_the_trunk(plane: Plane) -> None:
    rule = await plane.rule(await plane.trunk(), await plane.agent())
    assert rule["caller_trust"] is None
    path = f"/v1/dispatch-rules/{rule['id']}"
    own = (await plane.admin.patch(path, json={"caller_trust": {"C": {"do": "label"}}})).json()
    assert own["caller_trust"]["C"]["do"] == "label"
    assert (await plane.admin.patch(path, json={"caller_trust": None})).json()["caller_trust"] is None


async def test_the_pin_goes_in_and_never_comes_out_and_a_challenge_needs_one(plane: Plane) -> None:
    body = {"name": "a", "allowed_addresses": ["192.0.2.0/24"], "caller_trust": CHALLENGED}
    assert problem(await plane.admin.post("/v1/inbound-trunks", json=body))["field"] == "trust_pin"
    trunk = await plane.trunk(caller_trust=CHALLENGED, trust_pin="97531")
    assert trunk["trust_pin_set"] and "97531" not in str(trunk)
    [row] = await plane.rows("SELECT trust_pin FROM trunks")
    assert row["trust_pin"] and "97531" not in row["trust_pin"]
    wrong = await plane.admin.patch(f"/v1/inbound-trunks/{trunk['id']}", json={"trust_pin": ""})
    assert problem(wrong)["code"] == "trust.pin"


async def test_callers_are_sent_only_to_an_agent_that_is_there_and_stays(plane: Plane) -> None:
    agent = await plane.agent("screener")
    missing = {"unsigned": {"do": "send", "to": "agt_01jd3h8z8kf4b9r2m5x7w6c1va"}}
    body = {"name": "a", "allowed_addresses": ["192.0.2.0/24"], "caller_trust": missing}
    assert problem(await plane.admin.post("/v1/inbound-trunks", json=body))["field"] == "caller_trust"
    trunk = await plane.trunk(caller_trust={"unsigned": {"do": "send", "to": agent["id"]}})
    refused = problem(await plane.admin.delete(f"/v1/agents/{agent['id']}"))
    assert refused["code"] == "agent.in_use" and trunk["id"] in refused["detail"]


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"D": {"do": "allow"}}, "D"),
        ({"A": {"do": "refuse", "sip_code": 500}}, "sip_code"),
        ({"A": {"do": "send"}}, "send"),
        ({"may_disclose": {"A": "some"}}, "may_disclose"),
    ],
)
async def test_terms_that_make_no_sense_are_refused_and_say_which(plane: Plane, terms: object, said: str) -> None:
    body = {"name": "a", "allowed_addresses": ["192.0.2.0/24"], "caller_trust": terms}
    answer = await plane.admin.post("/v1/inbound-trunks", json=body)
    assert answer.status_code == 422 and said in answer.text


async def test_authorities_are_shown_by_region(provider: Plane) -> None:
    [region] = (await provider.admin.get("/v1/stir/regions")).json()["data"]
    assert (region["name"], region["authorities"], region["alarm"]) == ("us", 1, "")


async def test_a_switch_asks_for_a_signature_and_another_for_the_check(
    provider: Plane, certificates: CertificateServer
) -> None:
    now = int(provider.clock.now().timestamp())
    numbers = {"orig": {"tn": f"+{maker.ORIG}"}, "dest": {"tn": [maker.DEST]}}
    wanted = {"signingRequest": {"attest": "B", "iat": now, "origid": maker.ORIGID, **numbers}}
    signed = await provider.admin.post("/stir/v1/signing", json=wanted)
    assert signed.status_code == 200, signed.text
    own = signed.json()["signingResponse"]["identity"]
    assert own.endswith(f";info=<{maker.X5U}>;alg=ES256;ppt=shaken")

    identity = maker.identity(
        maker.claims(iat=now, attest="B"), jose=maker.jose_header(x5u=certificates.url("passport.pem"))
    )
    asked = {"from": {"tn": f"+{maker.ORIG}"}, "to": {"tn": [f"+{maker.DEST}"]}, "time": now, "identity": identity}
    good = await provider.admin.post("/stir/v1/verification", json={"verificationRequest": asked})
    assert good.json() == {
        "verificationResponse": {"verstat": "TN-Validation-Passed", "attest": "B", "origid": maker.ORIGID}
    }
    copied = asked | {"to": {"tn": [f"+{maker.OTHER}"]}}
    bad = (await provider.admin.post("/stir/v1/verification", json={"verificationRequest": copied})).json()
    found = bad["verificationResponse"]
    assert (found["verstat"], found["reasoncode"]) == ("TN-Validation-Failed", 438)
    assert found["reasontext"] == "Invalid Identity Header" and "another destination" in found["reasondesc"]


async def test_signing_is_for_those_who_may_and_for_gateways_with_a_key(plane: Plane) -> None:
    now = int(plane.clock.now().timestamp())
    numbers = {"orig": {"tn": maker.ORIG}, "dest": {"tn": [maker.DEST]}}
    wanted = {"signingRequest": {"attest": "A", "iat": now, **numbers}}
    assert (await plane.clients[Role.OPERATOR].post("/stir/v1/signing", json=wanted)).status_code == 403
    assert problem(await plane.admin.post("/stir/v1/signing", json=wanted))["code"] == "stir.no_key"
    asked = {"from": {"tn": "1"}, "to": {"tn": ["2"]}, "time": now, "identity": ""}
    off = await plane.admin.post("/stir/v1/verification", json={"verificationRequest": asked})
    assert problem(off)["code"] == "stir.off"
