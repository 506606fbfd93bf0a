"""baresip and linphone, started with a file as microphone and steered from outside."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType

from gateway.stack.ports import PortAllocator
from tests.sip.stack import PATIENCE


class Program:
    """A phone as a child process; it ends with the `with` block."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.log = folder / "phone.log"
        environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": "", "XDG_DATA_HOME": ""}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, text=True, env=environment
            )

    def __enter__(self) -> Program:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()

    def call(self, uri: str) -> None:
        raise NotImplementedError

    def press(self, digits: str) -> None:
        raise NotImplementedError

    def hang_up(self) -> None:
        raise NotImplementedError

    def heard(self) -> Path:
        """A wav file of what came out of the loudspeaker; complete after the `with` block."""
        raise NotImplementedError


class Baresip(Program):
    """Steered over its control port: netstrings of JSON. `account` is what its account says of audio."""

    def __init__(
        self, folder: Path, user: str, microphone: Path, *, account: str = "audio_codecs=PCMU", rate: int = 8000
    ) -> None:
        self._folder = folder
        ports = PortAllocator()
        control = ports.one()
        (folder / "accounts").write_text(f"<sip:{user}@127.0.0.1>;regint=0;{account}\n")
        (folder / "config").write_text(
            f"module_path /usr/lib/baresip/modules\nsip_listen 127.0.0.1:{ports.one()}\n"
            f"ctrl_tcp_listen 127.0.0.1:{control}\n"
            f"audio_source aufile,{microphone}\naudio_player aufile,{folder}/heard.wav\n"
            f"ausrc_srate {rate}\nauplay_srate {rate}\nausrc_channels 1\nauplay_channels 1\n"
            "module g711.so\nmodule g722.so\nmodule srtp.so\nmodule aufile.so\nmodule sndfile.so\n"
            f"snd_path {folder}\nmodule_tmp account.so\n"
            "module_app menu.so\nmodule_app contact.so\nmodule_app ctrl_tcp.so\n"
        )
        super().__init__(["baresip", "-f", str(folder), "-4"], folder)
        self._control = self._connect(control)

    def _connect(self, port: int) -> socket.socket:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port))
            except OSError:
                assert time.monotonic() < deadline, "baresip does not open its control port"
                time.sleep(0.05)

    def _order(self, command: str, parameters: str = "") -> None:
        text = json.dumps({"command": command, "params": parameters})
        self._control.sendall(f"{len(text)}:{text},".encode())

    def call(self, uri: str) -> None:
        self._order("dial", uri)

    def press(self, digits: str) -> None:
        for digit in digits:
            self._order("sndcode", digit)

    def hang_up(self) -> None:
        self._order("hangup")

    def heard(self) -> Path:
        return next(self._folder.glob("dump-*-dec.wav"))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._control.close()
        super().__exit__(kind, error, trace)


class Linphone(Program):
    """Steered by lines on its standard input."""

    def __init__(self, folder: Path, user: str, microphone: Path) -> None:
        ports = PortAllocator()
        (folder / ".local/share/linphone").mkdir(parents=True)  # it opens no SIP port without its database
        config = folder / "linphonerc"
        config.write_text(
            f"[sip]\nsip_port={ports.one()}\nsip_tcp_port=-1\nsip_tls_port=-1\ncontact=sip:{user}@127.0.0.1\n"
            f"use_info=0\nuse_rfc2833=1\nuse_ipv6=0\nguess_hostname=0\n[rtp]\naudio_rtp_port={ports.block(2)}\n"
            "[video]\nenabled=0\ncapture=0\ndisplay=0\n"
        )
        self._recording = folder / "heard.wav"
        super().__init__(["linphonec", "-c", str(config), "-d", "1"], folder)
        self._type("soundcard use files", f"play {microphone}", f"record {self._recording}")

    def _type(self, *lines: str) -> None:
        assert self.process.stdin is not None
        for line in lines:
            self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def call(self, uri: str) -> None:
        self._type(f"call {uri}")

    def press(self, digits: str) -> None:
        self._type(*digits)

    def hang_up(self) -> None:
        self._type("terminate")

    def heard(self) -> Path:
        return self._recording
