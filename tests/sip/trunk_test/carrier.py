"""Kamailio as a carrier: it asks for the trunk's password, and sends calls to our number back to our node."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from types import TracebackType

from gateway.stack.ports import PortAllocator
from tests.sip.stack import PATIENCE

USER, PASSWORD = "gw", "s3cret"

CONFIG = """#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=2
disable_tcp=yes
listen=udp:{listen}
mpath="{modules}"
loadmodule "pv.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "maxfwd.so"
loadmodule "siputils.so"
loadmodule "textops.so"
loadmodule "auth.so"
modparam("rr", "enable_full_lr", 1)

request_route {{
  if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
  if (is_method("OPTIONS")) {{ sl_send_reply("200", "Here"); exit; }}
  if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
  if (has_totag()) {{
    {within}
    if (loose_route()) {{ t_relay(); exit; }}
    if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
    sl_send_reply("404", "Not Here");
    exit;
  }}
  if (is_method("INVITE")) {{
    if (!pv_proxy_authenticate("carrier", "{password}", "0")) {{ auth_challenge("carrier", "1"); exit; }}
    remove_hf("Proxy-Authorization");
    record_route();
  }}
  $du = "sip:{back}";
  t_relay();
}}
"""
TAKES_REFER = (
    'if (is_method("REFER")) { append_to_reply("Refer-Sub: false\\r\\n"); sl_send_reply("202", "Accepted"); exit; }'
)
REFUSES_REFER = 'if (is_method("REFER")) { sl_send_reply("405", "Method Not Allowed"); exit; }'
SWALLOWS_INFO = 'if (is_method("INFO")) { sl_send_reply("200", "OK"); exit; }'
REFUSES_INFO = 'if (is_method("INFO")) { sl_send_reply("415", "Unsupported Media Type"); exit; }'


class Carrier:
    """Sends calls `back` (host:port). `within`: what it does with requests within a call before they go on."""

    def __init__(self, folder: Path, back: str, *, within: str = "") -> None:
        self._ports = PortAllocator()
        self.address = f"127.0.0.1:{self._ports.one()}"
        self._port = int(self.address.rpartition(":")[2])
        self.log = folder / f"carrier-{self._port}.log"
        modules = next(Path("/usr/lib").glob("**/kamailio/modules"))
        config = folder / f"carrier-{self._port}.cfg"
        given = {"within": within, "password": PASSWORD, "back": back}
        config.write_text(CONFIG.format(listen=self.address, modules=modules, **given))
        runs = folder / f"run-{self._port}"
        runs.mkdir()
        command = ["kamailio", "-DD", "-E", "-f", str(config), "-Y", str(runs), "-m", "32", "-M", "4"]
        with self.log.open("w") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)

    def __enter__(self) -> Carrier:
        """It listens."""
        mark, deadline = f":{self._port:04X} ", time.monotonic() + PATIENCE
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
