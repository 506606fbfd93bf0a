"""What a key may do. A role is a name for a set of scopes."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    CONFIG_READ = "config:read"
    CONFIG_WRITE = "config:write"
    CALLS_READ = "calls:read"
    CALLS_PII = "calls:pii"
    CALLS_CONTROL = "calls:control"
    CALLS_SUPERVISE = "calls:supervise"
    STIR_SIGN = "stir:sign"
    KEYS_ADMIN = "keys:admin"
    RECORDINGS_PLAY = "recordings:play"
    RECORDINGS_ERASE = "recordings:erase"
    AUDIT_READ = "audit:read"
    PRIVACY_ADMIN = "privacy:admin"


class Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


_VIEWER = frozenset({Scope.CONFIG_READ, Scope.CALLS_READ})
_OPERATOR = _VIEWER | {Scope.CALLS_PII, Scope.CALLS_CONTROL, Scope.CALLS_SUPERVISE}

SCOPES: dict[Role, frozenset[Scope]] = {
    Role.VIEWER: _VIEWER,
    Role.OPERATOR: _OPERATOR,
    Role.ADMIN: frozenset(Scope),
}
