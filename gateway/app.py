"""The two FastAPI applications: the public one, and /internal on an address of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from starlette.middleware.base import RequestResponseEndpoint

from gateway import api
from gateway.kernel.ids import new_id
from gateway.rest import problems
from gateway.rest.edge import NOTHING_LONGER, Edge

if TYPE_CHECKING:
    from gateway.bootstrap import Container


def build_public(container: Container) -> FastAPI:
    """REST under /v1, its documentation, health."""
    app = FastAPI(
        title="Phone gateway",
        version="1",
        description="Numbers, trunks, dispatch rules, agents and calls of a phone gateway for AI agents.",
        openapi_tags=[{"name": str(router.tags[0])} for router in api.PUBLIC],
    )
    _prepare(app, container, api.LONGER_BODIES)
    for router in api.PUBLIC:
        app.include_router(router)

    @app.middleware("http")
    async def tell_provisioning(request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        written = request.method not in ("GET", "HEAD") and response.status_code < 300
        if written and request.url.path.startswith(api.PROVISIONED):
            container.provisioning.changed()
        return response

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app


def build_internal(container: Container) -> FastAPI:
    """For our own processes and LiveKit; never reachable from outside."""
    app = FastAPI(title="Phone gateway, internal", docs_url=None, redoc_url=None, openapi_url=None)
    _prepare(app, container)
    for router in api.INTERNAL:
        app.include_router(router)
    return app


def _prepare(app: FastAPI, container: Container, longer: Mapping[str, int] = NOTHING_LONGER) -> None:
    problems.install(app)
    container.put_on(app.state)
    app.add_middleware(Edge, longer=longer)  # within the one that names the request

    @app.middleware("http")
    async def name_request(request: Request, call_next: RequestResponseEndpoint) -> Response:
        request.state.request_id = new_id("req")
        response = await call_next(request)
        response.headers["X-Request-Id"] = request.state.request_id
        return response
