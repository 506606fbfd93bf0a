"""Internal tokens: right role, right audience, not expired, rotation without a stop."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from gateway.kernel.errors import NotAuthenticated, SetupError
from gateway.kernel.role_tokens import RoleTokens, ensure_role_keys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ensure_role_keys(tmp_path / "keys")
    return tmp_path / "keys"


def test_a_token_names_its_process(folder: Path) -> None:
    tokens = RoleTokens(folder)
    assert tokens.verify(tokens.sign("node", "admissions", "node:1"), "admissions") == "node:1"


def test_key_files_are_private_and_kept(folder: Path) -> None:
    before = (folder / "node.key").read_text()
    ensure_role_keys(folder)
    assert (folder / "node.key").read_text() == before
    assert stat.S_IMODE((folder / "node.key").stat().st_mode) == 0o600


def test_another_audience_is_refused(folder: Path) -> None:
    tokens = RoleTokens(folder)
    with pytest.raises(NotAuthenticated):
        tokens.verify(tokens.sign("node", "facts", "node:1"), "admissions")
    with pytest.raises(NotAuthenticated):
        tokens.verify(tokens.sign("node", "facts", "node:1"), "profiles")


def test_an_expired_or_too_long_lived_token_is_refused(folder: Path) -> None:
    key = (folder / "node.key").read_text().strip()
    now = datetime.now(UTC)
    for issued, expires in (
        (now - timedelta(minutes=9), now - timedelta(minutes=4)),
        (now, now + timedelta(hours=1)),
    ):
        claims = {"aud": "facts", "sub": "node:1", "iat": issued, "exp": expires}
        token = jwt.encode(claims, key, algorithm="HS256", headers={"kid": "node"})
        with pytest.raises(NotAuthenticated):
            RoleTokens(folder).verify(token, "facts")


def test_a_token_of_another_key_or_of_no_key_is_refused(folder: Path) -> None:
    for token in (jwt.encode({"aud": "facts"}, "x" * 40, headers={"kid": "node"}), "nonsense", ""):
        with pytest.raises(NotAuthenticated):
            RoleTokens(folder).verify(token, "facts")


def test_rotation_both_keys_verify_the_first_signs(folder: Path) -> None:
    tokens = RoleTokens(folder)
    old = tokens.sign("node", "facts", "node:1")
    path = folder / "node.key"
    path.write_text("n" * 64 + "\n" + path.read_text())
    assert tokens.verify(old, "facts") == "node:1"
    path.write_text("n" * 64 + "\n")
    with pytest.raises(NotAuthenticated):
        tokens.verify(old, "facts")
    assert tokens.verify(tokens.sign("node", "facts", "node:1"), "facts") == "node:1"


def test_a_missing_key_says_what_to_type(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as error:
        RoleTokens(tmp_path).sign("node", "facts", "node:1")
    assert error.value.todo == "gateway migrate"
