"""baresip, with a file as its microphone; it records what it hears, and tells what happens to it."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from gateway.stack.ports import PortAllocator
from tests.sip.foreign.program import Program
from tests.sip.stack import PATIENCE

HOST = "127.0.0.1"
MEDIA_PORTS = 10
Event = dict[str, Any]
FRAME, WAV_HEADER, LOUD = 160, 44, 1000


def loud_seconds(folder: Path) -> float:
    """Of the recording that a Baresip in this folder is making; its header tells its length only at its end."""
    written = b"".join(path.read_bytes()[WAV_HEADER:] for path in folder.glob("dump-*-dec.wav"))
    samples = np.frombuffer(written[: len(written) // (2 * FRAME) * 2 * FRAME], "<i2").astype(int)
    return float((np.abs(samples.reshape(-1, FRAME)).max(axis=1) > LOUD).sum()) * FRAME / 8000


class Baresip(Program):
    """Steered over its control port: netstrings of JSON. `account` is what its account says of audio.

    `certificate` is a file with the certificate it shows and its key, `authority` one with whose it believes.
    """

    leaves_within_s = 2.0  # it takes leave of a node in this process, which cannot answer meanwhile

    def __init__(
        self, folder: Path, user: str, microphone: Path, *, account: str = "audio_codecs=PCMU", rate: int = 8000,
        certificate: Path | None = None, authority: Path | None = None,
    ) -> None:  # fmt: skip
        self._folder = folder
        self._ports = PortAllocator()
        control, self.port, self.media_port = self._ports.one(), self._ports.block(2), self._ports.block(MEDIA_PORTS)
        self.tls_port = self.port + 1
        (folder / "accounts").write_text(f"<sip:{user}@{HOST}>;regint=0;{account}\n")
        (folder / "config").write_text(
            f"module_path /usr/lib/baresip/modules\nsip_listen {HOST}:{self.port}\n"
            f"ctrl_tcp_listen {HOST}:{control}\n"
            f"rtp_ports {self.media_port}-{self.media_port + MEDIA_PORTS}\naudio_source aufile,{microphone}\n"
            f"ausrc_srate {rate}\nauplay_srate {rate}\nausrc_channels 1\nauplay_channels 1\n"
            "module g711.so\nmodule g722.so\nmodule srtp.so\nmodule aufile.so\nmodule sndfile.so\n"
            f"snd_path {folder}\nmodule_tmp account.so\n"
            "module_app menu.so\nmodule_app contact.so\nmodule_app ctrl_tcp.so\n"
            + (f"sip_certificate {certificate}\n" if certificate else "")
            + (f"sip_cafile {authority}\n" if authority else "")
        )
        super().__init__(["baresip", "-f", str(folder), "-4"], folder)
        self._control = self._connect(control)
        self._control.setblocking(False)
        self._unread = b""
        self._events: list[Event] = []

    def _connect(self, port: int) -> socket.socket:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return socket.create_connection((HOST, port))
            except OSError:
                assert time.monotonic() < deadline, "baresip does not open its control port"
                time.sleep(0.05)

    # -- what it is told --------------------------------------------------------------------------------------

    def _order(self, command: str, parameters: str = "") -> None:
        text = json.dumps({"command": command, "params": parameters})
        self._control.sendall(f"{len(text)}:{text},".encode())

    def call(self, uri: str) -> None:
        self._order("dial", uri)

    def answer(self) -> None:
        self._order("accept")

    def press(self, digits: str) -> None:
        for digit in digits:
            self._order("sndcode", digit)

    def hold(self) -> None:
        self._order("hold")

    def resume(self) -> None:
        self._order("resume")

    def transfer(self, uri: str) -> None:
        """By REFER, the call that is on."""
        self._order("transfer", uri)

    def hang_up(self) -> None:
        self._order("hangup")

    # -- what it tells ----------------------------------------------------------------------------------------

    async def event(self, kind: str, within_s: float = PATIENCE) -> Event:
        """The next one of a kind that was not asked for before, in the order in which they happened."""
        try:
            async with asyncio.timeout(within_s):
                while not (found := next((one for one in self._events if one["type"] == kind), None)):
                    received = await asyncio.get_running_loop().sock_recv(self._control, 65536)
                    assert received, "baresip has ended"
                    self._unread += received
                    self._events += self._complete()
        except TimeoutError:
            raise AssertionError(f"no {kind} of baresip; it told {[one['type'] for one in self._events]}") from None
        self._events.remove(found)
        return found

    async def pressed(self) -> str:
        """The key of the next telephone event that has come to its end."""
        key = (await self.event("CALL_DTMF_START"))["param"]
        await self.event("CALL_DTMF_END")
        return key

    def untaken(self, kind: str) -> list[Event]:
        """Those that nobody asked for, of what it had told when it was last listened to."""
        return [one for one in self._events if one["type"] == kind]

    def _complete(self) -> Iterator[Event]:
        """The events among the netstrings that have come whole; answers to commands are dropped."""
        while b":" in self._unread:
            length, rest = self._unread.split(b":", 1)
            if len(rest) <= int(length):
                return
            told = json.loads(rest[: int(length)])
            self._unread = rest[int(length) + 1 :]
            if told.get("event"):
                yield told

    async def hears(self, seconds: float) -> None:
        """Speech, or whatever is as loud, in so many seconds of what it has recorded so far."""
        async with asyncio.timeout(PATIENCE):
            while loud_seconds(self._folder) < seconds:  # noqa: ASYNC110 - a file tells nobody that it grows
                await asyncio.sleep(0.1)

    def heard(self) -> Path:
        """Up to its first re-INVITE: baresip 1.0 then takes the recorder off its decoder, and never puts it back."""
        return next(self._folder.glob("dump-*-dec.wav"))

    def said(self) -> str:
        """What it wrote on its terminal."""
        return self.log.read_text(errors="replace")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._control.close()
        super().__exit__(kind, error, trace)
        self._ports.close()
