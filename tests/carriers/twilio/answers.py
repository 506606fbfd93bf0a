"""How Twilio answers: rows in pages of two kinds, refusals, identifiers and times."""

from __future__ import annotations

import itertools
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Row = dict[str, Any]

WHEN_RFC, WHEN_ISO = "Sun, 01 Nov 2026 00:00:00 +0000", "2026-11-01T00:00:00Z"
NEVER_MORE = 1000


class Refused(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Sids:
    """Identifiers: two letters and 32 hexadecimal digits."""

    def __init__(self) -> None:
        self._count = itertools.count(1)

    def next(self, kind: str) -> str:
        return f"{kind}{next(self._count):032x}"


class Account(Protocol):
    """What the routes need of the whole."""

    page_cap: int

    def let_in(self, request: Request) -> None: ...


def refusal(status: int, code: int, message: str) -> Row:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": message, "more_info": more, "status": status}


async def form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def asked_page(request: Request, cap: int) -> tuple[int, int]:
    """Number, from 0, and size."""
    size = min(int(request.query_params.get("PageSize", "50")), cap, NEVER_MORE)
    return int(request.query_params.get("Page", "0")), size


def listed(request: Request, key: str, rows: list[Row], cap: int) -> Response:
    """A page as the API of 2010 has it."""
    page, size = asked_page(request, cap)
    shown = rows[page * size : (page + 1) * size]

    def uri(number: int) -> str:
        return f"{request.url.path}?{_query(request, number, size)}"

    return JSONResponse({
        key: shown, "page": page, "page_size": size, "start": page * size, "end": page * size + max(len(shown) - 1, 0),
        "uri": uri(page), "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1) if len(rows) > (page + 1) * size else None,
        "previous_page_uri": uri(page - 1) if page else None,
    })  # fmt: skip


def listed_v1(request: Request, key: str, rows: list[Row], cap: int) -> Response:
    """A page as the newer APIs have it."""
    page, size = asked_page(request, cap)

    def url(number: int) -> str:
        return f"https://{request.headers['host']}{request.url.path}?{_query(request, number, size)}"

    meta = {
        "key": key, "page": page, "page_size": size, "url": url(page), "first_page_url": url(0),
        "next_page_url": url(page + 1) if len(rows) > (page + 1) * size else None,
        "previous_page_url": url(page - 1) if page else None,
    }  # fmt: skip
    return JSONResponse({key: rows[page * size : (page + 1) * size], "meta": meta})


def one(row: Row, status: int = 200) -> Response:
    return JSONResponse(row, status)


def gone() -> Response:
    return Response(status_code=204)


def found(rows: dict[str, Row], sid: str) -> Row:
    if sid not in rows:
        raise Refused(404, 20404, f"The requested resource {sid} was not found")
    return rows[sid]


def _query(request: Request, page: int, size: int) -> str:
    kept = {name: value for name, value in request.query_params.items() if name not in ("Page", "PageToken")}
    token = {"PageToken": f"PA{page}"} if page else {}
    return urlencode({**kept, "PageSize": size, "Page": page, **token})
