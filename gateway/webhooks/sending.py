"""One signed request to a receiver, and what came back, in words."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from gateway.kernel.clock import Clock
from gateway.kernel.errors import GatewayError
from gateway.kernel.secrets import SecretBox
from gateway.net.outside import Outside
from gateway.webhooks.models import WebhookRow
from gateway.webhooks.schedule import Outcome
from gateway.webhooks.signing import signed_headers

WITHIN_S = 15.0
LONGEST_PROBLEM = 300
_HEADERS = {"Content-Type": "application/json", "User-Agent": "agent-phone-gateway"}


class Sender:
    def __init__(self, outside: Outside, box: SecretBox, clock: Clock) -> None:
        self._outside, self._box, self._clock = outside, box, clock

    async def send(self, webhook: WebhookRow, message_id: str, content: dict[str, Any]) -> Outcome:
        """Raises nothing that has to do with the receiver."""
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        now = self._clock.now()
        headers = _HEADERS | signed_headers(self.secrets(webhook, now), message_id, now, body)
        try:
            answer = await self._outside.request(
                "POST", webhook.url, body=body.encode(), headers=headers, within_s=WITHIN_S
            )
        except GatewayError as error:
            return Outcome(None, error.detail[:LONGEST_PROBLEM])
        return Outcome(answer.status, retry_after=answer.headers.get("retry-after", ""))

    def secrets(self, webhook: WebhookRow, now: datetime) -> list[str]:
        """Those that are valid now, the newest first. Raises SetupError when the key file is another."""
        sealed = [webhook.secret]
        if webhook.old_secret and webhook.old_secret_until and now < webhook.old_secret_until:
            sealed.append(webhook.old_secret)
        return [self._box.open(one) for one in sealed]
