"""What a carrier and we say to each other, checked by openapi-core: against a document of ours, which marks what must
be there and forbids what is unknown, and against the published one where it is at hand.

Published documents are not part of this repository: they are read from the folder in CARRIER_SPECS (`../shared/specs`
when it is not set). Where there is none, one line says so.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from tests.carriers.exchange import FORM, Exchange

HERE = Path(__file__).parent
SPECS = Path(os.environ.get("CARRIER_SPECS", HERE.parents[1].parent / "shared" / "specs"))


class Broken(AssertionError):
    """An exchange that the contract does not allow."""


class Contract:
    """`name`: of the folder beside this file with `contract.yaml`. `published`: files below CARRIER_SPECS."""

    def __init__(self, name: str, published: Sequence[str] = ()) -> None:
        self.name = name
        self.ours = _Document(_exact(yaml.safe_load((HERE / name / "contract.yaml").read_text())), strict=True)
        paths = self.ours.paths()
        there = [SPECS / one for one in published if (SPECS / one).is_file()]
        for one in set(published) - {str(path.relative_to(SPECS)) for path in there}:
            print(f"left out: {name} is not checked against {one}; put it in the folder named by CARRIER_SPECS")
        self.published = [_published(path, paths) for path in there]
        self._held: set[int] = set()

    def hold(self, exchanges: Iterable[Exchange]) -> None:
        """Raises Broken with every violation. What was found right once is not looked at again."""
        problems: list[str] = []
        for one in exchanges:
            key = hash(
                (
                    one.method,
                    one.url,
                    one.body,
                    one.status,
                    one.answer,
                    *one.headers.values(),
                    *one.answer_headers.values(),
                )
            )
            if key in self._held:
                continue
            found = self.problems(one)
            problems += [f"{one.method} {one.path}: {problem}" for problem in found]
            if not found:
                self._held.add(key)
        if problems:
            raise Broken("\n".join(dict.fromkeys(problems)))

    def template(self, exchange: Exchange) -> str:
        """The path as our document has it; "" for one that it does not have."""
        return self.ours.template(exchange)

    def problems(self, exchange: Exchange) -> list[str]:
        found = self.ours.problems(exchange)
        for document in self.published:
            if document.knows(exchange):
                found += [f"(published) {problem}" for problem in document.problems(exchange)]
        return found


class _Document:
    """`strict`: every exchange is described in it, refusals too, and no field that it does not name is allowed."""

    def __init__(self, content: dict[str, Any], *, strict: bool) -> None:
        self._content, self._strict = content, strict
        self._api = OpenAPI.from_dict(content, config=Config(spec_validator_cls=None))

    def paths(self) -> set[str]:
        return {_shape(path) for path in self._content["paths"]}

    def knows(self, exchange: Exchange) -> bool:
        return self.operation(exchange) is not None

    def template(self, exchange: Exchange) -> str:
        return next((path for path, _ in self._items(exchange)), "")

    def operation(self, exchange: Exchange) -> dict[str, Any] | None:
        for _, item in self._items(exchange):
            operation = item.get(exchange.method.lower())
            if operation:
                return {**operation, "parameters": [*item.get("parameters", []), *operation.get("parameters", [])]}
        return None

    def _items(self, exchange: Exchange) -> Iterator[tuple[str, dict[str, Any]]]:
        """Those with the fewest variables first, as the standard wants it."""
        for path, item in sorted(self._content["paths"].items(), key=lambda one: one[0].count("{")):
            servers = item.get("servers") or self._content.get("servers", [{"url": ""}])
            if any(
                re.fullmatch(_pattern(server["url"].rstrip("/") + path), exchange.host + exchange.path)
                for server in servers
            ):
                yield path, item

    def problems(self, exchange: Exchange) -> list[str]:
        operation = self.operation(exchange)
        if operation is None:
            return ["no such operation"]
        return self.wrong_in_request(exchange) + self.wrong_in_answer(exchange)

    def wrong_in_request(self, exchange: Exchange) -> list[str]:
        found = [_words(error) for error in self._api.iter_request_errors(_request(exchange))]
        operation = self.operation(exchange)
        return found + (self._unknown(operation, exchange) if self._strict and operation else [])

    def wrong_in_answer(self, exchange: Exchange) -> list[str]:
        declared = (self.operation(exchange) or {}).get("responses", {})
        # A published document rarely describes refusals; ours must.
        if not exchange.status or not (self._strict or str(exchange.status) in declared or exchange.status < 400):
            return []
        response = MockResponse(
            exchange.answer, exchange.status, exchange.answer_headers, exchange.answer_headers.get("content-type", "")
        )
        found = [_words(error) for error in self._api.iter_response_errors(_request(exchange), response)]
        if self._strict and exchange.answer and "content" not in self.resolved(declared.get(str(exchange.status), {})):
            found.append("an answer without a body was expected")
        return found

    def required(self, exchange: Exchange) -> set[str]:
        """Names of what must be in the query and, at its top, in the body."""
        operation = self.operation(exchange) or {}
        parameters = [self.resolved(one) for one in operation.get("parameters", [])]
        names = {one["name"] for one in parameters if one["in"] == "query" and one.get("required")}
        content = self.resolved(operation.get("requestBody", {})).get("content", {})
        schema = self.resolved(content.get(exchange.content_type, {}).get("schema", {}))
        return names | set(schema.get("required", []))

    def _unknown(self, operation: dict[str, Any], exchange: Exchange) -> list[str]:
        """openapi-core lets pass what is in a query or a form and is not described."""
        parameters = [self.resolved(one) for one in operation["parameters"]]
        allowed = {one["name"] for one in parameters if one["in"] == "query"}
        deep = {one["name"] for one in parameters if one.get("style") == "deepObject"}
        found = [
            f"unknown in the query: {name}"
            for name, _ in exchange.query
            if name not in allowed and name.partition("[")[0] not in deep
        ]
        described = self.resolved(operation.get("requestBody", {})).get("content", {})
        if not exchange.body:
            return found
        if exchange.content_type not in described:
            found.append(f"unknown kind of body: {exchange.content_type}")
        elif exchange.content_type == FORM:
            fields = self.resolved(described[FORM]["schema"])["properties"]
            found += [f"unknown in the form: {name}" for name in exchange.form if name not in fields]
        return found

    def resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        """What stands behind a `$ref`."""
        while "$ref" in part:
            target: Any = self._content
            for step in part["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            part = target
        return part


def _exact(part: Any) -> Any:
    """Our shorthand: an object with `x-exactly` has all of its properties and no others."""
    if isinstance(part, list):
        return [_exact(one) for one in part]
    if not isinstance(part, dict):
        return part
    whole = {name: _exact(one) for name, one in part.items()}
    if whole.pop("x-exactly", False):
        whole |= {"type": "object", "additionalProperties": False, "required": list(whole["properties"])}
    return whole


def _request(exchange: Exchange) -> MockRequest:
    return MockRequest(
        exchange.host, exchange.method, exchange.path, args=dict(exchange.query), headers=exchange.headers,
        data=exchange.body, content_type=exchange.headers.get("content-type", ""),
    )  # fmt: skip


@cache
def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = (
        json.loads(path.read_text()) if path.suffix == ".json" else yaml.safe_load(path.read_text())
    )
    return content


def _published(path: Path, used: set[str]) -> _Document:
    """With the paths that we use and no others: looking through hundreds for each exchange takes long."""
    content = _read(path)
    return _Document(
        {**content, "paths": {name: item for name, item in content["paths"].items() if _ends(name, used)}}, strict=False
    )


def _ends(name: str, used: set[str]) -> bool:
    shape = _shape(name)
    return any(one.endswith(shape) or shape.endswith(one) for one in used)


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def _pattern(template: str) -> str:
    return "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]*\})", template))


def _words(error: Exception) -> str:
    """The kind of error, and where and what is wrong: openapi-core shows the whole value instead."""
    beneath = getattr(error.__cause__, "schema_errors", None)
    if beneath is None:
        return f"{type(error).__name__}: {str(error).splitlines()[0][:300]}"
    parts = [f"{'.'.join(str(step) for step in one.absolute_path)}: {one.message[:200]}" for one in beneath]
    return f"{type(error).__name__}: {'; '.join(parts)}"
