"""Is a webhook from Twilio?"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator

from gateway.kernel.errors import NotAuthenticated


class _Fields(dict[str, list[str]]):
    """A form in which a name may come twice, as the SDK wants to see it."""

    def getall(self, name: str) -> list[str]:
        return self[name]


def check(token: str, url: str, headers: Mapping[str, str], body: bytes) -> None:
    """`token`: the account's; API keys sign nothing. `url`: the public one. Raises NotAuthenticated. Twilio signs no
    time: whoever handles the webhook must know what it has handled already."""
    if not token:
        raise NotAuthenticated(
            "Twilio signs webhooks with the account's token, and it is not stored here",
            code="carrier.keys", todo="store auth_token with this account's keys",
        )  # fmt: skip
    given = {name.lower(): value for name, value in headers.items()}
    signature = given.get("x-twilio-signature", "")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        signature = ""
        text = ""
    content: str | _Fields = text if "bodySHA256=" in url else _form(text)
    if not signature or not RequestValidator(token).validate(url, content, signature):
        raise NotAuthenticated(
            "this webhook does not bear Twilio's signature for this account",
            code="carrier.signature",
            todo="compare the public URL in the settings with the one entered at Twilio, to the letter, and the token",
        )


def _form(text: str) -> _Fields:
    fields = _Fields()
    for name, value in parse_qsl(text, keep_blank_values=True):
        fields.setdefault(name, []).append(value)
    return fields
