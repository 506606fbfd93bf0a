"""Tokens between our own processes: HS256 JWT, at most 5 minutes, one key per role.

`aud` is the endpoint group, `sub` the process, `kid` the role. A role's key file may hold two keys
(one per line): the first signs, both verify, so a key can be rotated without a stop. Mode 0600.
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import jwt

from gateway.kernel.errors import NotAuthenticated, SetupError

Role = Literal["node", "worker", "recorder"]
Audience = Literal[
    "admissions", "facts", "profiles", "commands", "agent_commands", "transfers", "captures", "recordings",
    "recorder_commands",
]  # fmt: skip
ROLES: dict[Role, frozenset[Audience]] = {
    "node": frozenset({"admissions", "facts", "commands"}),
    "worker": frozenset({"profiles", "facts", "admissions", "agent_commands", "transfers", "captures"}),
    "recorder": frozenset({"facts", "recordings", "recorder_commands"}),
}
LIFETIME = timedelta(minutes=5)


def ensure_role_keys(folder: Path) -> None:
    """Creates the missing key files, each readable by its owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for role in ROLES:
        try:
            descriptor = os.open(folder / f"{role}.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")


def _keys(folder: Path, role: Role) -> list[str]:
    path = folder / f"{role}.key"
    try:
        lines = path.read_text().split()
    except FileNotFoundError as error:
        raise SetupError(f"the key file {path} is missing", todo="gateway migrate") from error
    if not lines:
        raise SetupError(f"the key file {path} is empty", todo=f"remove {path} and run: gateway migrate")
    return lines[:2]


class RoleTokens:
    """Signs for one role, or verifies for all; reads the key files on each use so rotation needs no restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def sign(
        self, role: Role, audience: Audience, process: str, *, said: dict[str, str] | None = None,
        lifetime: timedelta = LIFETIME,
    ) -> str:  # fmt: skip
        """`said` are further claims, bound to the token by its signature."""
        now = datetime.now(UTC)
        claims = {**(said or {}), "aud": audience, "sub": process, "iat": now, "exp": now + lifetime}
        return jwt.encode(claims, _keys(self._folder, role)[0], algorithm="HS256", headers={"kid": role})

    def verify(self, token: str, audience: Audience) -> str:
        """The process name in a good token; raises NotAuthenticated otherwise."""
        return str(self.claims(token, audience)["sub"])

    def claims(self, token: str, audience: Audience) -> dict[str, object]:
        """Everything that a good token says; raises NotAuthenticated otherwise."""
        try:
            role = jwt.get_unverified_header(token).get("kid")
        except jwt.InvalidTokenError as error:
            raise NotAuthenticated("the internal token cannot be read") from error
        if role not in ROLES or audience not in ROLES[role]:
            raise NotAuthenticated("the internal token is for another role")
        for key in _keys(self._folder, role):
            try:
                claims = jwt.decode(
                    token,
                    key,
                    algorithms=["HS256"],
                    audience=audience,
                    options={"require": ["exp", "iat", "sub"]},
                )
            except jwt.InvalidTokenError:
                continue
            if claims["exp"] - claims["iat"] <= LIFETIME.total_seconds():
                return claims
        raise NotAuthenticated("the internal token is not valid or has expired")
