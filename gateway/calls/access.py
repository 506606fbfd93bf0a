"""Who may see and do what with calls.

The key is looked up in a transaction of its own that is over before the endpoint begins: these endpoints
write through the runner, and one of them streams for hours.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from gateway.auth.deps import Caller, caller_of
from gateway.auth.scopes import Scope
from gateway.calls.internal_endpoints import CallsService
from gateway.kernel.errors import NotAllowed

_Credentials = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(HTTPBearer(auto_error=False, description="an API key: gw_live_…")),
]


async def caller_on_calls(request: Request, calls: CallsService, credentials: _Credentials) -> Caller:
    """Raises NotAuthenticated."""
    async with calls.begin() as session:
        return await caller_of(request, session, credentials)


def _needs(scope: Scope) -> Any:
    def check(caller: Annotated[Caller, Depends(caller_on_calls)]) -> Caller:
        if not caller.may(scope):
            raise NotAllowed(f"the key lacks the scope {scope}", todo="use a key with a role that has it")
        return caller

    return Depends(check)


def _may_see_personal(caller: Annotated[Caller, Depends(caller_on_calls)]) -> bool:
    return caller.may(Scope.CALLS_PII)


ReadCalls = Annotated[Caller, _needs(Scope.CALLS_READ)]
ControlCalls = Annotated[Caller, _needs(Scope.CALLS_CONTROL)]
SuperviseCalls = Annotated[Caller, _needs(Scope.CALLS_SUPERVISE)]
SeePersonal = Annotated[Caller, _needs(Scope.CALLS_PII)]
MaySeePersonal = Annotated[bool, Depends(_may_see_personal)]
