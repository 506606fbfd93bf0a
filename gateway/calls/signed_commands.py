"""Commands of the control plane that travel through a room: signed for one role and one call, each taken once.

Whoever holds a key of LiveKit's may send data to anybody; only what is signed here is obeyed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from typing import Generic, TypeVar

from pydantic import ValidationError

from gateway.kernel.errors import NotAuthenticated
from gateway.kernel.role_tokens import Audience, Role, RoleTokens

TOPIC = "gateway.command"
LIFETIME = timedelta(seconds=10)
REMEMBERED = 256
_AUDIENCES: dict[Role, Audience] = {"node": "commands", "worker": "agent_commands", "recorder": "recorder_commands"}

Command = TypeVar("Command")


def sign(tokens: RoleTokens, role: Role, call_id: str, command_id: str, asked: str) -> str:
    """`asked` is JSON that the other end's `read` understands."""
    said = {"jti": command_id, "call": call_id, "asked": asked}
    return tokens.sign(role, _AUDIENCES[role], "control-plane", said=said, lifetime=LIFETIME)


class Door(Generic[Command]):
    """Lets in what was signed for this role and call, each command once. `read(id, asked)` raises ValidationError."""

    def __init__(self, tokens: RoleTokens, role: Role, call_id: str, read: Callable[[str, str], Command]) -> None:
        self._tokens, self._call_id, self._read = tokens, call_id, read
        self._audience: Audience = _AUDIENCES[role]
        self._seen: OrderedDict[str, None] = OrderedDict()

    def take(self, token: bytes) -> Command:
        """Raises NotAuthenticated for anything else."""
        claims = self._tokens.claims(token.decode("ascii", "replace"), self._audience)
        number = str(claims.get("jti", ""))
        if claims.get("call") != self._call_id or not number:
            raise NotAuthenticated("the command is for another call")
        if number in self._seen:
            raise NotAuthenticated("the command came before")
        try:
            command = self._read(number, str(claims.get("asked", "")))
        except ValidationError as error:
            raise NotAuthenticated("the command cannot be read") from error
        self._seen[number] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return command
