"""A tool that is an HTTP request: built from what a model said, sent to where its profile says, read as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

from agents.tool_choice import HttpChoice, ToolChoice
from agents.tool_text import SECRET, filled, holes, is_secret, seen, without_secrets
from agents.tool_words import ToolFailed
from compliance.redaction.value import redact_value
from gateway.kernel.errors import BadInput
from gateway.kernel.logs import get_logger
from gateway.net.outside import Answer, NotReached

DONE = "It is done. There was no answer to read."
_NOT_SENT = {"outside.forbidden", "outside.name", "outside.connect", "outside.tls"}
_SAFE_TWICE = {"GET", "PUT", "DELETE"}  # RFC 9110, 9.2.2
_OWN_HEADERS = {"Accept": "application/json", "User-Agent": "agent-phone-gateway"}

_log = get_logger(__name__)


class Sends(Protocol):
    """`gateway.net.outside.Outside` is one."""

    async def request(
        self, method: str, url: str, *, within_s: float, body: bytes = b"",
        headers: Mapping[str, str] | None = None, most_bytes: int = 0,
    ) -> Answer: ...  # fmt: skip


class HttpTools:
    """Of one call. `secrets` are in memory alone, and stand in no message."""

    def __init__(self, outside: Sends, secrets: Mapping[str, str]) -> None:
        self._outside, self._secrets = outside, secrets

    async def run(self, choice: ToolChoice, arguments: Mapping[str, Any]) -> str:
        """What a model may read. `arguments` fit the schema. Raises ToolFailed."""
        http = choice.http
        assert http is not None
        if missing := http.secrets - self._secrets.keys():
            _log.warning("tool_secret_missing", tool=choice.name, secret=min(missing))
            raise ToolFailed(f"{choice.name} is not set up completely.", code="tool.secret")
        url = self._url(choice, http, arguments)
        body = json.dumps(_rest(http, arguments)).encode() if http.sends_json else b""
        try:
            answer = await self._outside.request(
                http.method, url, within_s=http.timeout_s, body=body, headers=self._headers(http),
                most_bytes=http.most_bytes,
            )  # fmt: skip
        except NotReached as error:
            raise _not_reached(choice, http, error) from error
        except BadInput as error:
            raise ToolFailed(f"{choice.name} cannot be asked that.", code="tool.url") from error
        # a server that shows what it was asked, on purpose or not, shows the secrets too
        return without_secrets(_read(choice, http, answer), (self._secrets[name] for name in http.secrets))

    def _url(self, choice: ToolChoice, http: HttpChoice, arguments: Mapping[str, Any]) -> str:
        url = filled(http.url, lambda name: quote(_text(arguments[name]), safe=""))
        if any(part in (".", "..") for part in urlsplit(url).path.split("/")) or _is_emptied(http, arguments):
            raise ToolFailed(f"{choice.name} cannot be asked that: a part of it is empty or dots.", code="tool.url")
        pairs = [
            (name, filled(value, lambda hole: self._query_part(hole, arguments)))
            for name, value in http.query.items()
            if all(is_secret(one) or arguments.get(one) is not None for one in holes(value))
        ]
        return f"{url}?{urlencode(pairs)}" if pairs else url

    def _query_part(self, hole: str, arguments: Mapping[str, Any]) -> str:
        return self._secrets[hole.removeprefix(SECRET)] if is_secret(hole) else _text(arguments[hole])

    def _headers(self, http: HttpChoice) -> dict[str, str]:
        own = {**_OWN_HEADERS, "Content-Type": "application/json"} if http.sends_json else _OWN_HEADERS
        given = {
            name: filled(value, lambda hole: self._secrets[hole.removeprefix(SECRET)])
            for name, value in http.headers.items()
        }
        taken = {name.lower() for name in given}
        return {name: value for name, value in own.items() if name.lower() not in taken} | given


def _rest(http: HttpChoice, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if name not in http.in_url}


def _text(value: Any) -> str:
    """As it stands in a URL."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_emptied(http: HttpChoice, arguments: Mapping[str, Any]) -> bool:
    """A part of the path that was to be filled is nothing: then another resource would be asked."""
    return any(not _text(arguments[name]) for name in http.in_path)


def _not_reached(choice: ToolChoice, http: HttpChoice, error: NotReached) -> ToolFailed:
    _log.warning("tool_not_reached", tool=choice.name, reason=error.code)
    unknown = error.code not in _NOT_SENT and http.method not in _SAFE_TWICE
    if error.code == "outside.timeout":
        said = f"{choice.name} was too slow: it had not answered after {http.timeout_s:g} seconds."
        return ToolFailed(said, code="tool.timeout", again=True, unknown=unknown)
    again = error.code not in ("outside.forbidden", "outside.tls")
    return ToolFailed(f"{choice.name} could not be reached.", code="tool.unreachable", again=again, unknown=unknown)


def _read(choice: ToolChoice, http: HttpChoice, answer: Answer) -> str:
    """Raises ToolFailed for whatever is no answer."""
    if not 200 <= answer.status < 300:
        _log.warning("tool_said_no", tool=choice.name, status=answer.status)
        again = answer.status >= 500 or answer.status in (408, 425, 429)
        unknown = answer.status >= 500 and http.method not in _SAFE_TWICE
        said = f"{choice.name} said no: status {answer.status}{_phrase(answer.status)}."
        raise ToolFailed(said, code="tool.status", again=again, unknown=unknown)
    if answer.cut:
        raise _unreadable(choice, http, "its answer is too long")
    if not answer.body.strip() and not http.answer_path:
        return DONE
    try:
        found = _at(json.loads(answer.body), http.answer_path)
        # what somebody else has on file may hold a card's number, and a model is told none
        return _words(redact_value(found))
    except (ValueError, RecursionError):
        raise _unreadable(choice, http, "what it answered is not JSON that can be read") from None
    except LookupError:
        raise _unreadable(choice, http, "its answer has nothing where it should be") from None


def _unreadable(choice: ToolChoice, http: HttpChoice, what: str) -> ToolFailed:
    """It answered that it was well: what it was asked to do is done, but nothing is known of it."""
    _log.warning("tool_unreadable", tool=choice.name)
    return ToolFailed(
        f"{choice.name} failed: {what}.", code="tool.unreadable", unknown=http.method not in _SAFE_TWICE
    )  # fmt: skip


def _at(found: Any, path: str) -> Any:
    """What stands there. Raises LookupError."""
    for step in filter(None, path.split(".")):
        if isinstance(found, Mapping):
            found = found[step]
        elif isinstance(found, list) and step.isdecimal():
            found = found[int(step)]
        else:
            raise LookupError(step)
    if path and found is None:
        raise LookupError(path)
    return found


def _words(found: Any) -> str:
    return seen(found if isinstance(found, str) else json.dumps(found, ensure_ascii=False))


def _phrase(status: int) -> str:
    try:
        return f" ({HTTPStatus(status).phrase})"
    except ValueError:
        return ""
