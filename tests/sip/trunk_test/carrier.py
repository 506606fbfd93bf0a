"""Kamailio as a carrier: it asks for the trunk's password, and sends calls to our number back to our node."""

from __future__ import annotations

from pathlib import Path

from tests.sip.foreign.kamailio import RunningKamailio

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


class Carrier(RunningKamailio):
    """Sends calls `back` (host:port). `within`: what it does with requests within a call before they go on."""

    def __init__(self, folder: Path, back: str, *, within: str = "") -> None:
        def configured(address: str, modules: Path) -> str:
            given = {"within": within, "password": PASSWORD, "back": back}
            return CONFIG.format(listen=address, modules=modules, **given)

        super().__init__(folder, configured)
