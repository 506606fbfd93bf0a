"""What a worker asks the control plane: the agent's profile, and the conversation it takes over."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from types import TracebackType

import httpx
from pydantic import ValidationError

from agents.attempt import Attempt
from agents.capture_words import CaptureResult
from agents.profile import AgentProfile
from agents.resume import Conversation
from agents.tool_secrets.schemas import AgentSecrets
from gateway.calls.admission import AdmissionAsked, AdmissionVerdict
from gateway.kernel.errors import GatewayError, NotFound, Unavailable
from gateway.kernel.logs import get_logger
from gateway.kernel.role_tokens import RoleTokens

ANSWER_WITHIN_S = 1.0
BEGIN_WITHIN_S = 5.0
RESULT_WAIT_S = 5.0  # a capture takes as long as the caller types; one asks again and again
ASK_AGAIN_S = 0.5
LONGEST_REASON = 1000

_log = get_logger(__name__)


class ControlPlane:
    """Profiles are kept on disk: a call that the trunk's loss policy let in needs its agent as well."""

    def __init__(
        self,
        base_url: str,
        tokens: RoleTokens,
        process: str,
        cache_folder: Path,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._tokens = tokens
        self._process = process
        self._cache = cache_folder
        self._http = httpx.AsyncClient(
            base_url=base_url.rstrip("/") + "/internal/v1",
            timeout=ANSWER_WITHIN_S,
            transport=transport,
            trust_env=False,
            verify=base_url.startswith("https"),  # a TLS context costs 20 ms, for nothing on plain HTTP
        )

    async def __aenter__(self) -> ControlPlane:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def profile(self, agent_id: str) -> AgentProfile:
        """The profile, the last one known while the control plane is away; raises NotFound or Unavailable."""
        kept = self._cache / (re.sub(r"[^A-Za-z0-9_-]", "-", agent_id) + ".json")
        try:
            body = await self._get(f"/agent-profiles/{agent_id}")
        except Unavailable:
            if not kept.exists():
                raise
            _log.warning("profile_from_cache")
            return AgentProfile.model_validate_json(kept.read_bytes())
        profile = AgentProfile.model_validate_json(body)
        kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = kept.with_suffix(".new")
        fresh.write_bytes(body)
        fresh.replace(kept)
        return profile

    async def agent_secrets(self, agent_id: str) -> dict[str, str]:
        """What the agent's tools are let in with, never kept on disk; none when nobody can tell: the tools say so."""
        try:
            return AgentSecrets.model_validate_json(await self._get(f"/agent-secrets/{agent_id}")).secrets
        except GatewayError as error:
            _log.warning("agent_secrets_missing", reason=error.code)
            return {}

    async def conversation(self, call_id: str) -> Conversation:
        """What was said; empty when nobody can tell, because a caller is waiting."""
        known = await self.conversation_now(call_id)
        if known is None:
            _log.warning("conversation_not_available", call_id=call_id)
        return known or Conversation(call_id=call_id)

    async def conversation_now(self, call_id: str) -> Conversation | None:
        """None when nobody can tell."""
        try:
            return Conversation.model_validate_json(await self._get(f"/calls/{call_id}/conversation"))
        except (GatewayError, ValidationError):
            return None

    async def attempt(self, attempt_id: str) -> Attempt:
        """Raises NotFound or Unavailable. Nobody waits on the telephone yet, so it may take a moment."""
        return Attempt.model_validate_json(await self._get(f"/attempts/{attempt_id}", BEGIN_WITHIN_S))

    async def admission(self, asked: AdmissionAsked) -> AdmissionVerdict | None:
        """May this caller be heard? None when nobody answers."""
        token = self._tokens.sign("worker", "admissions", self._process)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            answer = await self._http.post("/admissions", content=asked.model_dump_json(), headers=headers)
            answer.raise_for_status()
            return AdmissionVerdict.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError) as error:
            _log.warning("admission_not_answered", call_id=asked.call_id, error=type(error).__name__)
            return None

    async def transfer(self, call_id: str, choice: str, reason: str, request: str) -> str | None:
        """None: it has begun. Else why not, in words that a caller may be told the truth by."""
        token = self._tokens.sign("worker", "transfers", self._process)
        body = {"choice": choice, "reason": reason[:LONGEST_REASON], "request": request}
        try:
            answer = await self._http.post(
                f"/calls/{call_id}/transfers", json=body, headers={"Authorization": f"Bearer {token}"},
                timeout=BEGIN_WITHIN_S,
            )  # fmt: skip
        except httpx.HTTPError:
            return "the gateway does not answer."
        if answer.is_success:
            return None
        problem = answer.json() if answer.headers.get("content-type") == "application/problem+json" else {}
        return str(problem.get("detail") or "the gateway failed.")

    async def capture(self, call_id: str, choice: str, request: str) -> tuple[str, str]:
        """The capture's id, or why it has not begun, in words; the other is empty."""
        token = self._tokens.sign("worker", "captures", self._process)
        try:
            answer = await self._http.post(
                f"/calls/{call_id}/captures", json={"choice": choice, "request": request},
                headers={"Authorization": f"Bearer {token}"}, timeout=BEGIN_WITHIN_S,
            )  # fmt: skip
        except httpx.HTTPError:
            return "", "the gateway does not answer."
        if answer.is_success:
            return str(answer.json()["capture_id"]), ""
        problem = answer.json() if answer.headers.get("content-type") == "application/problem+json" else {}
        return "", str(problem.get("detail") or "the gateway failed.")

    async def capture_result(self, call_id: str, capture_id: str) -> CaptureResult | None:
        """Waits a while for its end; None when nobody can tell."""
        token = self._tokens.sign("worker", "captures", self._process)
        try:
            answer = await self._http.get(
                f"/calls/{call_id}/captures/{capture_id}", params={"wait_s": RESULT_WAIT_S},
                headers={"Authorization": f"Bearer {token}"}, timeout=RESULT_WAIT_S + ANSWER_WITHIN_S,
            )  # fmt: skip
            answer.raise_for_status()
            return CaptureResult.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError):
            await asyncio.sleep(ASK_AGAIN_S)  # it may be on its way back
            return None

    async def _get(self, path: str, within_s: float = ANSWER_WITHIN_S) -> bytes:
        token = self._tokens.sign("worker", "profiles", self._process)
        try:
            answer = await self._http.get(path, headers={"Authorization": f"Bearer {token}"}, timeout=within_s)
        except httpx.HTTPError as error:
            raise Unavailable("the control plane does not answer", todo="gateway status") from error
        if answer.status_code == 404:
            raise NotFound("the control plane does not know it")
        if answer.is_error:
            raise Unavailable(f"the control plane answered {answer.status_code}", todo="gateway status")
        return answer.content
