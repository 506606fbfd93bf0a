"""What a worker is told of the attempt that its agent is there for."""

from __future__ import annotations

import pytest

from gateway.kernel.role_tokens import Role
from tests.integration.campaigns.floor import Floor
from tests.integration.control_plane.plane import client_of, problem

PATH = "/internal/v1/attempts"


def headers(floor: Floor, role: Role = "worker") -> dict[str, str]:
    audience = "profiles" if role == "worker" else "facts"
    return {"Authorization": f"Bearer {floor.plane.container.tokens.sign(role, audience, 'one')}"}


async def test_an_agent_knows_what_the_operator_has_on_file_and_what_it_may_do(floor: Floor) -> None:
    await floor.campaign(
        opening="your appointment", max_duration_s=90, voicemail={"policy": "leave_message", "message": "Call us."}
    )
    await floor.round()
    attempt = await floor.attempt()
    async with client_of(floor.plane.internal) as client:
        answer = await client.get(f"{PATH}/{attempt.id}", headers=headers(floor))
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "attempt_id": attempt.id, "campaign_id": attempt.campaign_id, "variables": {"name": "Ana"},
        "opening": "your appointment", "voicemail": {"policy": "leave_message", "message": "Call us."},
        "detects_machine": True, "max_duration_s": 90,
    }  # fmt: skip


async def test_of_no_attempt_nothing_is_told(floor: Floor) -> None:
    async with client_of(floor.plane.internal) as client:
        answer = await client.get(f"{PATH}/att_{'0' * 26}", headers=headers(floor))
    assert problem(answer)["status"] == 404


@pytest.mark.parametrize("role", ["node", None])
async def test_nobody_but_a_worker_is_told(floor: Floor, role: Role | None) -> None:
    await floor.campaign()
    await floor.round()
    attempt = await floor.attempt()
    async with client_of(floor.plane.internal) as client:
        answer = await client.get(f"{PATH}/{attempt.id}", headers=headers(floor, role) if role else {})
    assert problem(answer)["status"] == 401
