"""Kamailio as a proxy on a port of its own: it records its route, and may ask for a password."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.stack.ports import PortAllocator
from tests.sip.stack import PATIENCE

CONFIG = Path(__file__).with_name("kamailio.cfg")


class RunningKamailio:
    """`configured`: its configuration for an address (host:port) and the folder of its modules."""

    def __init__(self, folder: Path, configured: Callable[[str, Path], str]) -> None:
        self._ports = PortAllocator()
        self.port = self._ports.one()
        self.address = f"127.0.0.1:{self.port}"
        self.log = folder / f"kamailio-{self.port}.log"
        config = folder / f"kamailio-{self.port}.cfg"
        config.write_text(configured(self.address, next(Path("/usr/lib").glob("**/kamailio/modules"))))
        runs = folder / f"run-{self.port}"
        runs.mkdir()
        command = ["kamailio", "-DD", "-E", "-f", str(config), "-Y", str(runs), "-m", "32", "-M", "4"]
        with self.log.open("w") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)

    def __enter__(self) -> Self:
        """It listens."""
        mark, deadline = f":{self.port:04X} ", time.monotonic() + PATIENCE
        while not any(mark in line[:25] for line in Path("/proc/net/udp").read_text().splitlines()):
            assert self._process.poll() is None and time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.02)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._ports.close()


class Kamailio(RunningKamailio):
    """Sends each new call to `to` (host:port). With `asks`, only for the user gw with the password s3cret."""

    def __init__(self, folder: Path, to: str, *, asks: bool = False) -> None:
        def configured(address: str, modules: Path) -> str:
            text = CONFIG.read_text().replace("MODULES", str(modules)).replace("MODE", "ask" if asks else "pass")
            return text.replace("LISTEN", address).replace("NEXT", to)

        super().__init__(folder, configured)
