"""Signatures that the reference library accepts."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from gateway.webhooks.signing import new_secret, signed_headers

BODY = '{"type":"call.ended","who":"Zoë"}'


def test_each_secret_that_is_valid_checks_and_no_other() -> None:
    now, first, second = datetime.now(UTC), new_secret(), new_secret()
    headers = signed_headers([first, second], "dlv_1", now, BODY)
    for secret in (first, second):
        assert Webhook(secret).verify(BODY, headers)["type"] == "call.ended"
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(first).verify(BODY + " ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(first).verify(BODY, headers | {"webhook-id": "dlv_2"})


def test_an_old_message_is_refused_by_the_library() -> None:
    secret = new_secret()
    headers = signed_headers([secret], "dlv_1", datetime.now(UTC) - timedelta(hours=1), BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, headers)


def test_a_secret_is_of_32_random_bytes() -> None:
    secrets = {new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert all(one.startswith("whsec_") and len(base64.b64decode(one[6:])) == 32 for one in secrets)
