"""linphone, with a file as its microphone."""

from __future__ import annotations

from pathlib import Path

from gateway.stack.ports import PortAllocator
from tests.sip.foreign.program import Program


class Linphone(Program):
    """Steered by lines on its standard input. Over TLS it believes those whom `authority` has certified."""

    def __init__(self, folder: Path, user: str, microphone: Path, *, authority: Path | None = None) -> None:
        ports = self._ports = PortAllocator()  # held while it lives
        tls = (
            f"sip_tls_port={ports.one()}\nroot_ca={authority}\nverify_server_certs=1\nverify_server_cn=1\n"
            if authority
            else "sip_tls_port=-1\n"
        )
        (folder / ".local/share/linphone").mkdir(parents=True)  # it opens no SIP port without its database
        config = folder / "linphonerc"
        config.write_text(
            f"[sip]\nsip_port={ports.one()}\nsip_tcp_port=-1\n{tls}contact=sip:{user}@127.0.0.1\n"
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
