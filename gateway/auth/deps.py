"""Who asks: `caller: Annotated[Caller, Needs(Scope.CONFIG_READ)]` in an endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.auth.repository import KeyRepository
from gateway.auth.scopes import SCOPES, Role, Scope
from gateway.db.session import Database
from gateway.kernel.errors import NotAllowed, NotAuthenticated

_bearer = HTTPBearer(auto_error=False, description="an API key: gw_live_…")


@dataclass(frozen=True)
class Caller:
    """The key of this request."""

    key_id: str
    role: Role

    @property
    def scopes(self) -> frozenset[Scope]:
        return SCOPES[self.role]

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def caller_of(
    request: Request, session: AsyncSession, credentials: HTTPAuthorizationCredentials | None
) -> Caller:
    """Raises NotAuthenticated."""
    if credentials is None:
        raise NotAuthenticated("an API key is needed", todo="send Authorization: Bearer gw_live_…")
    row = await KeyRepository(session).find(credentials.credentials)
    if row is None:
        raise NotAuthenticated("the API key is not valid", code="auth.invalid", todo="use a key that was not revoked")
    return Caller(row.id, Role(row.role))


async def caller_of_request(request: Request, credentials: Credentials) -> Caller:
    """In a transaction of its own, over before the endpoint begins: some endpoints open none, or another."""
    database: Database = request.app.state.database
    async with database.begin() as session:
        return await caller_of(request, session, credentials)


def Needs(scope: Scope) -> Any:  # noqa: N802 - it stands where a class would, beside Depends
    """A dependency that lets only keys with `scope` through. Raises NotAllowed."""

    def check(caller: Annotated[Caller, Depends(caller_of_request)]) -> Caller:
        if not caller.may(scope):
            raise NotAllowed(f"the key lacks the scope {scope}", todo="use a key with a role that has it")
        return caller

    return Depends(check)
