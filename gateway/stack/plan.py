"""What one stack consists of: its folder, its ports, its secrets. Written down so that others find it.

<state>/stack.json   pid, state, addresses; no secret
<state>/stack.env    what `gateway env` prints; 0600
<state>/stack.lock   held while the stack runs
"""

from __future__ import annotations

import fcntl
import ipaddress
import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from gateway.kernel.errors import SetupError
from gateway.stack.ports import PortAllocator

RTP_PORTS = 240  # two per call, and some in quarantine


@dataclass(frozen=True)
class StackPorts:
    redis: int
    livekit_http: int
    livekit_tcp: int
    livekit_udp: int
    api: int
    internal: int
    sip: int
    rtp_low: int

    @classmethod
    def allocate(cls, allocator: PortAllocator, *, sip: int | None, api: int | None) -> StackPorts:
        """Free ports for everything; `sip` and `api` may be fixed (`gateway up` wants 5060 and 8080)."""
        one = allocator.one
        return cls(
            redis=one(),
            livekit_http=one(),
            livekit_tcp=one(),
            livekit_udp=one(),
            api=_wanted(api, "API") or one(),
            internal=one(),
            sip=_wanted(sip, "SIP") or one(),
            rtp_low=allocator.block(RTP_PORTS),
        )


def _wanted(port: int | None, what: str) -> int | None:
    if port is None:
        return None
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise SetupError(
                    f"port {port} for {what} is taken",
                    todo=f"see who has it: ss -lntup 'sport = :{port}', or choose another with --{what.lower()}-port",
                ) from error
    return port


@dataclass(frozen=True)
class StackPlan:
    """One stack on one machine, on loopback only."""

    state_dir: Path
    ports: StackPorts
    workers: int = 2
    host: str = "127.0.0.1"
    redis_password: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    livekit_key: str = "gateway"
    livekit_secret: str = field(default_factory=lambda: secrets.token_urlsafe(36))
    extra_env: dict[str, str] = field(default_factory=dict)

    @property
    def logs(self) -> Path:
        return self.state_dir / "logs"

    @property
    def run(self) -> Path:
        return self.state_dir / "run"

    @property
    def redis_url(self) -> str:
        return f"redis://:{self.redis_password}@{self.host}:{self.ports.redis}/0"

    @property
    def api_url(self) -> str:
        return f"http://{self.host}:{self.ports.api}"

    def settings_env(self) -> dict[str, str]:
        """The environment from which our processes read their settings."""
        ports = self.ports
        return {
            "GATEWAY_STATE_DIR": str(self.state_dir),
            "GATEWAY_REDIS_URL": self.redis_url,
            "GATEWAY_LIVEKIT__URL": f"ws://{self.host}:{ports.livekit_http}",
            "GATEWAY_LIVEKIT__API_KEY": self.livekit_key,
            "GATEWAY_LIVEKIT__API_SECRET": self.livekit_secret,
            "GATEWAY_API__HOST": self.host,
            "GATEWAY_API__PORT": str(ports.api),
            "GATEWAY_API__INTERNAL_HOST": self.host,
            "GATEWAY_API__INTERNAL_PORT": str(ports.internal),
            "GATEWAY_SIP__HOST": self.host,
            "GATEWAY_SIP__PORT": str(ports.sip),
            "GATEWAY_SIP__RTP_PORT_MIN": str(ports.rtp_low),
            "GATEWAY_SIP__RTP_PORT_MAX": str(ports.rtp_low + RTP_PORTS - 2),
            "PYTHONUNBUFFERED": "1",
            **self.extra_env,
        }

    def public_env(self, api_key: str) -> dict[str, str]:
        """What other tools need; printed by `gateway env`."""
        return {
            "LIVEKIT_URL": f"ws://{self.host}:{self.ports.livekit_http}",
            "LIVEKIT_API_KEY": self.livekit_key,
            "LIVEKIT_API_SECRET": self.livekit_secret,
            "REDIS_URL": self.redis_url,
            "GATEWAY_URL": self.api_url,
            "GATEWAY_API_KEY": api_key,
            "SIP_HOST": self.host,
            "SIP_PORT": str(self.ports.sip),
        }


class StackRecord:
    """The stack as it is written down in its state directory."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self._json = state_dir / "stack.json"
        self._env = state_dir / "stack.env"

    def claim(self) -> None:
        """Makes this process the stack of this directory, to its very end; raises SetupError when there is one."""
        self.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        # a bare descriptor: nothing closes it before the process is gone, which is what `gateway down` waits for
        lock = os.open(self.state_dir / "stack.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            raise SetupError(
                f"a stack runs in {self.state_dir} already", todo="gateway status, or: gateway down"
            ) from error
        self._env.unlink(missing_ok=True)

    def running(self) -> bool:
        """True while a process holds the lock; a stale file of a killed stack does not count."""
        path = self.state_dir / "stack.lock"
        if not path.exists():
            return False
        with path.open("a") as probe:
            try:
                fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def write(self, state: str, plan: StackPlan, children: dict[str, str], pids: dict[str, int | None]) -> None:
        content = {
            "state": state,
            "pid": os.getpid(),
            "api": plan.api_url,
            "docs": f"{plan.api_url}/docs",
            "sip": f"sip:{plan.host}:{plan.ports.sip}",
            "logs": str(plan.logs),
            "ports": asdict(plan.ports),
            "children": {name: {"state": text, "pid": pids.get(name)} for name, text in children.items()},
        }
        temporary = self._json.with_suffix(".tmp")
        temporary.write_text(json.dumps(content, indent=2) + "\n")
        temporary.replace(self._json)

    def read(self) -> dict[str, Any]:
        """The last written state; raises SetupError when nothing runs here."""
        if not self.running() or not self._json.exists():
            raise SetupError(f"no stack runs in {self.state_dir}", todo="gateway up")
        return json.loads(self._json.read_text())

    def write_env(self, plan: StackPlan, api_key: str) -> None:
        """For this machine only: a stack that others can reach gets no such key."""
        if not ipaddress.ip_address(plan.host).is_loopback:
            return
        descriptor = os.open(self._env, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in plan.public_env(api_key).items())

    def read_env(self) -> dict[str, str]:
        """Raises SetupError when the stack does not run, or listens beyond loopback and so has no such file."""
        self.read()
        if not self._env.exists():
            raise SetupError(
                "the local stack has no key for other tools yet, or listens beyond loopback",
                todo="wait until `gateway status` says ready; beyond loopback use your own API key",
            )
        return dict(line.split("=", 1) for line in self._env.read_text().splitlines())
