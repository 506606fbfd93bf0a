"""SIPp as the carrier of campaigns, by `carrier.xml`; what it was asked to dial is in its log."""

from __future__ import annotations

import re
import subprocess
import time
from collections import Counter
from pathlib import Path
from types import TracebackType

from gateway.stack.ports import PortAllocator

HOST = "127.0.0.1"
SCENARIO = Path(__file__).with_name("carrier.xml")
LISTENS_WITHIN_S = 20.0
MOST_CALLS = 1000
PATIENT = "1000000"  # it ends itself once it was kept waiting 120 times for half a second
_DIALLED = re.compile(r"dialled ([+0-9]+)@")


class Carrier:
    """`with Carrier(folder) as carrier: …`; `port` takes calls over UDP."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = PortAllocator()
        self.port = self._ports.one()
        self._media = self._ports.block(4)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Carrier:
        self._folder.mkdir(parents=True, exist_ok=True)
        log = self._folder / "dialled.log"
        command = ["sipp", "-sf", str(SCENARIO), "-i", HOST, "-p", str(self.port), "-mi", HOST, "-mp", str(self._media)]
        command += ["-nostdin", "-trace_logs", "-log_file", str(log), "-log_overwrite", "false", "-l", str(MOST_CALLS)]
        command += ["-watchdog_minor_maxtriggers", PATIENT, "-watchdog_major_maxtriggers", PATIENT]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self._folder
        )
        self._until_it_listens()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._ports.close()

    def dialled(self) -> Counter[str]:
        """How often each number was dialled, with its plus. Raises RuntimeError when it has not been there all the
        time."""
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"SIPp has ended; see {self._folder}")
        files = self._folder.glob("dialled*.log")
        text = "".join(file.read_text(errors="replace") for file in files)
        return Counter(f"+{number.lstrip('+')}" for number in _DIALLED.findall(text))

    def _until_it_listens(self) -> None:
        mark, deadline = f":{self.port:04X} ", time.monotonic() + LISTENS_WITHIN_S
        while not any(mark in line[:25] for line in Path("/proc/net/udp").read_text().splitlines()):
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise RuntimeError("SIPp does not listen; next: apt-get install sip-tester")
            time.sleep(0.02)
