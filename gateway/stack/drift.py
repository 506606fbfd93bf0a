"""Is what LiveKit has what our database says? Asked of the running stack's REST API."""

from __future__ import annotations

from pathlib import Path

import httpx

from gateway.kernel.errors import SetupError
from gateway.stack.finding import Finding
from gateway.stack.plan import StackRecord

RESOURCES = ("inbound-trunks", "outbound-trunks", "dispatch-rules")


async def provisioning(state_dir: Path) -> Finding:
    try:
        env = StackRecord(state_dir).read_env()
    except SetupError:
        return Finding("provisioning", True, "no stack is running, nothing to compare")
    headers = {"Authorization": f"Bearer {env['GATEWAY_API_KEY']}"}
    drifted: list[str] = []
    try:
        async with httpx.AsyncClient(base_url=env["GATEWAY_URL"], headers=headers, trust_env=False) as client:
            for resource in RESOURCES:
                answer = await client.get(f"/v1/{resource}/sync")
                answer.raise_for_status()
                if not answer.json()["in_sync"]:
                    drifted.append(resource)
    except httpx.HTTPError as error:
        return Finding(
            "provisioning",
            False,
            f"the control plane did not answer ({type(error).__name__})",
            "gateway status",
        )
    if drifted:
        return Finding(
            "provisioning",
            False,
            f"LiveKit differs from the database in {', '.join(drifted)}",
            f"it is repaired within a minute; if not: curl {env['GATEWAY_URL']}/v1/{drifted[0]}/sync",
        )
    return Finding("provisioning", True, "LiveKit has what the database says")
