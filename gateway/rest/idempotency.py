"""`Idempotency-Key`: the same create sent twice is done once. The answer is kept for a day, in the same transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import JSON, String, delete
from sqlalchemy.orm import Mapped, mapped_column

from gateway.db.base import Base, UtcDateTime
from gateway.kernel.errors import Conflict
from gateway.rest.requests import RequestClock, Session

KEPT = timedelta(hours=24)
T = TypeVar("T", bound=BaseModel)


class IdempotencyRow(Base):
    __tablename__ = "idempotency_keys"

    key: Mapped[str] = mapped_column(String(64), primary_key=True, comment="hash of caller, route and key")
    body_hash: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON, comment="null for an answer that carries a secret")
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Once:
    """`return await once.do(work)` in a create endpoint. Raises Conflict for another body under the same key."""

    def __init__(self, request: Request, session: Session, clock: RequestClock, key: str | None) -> None:
        self._request, self._session, self._now, self._key = request, session, clock.now(), key

    async def do(self, work: Callable[[], Awaitable[T]], *, secret: bool = False) -> T | JSONResponse:
        """`secret` answers are not kept; sending such a request again is a conflict."""
        if self._key is None:
            return await work()
        body = await self._request.body()
        caller = self._request.headers.get("authorization", "")
        name = hashlib.sha256(f"{caller}|{self._request.url.path}|{self._key}".encode()).hexdigest()
        body_hash = hashlib.sha256(body).hexdigest()
        await self._session.execute(delete(IdempotencyRow).where(IdempotencyRow.expires_at < self._now))
        if known := await self._session.get(IdempotencyRow, name):
            return self._again(known, body_hash)
        result = await work()
        answer = None if secret else result.model_dump(mode="json")
        row = IdempotencyRow(key=name, body_hash=body_hash, answer=answer, expires_at=self._now + KEPT)
        self._session.add(row)
        return result

    def _again(self, known: IdempotencyRow, body_hash: str) -> JSONResponse:
        if known.body_hash != body_hash:
            raise Conflict(
                "this Idempotency-Key was used with another body", code="idempotency.reused",
                field="Idempotency-Key", todo="use a fresh key for another request",
            )  # fmt: skip
        if known.answer is None:
            raise Conflict(
                "this request was carried out already; its secret is shown only once", code="idempotency.done",
                field="Idempotency-Key", todo="create another with a fresh key, revoke the one you lost",
            )  # fmt: skip
        return JSONResponse(known.answer, 201, headers={"Idempotent-Replayed": "true"})


def once(
    request: Request,
    session: Session,
    clock: RequestClock,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=255)] = None,
) -> Once:
    return Once(request, session, clock, idempotency_key)


CreateOnce = Annotated[Once, Depends(once)]
