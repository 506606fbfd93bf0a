"""Errors as problem documents (RFC 9457): a stable `code`, the field, and what to do next."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.exceptions import HTTPException

from gateway.kernel.errors import GatewayError
from gateway.kernel.logs import get_logger

MEDIA_TYPE = "application/problem+json"
_log = get_logger(__name__)


class Problem(BaseModel):
    """The body of every error response."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str = Field(description="stable; for programs")
    field: str | None = None
    todo: str | None = Field(default=None, description="what to do next")
    request_id: str = ""


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": text, "content": {MEDIA_TYPE: {}}}
    for status, text in {
        400: "The request cannot be read",
        401: "No API key, or not a valid one",
        403: "The key lacks a scope",
        404: "No such thing",
        409: "It would contradict something that exists",
        422: "A field is wrong",
    }.items()
}


def respond(request: Request, problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    problem.request_id = getattr(request.state, "request_id", "")
    said = {"detail": _printable(problem.detail), "field": _printable(problem.field) if problem.field else None}
    body = problem.model_copy(update=said).model_dump(exclude_none=True)
    named = {"X-Request-Id": problem.request_id, **(headers or {})}
    return JSONResponse(body, problem.status, headers=named, media_type=MEDIA_TYPE)


def _printable(text: str) -> str:
    """A field's name may be half a surrogate pair, which no UTF-8 can say."""
    return text.encode("utf-8", "replace").decode()


def refuse(request: Request, error: HTTPException) -> JSONResponse:
    """The problem for a status of HTTP's own."""
    codes = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
    todo = "send less at once" if error.status_code == 413 else "see /docs for what there is"
    problem = Problem(
        title=str(error.detail), status=error.status_code, todo=todo,
        detail=f"{request.method} {request.url.path}: {error.detail}", code=codes.get(error.status_code, "http"),
    )  # fmt: skip
    return respond(request, problem, dict(error.headers or {}))


async def _on_gateway_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, GatewayError)
    problem = Problem(
        title=error.title, status=error.status, detail=error.detail, code=error.code, field=error.field, todo=error.todo
    )
    headers = error.headers | ({"WWW-Authenticate": "Bearer"} if error.status == 401 else {})
    return respond(request, problem, headers)


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path", "header"))
    detail = f"{place or 'the body'}: {first['msg']}"
    status = 400 if first["type"] == "json_invalid" else 422
    return respond(
        request,
        Problem(
            title="The request is not valid", status=status, detail=detail, code="invalid", field=place or None,
            todo="see /docs for the fields and their formats",
        ),
    )  # fmt: skip


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return refuse(request, error)


async def _on_constraint(request: Request, error: Exception) -> JSONResponse:
    """Two requests at once wanted the same; the database let one of them through."""
    return respond(
        request,
        Problem(
            title="Conflict", status=409, code="conflict", todo="read the resource again and retry",
            detail="another request changed or created the same thing at the same moment",
        ),
    )  # fmt: skip


async def _on_database(request: Request, error: Exception) -> JSONResponse:
    problem = Problem(
        title="The database does not answer", status=503, code="database.unavailable", todo="gateway doctor",
        detail="nothing was changed; the same request can be sent again",
    )  # fmt: skip
    return respond(request, problem)


async def _on_defect(request: Request, error: Exception) -> JSONResponse:
    """The framework raises the error again after this answer, so that it is logged with its traceback."""
    problem = Problem(
        title="Something went wrong in the gateway", status=500, code="internal", detail="nothing was changed",
        todo="look for the request_id in the log",
    )  # fmt: skip
    return respond(request, problem)


def install(app: FastAPI) -> None:
    app.add_exception_handler(GatewayError, _on_gateway_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(IntegrityError, _on_constraint)
    app.add_exception_handler(OperationalError, _on_database)
    app.add_exception_handler(Exception, _on_defect)
