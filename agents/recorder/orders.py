"""What a recorder asks the control plane, over /internal."""

from __future__ import annotations

from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from compliance.recordings.orders import Orders, PassDone, PassJournalled, RecorderReport
from gateway.kernel.errors import Unavailable
from gateway.kernel.role_tokens import RoleTokens

T = TypeVar("T", bound=BaseModel)
ANSWER_WITHIN_S = 10.0  # an answer may wait two seconds for something to do


class OrderDesk:
    def __init__(
        self, base_url: str, tokens: RoleTokens, name: str, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._tokens, self._name = tokens, name
        self._http = httpx.AsyncClient(
            base_url=f"{base_url.rstrip('/')}/internal/v1/recorders/{name}", timeout=ANSWER_WITHIN_S,
            transport=transport, trust_env=False, verify=base_url.startswith("https"),
        )  # fmt: skip

    async def work(self, report: RecorderReport) -> Orders:
        """Raises Unavailable."""
        return _read(Orders, await self._ask("/work", report.model_dump_json()))

    async def journal(self, recording_id: str, done: PassDone) -> PassJournalled:
        """Raises Unavailable, also when the pass is not wanted any more."""
        return _read(PassJournalled, await self._ask(f"/passes/{recording_id}", done.model_dump_json()))

    async def close(self) -> None:
        await self._http.aclose()

    async def _ask(self, path: str, body: str) -> bytes:
        token = self._tokens.sign("recorder", "recordings", self._name)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            answer = await self._http.post(path, content=body, headers=headers)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable("the control plane does not answer", todo="gateway status") from error
        return answer.content


def _read(kind: type[T], body: bytes) -> T:
    """Raises Unavailable for what a control plane of another version may say."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise Unavailable("the control plane speaks another version", todo="update both") from error
