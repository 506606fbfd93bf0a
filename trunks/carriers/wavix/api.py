"""Wavix's API: one answer, or all pages of a list, as models; refusals as our errors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gateway.kernel.errors import NotFound
from trunks.carriers.wavix.answers import Page, Success
from trunks.carriers.wavix.errors import REFUSALS, is_refused, refusal
from trunks.carriers.wire import Wire

HOST = "api.wavix.com"
_BASE = f"https://{HOST}"
_PAGE = 100

Answered = TypeVar("Answered", bound=BaseModel)
Paged = TypeVar("Paged", bound=Page)
Filters = Mapping[str, str | int]


class Api:
    def __init__(self, wire: Wire, key: str) -> None:
        self._wire = wire
        self._headers = {"Authorization": f"Bearer {key}"}

    async def one(
        self, method: str, path: str, model: type[Answered], body: Mapping[str, Any] | None = None,
        filters: Filters | None = None,
    ) -> Answered:  # fmt: skip
        """Raises our errors, and Unavailable for an answer that cannot be understood."""
        content = await self._send(method, path, body, filters)
        try:
            return model.model_validate_json(content)
        except ValidationError as error:
            raise REFUSALS.garbled() from error

    async def pages(self, path: str, model: type[Paged], filters: Filters | None = None) -> AsyncIterator[Paged]:
        number, last = 1, 1
        while number <= last:
            page = await self.one("GET", path, model, filters={**(filters or {}), "page": number, "per_page": _PAGE})
            yield page
            number, last = number + 1, page.pagination.total_pages

    async def do(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        """What is answered with anything, or with a bare success."""
        await self._send(method, path, body, None)

    async def delete(self, path: str, filters: Filters | None = None) -> None:
        """What is gone already counts as deleted."""
        try:
            await self.one("DELETE", path, Success, filters=filters)
        except NotFound:
            return

    async def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None, filters: Filters | None
    ) -> bytes:  # fmt: skip
        parts: dict[str, Any] = {"json": body} if body is not None else {}
        parts |= {"params": filters} if filters else {}
        answer = await self._wire.send(method, _BASE + path, headers=self._headers, **parts)
        if is_refused(answer):
            raise refusal(answer)
        return answer.content
