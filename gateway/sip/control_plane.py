"""What the node says to the control plane besides facts: may this call in, and I am alive."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from gateway.calls.admission import AdmissionAsked, AdmissionVerdict
from gateway.calls.settled_admission import settled_admission
from gateway.kernel.errors import SetupError
from gateway.kernel.logs import get_logger
from gateway.kernel.role_tokens import Audience, RoleTokens

HTTP_S = 2.0

_log = get_logger(__name__)


class _NodeHeard(BaseModel):
    ended: list[str] = []


class ControlPlane:
    """`process` is this start of the node; every start has a name of its own. `within_s`: patience of a call in."""

    def __init__(
        self, base_url: str, tokens: RoleTokens, process: str, *, within_s: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:  # fmt: skip
        self._http = httpx.AsyncClient(
            base_url=base_url.rstrip("/") + "/internal/v1",
            transport=transport,
            trust_env=False,
            timeout=max(HTTP_S, within_s),
        )
        self._within_s = within_s
        self._tokens = tokens
        self._process = process

    async def admission(self, asked: AdmissionAsked, *, within_s: float = 0.0) -> AdmissionVerdict | None:
        """The verdict, or None when nothing answers in time: then the trunk's policy decides, or nothing is dialled.

        `within_s` 0: as long as this node waits for calls in.
        """
        patience = within_s or self._within_s
        return await settled_admission(lambda: self._ask(asked, patience))

    async def _ask(self, asked: AdmissionAsked, within_s: float) -> AdmissionVerdict | None:
        try:
            async with asyncio.timeout(within_s):
                answer = await self._post("/admissions", "admissions", asked.model_dump_json())
            answer.raise_for_status()
            return AdmissionVerdict.model_validate_json(answer.content)
        except (TimeoutError, httpx.HTTPError, SetupError, ValidationError) as error:
            _log.warning("admission_not_answered", call_id=asked.call_id, error=type(error).__name__)
            return None

    async def challenge(self, call_id: str, keys: str) -> bool:
        """Are these the keys that let a caller on who was asked for a PIN?"""
        try:
            answer = await self._post("/challenges", "admissions", json.dumps({"call_id": call_id, "pii": keys}))
            answer.raise_for_status()
            return answer.json().get("passed") is True
        except (httpx.HTTPError, SetupError, ValueError, AttributeError) as error:
            _log.warning("challenge_not_answered", call_id=call_id, error=type(error).__name__)
            return False

    async def alive(self, calls: list[str], dropped: dict[str, int]) -> list[str]:
        """Names the calls that this process carries; what it does not name, the control plane closes.

        Returns those of them whose record is closed already: they are to be hung up. `dropped` counts requests of
        scanners by source.
        """
        try:
            answer = await self._http.post(
                f"/nodes/{quote(self._process, safe='')}/alive",
                json={"calls": calls, "dropped": dropped},
                headers=self._authorization("facts"),
            )
            answer.raise_for_status()
            return _NodeHeard.model_validate_json(answer.content).ended
        except (httpx.HTTPError, SetupError, ValidationError):
            return []

    async def _post(self, path: str, audience: Audience, body: str) -> httpx.Response:
        headers = {**self._authorization(audience), "Content-Type": "application/json"}
        return await self._http.post(path, content=body, headers=headers)

    def _authorization(self, audience: Audience) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens.sign('node', audience, self._process)}"}

    async def close(self) -> None:
        await self._http.aclose()
