"""The error tree.

GatewayError
├── BadInput            400/422  the request is wrong, and says which field
├── NotAuthenticated    401      no key, or a wrong one
├── NotAllowed          403      the key lacks a scope
├── NotFound            404
├── Conflict            409      it would contradict something that exists
├── Overloaded          429/503  a bound was reached; try again later
├── Unavailable         503      something we need does not answer
└── SetupError          –        the installation is wrong; for the terminal

Every error is one plain sentence, a stable code, and the next thing to do. Nothing catches
them between the place that knows and the edge (HTTP problem, CLI line, SIP response).
"""

from __future__ import annotations


class GatewayError(Exception):
    """An error a person can act on. `status` is HTTP, `code` is stable, `todo` the next step."""

    status = 500
    code = "internal"
    title = "Something went wrong in the gateway"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        field: str | None = None,
        todo: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.field = field
        self.todo = todo
        self.headers = headers or {}


class BadInput(GatewayError):
    status, code, title = 422, "invalid", "The request is not valid"


class NotAuthenticated(GatewayError):
    status, code, title = 401, "auth.required", "Authentication is needed"


class NotAllowed(GatewayError):
    status, code, title = 403, "auth.forbidden", "Not allowed"


class NotFound(GatewayError):
    status, code, title = 404, "not_found", "Not found"


class Conflict(GatewayError):
    status, code, title = 409, "conflict", "Conflict"


class Overloaded(GatewayError):
    status, code, title = 429, "overloaded", "Too many requests"


class Unavailable(GatewayError):
    status, code, title = 503, "unavailable", "A service the gateway needs does not answer"


class SetupError(GatewayError):
    """The installation, not a request, is wrong: shown on the terminal with `todo`."""

    code, title = "setup", "The installation is not complete"
