"""How a trunk's phones are spoken with: stored, changed as a whole, refused in words, told to the node at admission."""

from __future__ import annotations

import pytest

from gateway.calls.admission import AdmissionAsked
from gateway.calls.admit import admit
from gateway.calls.facts import NumbersPii
from gateway.calls.lookup import find_route
from tests.integration.control_plane.plane import Plane, problem

TERMS = {"codecs": ["PCMA", "PCMA", "G722"], "encryption": "require", "dtmf": "info", "timeout_s": 60}
USUAL = {"codecs": ["PCMU", "PCMA", "G722"], "encryption": "none", "dtmf": "auto", "timeout_s": None}


async def test_terms_are_kept_and_a_change_replaces_all_of_them(plane: Plane) -> None:
    assert (await plane.trunk("plain"))["media"] == USUAL
    trunk = await plane.trunk("strict", media=TERMS)
    assert trunk["media"] == {**TERMS, "codecs": ["PCMA", "G722"]}
    path = f"/v1/inbound-trunks/{trunk['id']}"
    changed = await plane.admin.patch(path, json={"media": {"codecs": ["PCMU"]}})
    assert changed.json()["media"] == {**USUAL, "codecs": ["PCMU"]}
    assert (await plane.admin.patch(path, json={"name": "other"})).json()["media"]["codecs"] == ["PCMU"]


@pytest.mark.parametrize(
    ("terms", "field"),
    [({"codecs": []}, "media.codecs"), ({"codecs": ["OPUS"]}, "media.codecs.0"), ({"dtmf": "loud"}, "media.dtmf"),
     ({"timeout_s": 1}, "media.timeout_s"), ({"silence": 1}, "media.silence")],
)  # fmt: skip
async def test_terms_that_are_none_are_refused_with_their_field(plane: Plane, terms: object, field: str) -> None:
    body = {"name": "carrier", "allowed_addresses": ["192.0.2.0/24"], "media": terms}
    refused = problem(await plane.admin.post("/v1/inbound-trunks", json=body))
    assert (refused["status"], refused["field"]) == (422, field)


async def test_the_node_is_told_the_terms_when_it_asks(plane: Plane) -> None:
    trunk = await plane.trunk("strict", media=TERMS)
    await plane.number(trunk=trunk)
    asked = AdmissionAsked(
        call_id="call_1", direction="inbound", sip_call_id="a", node="n", pii=NumbersPii(dnis="+15105550100")
    )
    async with plane.container.database.begin() as session:
        policy = admit(asked, await find_route(session, asked)).policy
    assert (policy.media.encryption, policy.media.dtmf, policy.media.timeout_s) == ("require", "info", 60)
