"""Telnyx's API v2: one answer, or all pages of a list, as models; refusals as our errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from trunks.carriers.telnyx.errors import REFUSALS, refusal
from trunks.carriers.wire import Wire

HOST = "api.telnyx.com"
_BASE = f"https://{HOST}/v2"
PAGE = 250  # the most that lists give at once; detail records give 50

Answered = TypeVar("Answered", bound=BaseModel)
Filters = Mapping[str, str | int | bool | list[str]]


class _One(BaseModel, Generic[Answered]):
    data: Answered


class _Pages(BaseModel):
    total_pages: int = 1


class _Many(BaseModel, Generic[Answered]):
    data: list[Answered]
    meta: _Pages = _Pages()


class Api:
    def __init__(self, wire: Wire, key: str) -> None:
        self._wire = wire
        self._headers = {"Authorization": f"Bearer {key}"}

    async def one(
        self, method: str, path: str, model: type[Answered], body: Mapping[str, Any] | None = None
    ) -> Answered:
        """Raises our errors, and Unavailable for an answer that cannot be understood."""
        content = await self._send(method, path, json=body) if body is not None else await self._send(method, path)
        return _read(_One[model], content).data

    async def first(self, path: str, model: type[Answered], filters: Filters) -> list[Answered]:
        """A list that has no pages."""
        return _read(_Many[model], await self._send("GET", path, params=filters)).data

    async def all(
        self, path: str, model: type[Answered], filters: Filters | None = None, size: int = PAGE
    ) -> AsyncIterator[Answered]:
        """Page by page."""
        number, last = 1, 1
        while number <= last:
            asked = {**(filters or {}), "page[number]": number, "page[size]": size}
            page = _read(_Many[model], await self._send("GET", path, params=asked))
            for item in page.data:
                yield item
            number, last = number + 1, page.meta.total_pages

    async def delete(self, path: str) -> None:
        """What is gone already counts as deleted."""
        answer = await self._wire.send("DELETE", _BASE + path, headers=self._headers)
        if not answer.is_success and answer.status_code != 404:
            raise refusal(answer)

    async def _send(self, method: str, path: str, **parts: Any) -> bytes:
        answer = await self._wire.send(method, _BASE + path, headers=self._headers, **parts)
        if not answer.is_success:
            raise refusal(answer)
        return answer.content


def _read(model: type[Answered], content: bytes) -> Answered:
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise REFUSALS.garbled() from error
