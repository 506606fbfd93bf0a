"""Asterisk with chan_pjsip: sections for pjsip.conf and extensions.conf.

https://docs.asterisk.org/Configuration/Channel-Drivers/SIP/Configuring-res_pjsip/
"""

from __future__ import annotations

from trunks.carriers.own.templates.filled import (
    ADDRESS,
    CALL_LISTED,
    PROVIDER,
    RING_S,
    TRUNK_TEST,
    Check,
    Filled,
    Given,
    Part,
    uri_host,
)
from trunks.carriers.port import SipTarget

Options = list[tuple[str, str]]


def fill(wanted: Given) -> Filled:
    return Filled(
        (
            Part("/etc/asterisk/pjsip.conf: add this at the end", _pjsip(wanted)),
            Part("/etc/asterisk/extensions.conf: add this at the end", _extensions(wanted)),
        ),
        _checks(wanted),
    )


def _pjsip(wanted: Given) -> str:
    name = wanted.name
    endpoint: Options = [
        ("type", "endpoint"), ("context", f"from-{name}"), ("aors", name),
        ("disallow", "all"), ("allow", "g722,ulaw,alaw"), ("dtmf_mode", "rfc4733"),
        ("direct_media", "no"), ("rtp_symmetric", "yes"),
        # The number of the caller, also where it is not the PBX's own.
        ("trust_id_outbound", "yes"), ("send_pai", "yes"),
        ("media_encryption", "sdes" if wanted.secure else "no"), ("allow_transfer", "yes" if wanted.refer else "no"),
    ]  # fmt: skip
    aor: Options = [("type", "aor"), *(("contact", _uri(one)) for one in wanted.targets), ("qualify_frequency", "60")]
    identify: Options = [("type", "identify"), ("endpoint", name), *(("match", one) for one in _matches(wanted))]
    sections = [_section(name, endpoint), _section(name, aor), _section(name, identify)]
    if wanted.username:
        login: Options = [
            ("type", "auth"), ("auth_type", "userpass"), ("username", wanted.username), ("password", wanted.password)
        ]  # fmt: skip
        sections[0] += f"\nauth = {name}-login"
        sections.append(_section(f"{name}-login", login))
    transports = [_transport(one) for one in dict.fromkeys(target.transport for target in wanted.targets)]
    return "\n\n".join([*transports, *sections])


def _transport(transport: str) -> str:
    """Asterisk takes the first of its transports that fits; a second one on the same port would not start."""
    certificate = ("cert_file = …", "priv_key_file = …") if transport == "tls" else ()
    lines = (
        f"[transport-{transport}]", "type = transport", f"protocol = {transport}",
        f"bind = 0.0.0.0:{5061 if transport == 'tls' else 5060}", *certificate,
    )  # fmt: skip
    return f"; Only where this Asterisk has no transport for {transport.upper()} yet:\n; " + "\n; ".join(lines)


def _extensions(wanted: Given) -> str:
    name = wanted.name
    lines = [
        f"; Calls for the gateway. Where calls of your provider arrive, write: include => to-{name}",
        f"[to-{name}]",
    ]
    for number in wanted.numbers:
        for called in (f"+{number}", number):  # providers write it in either way
            lines += [f"exten => {called},1,Dial(PJSIP/+{number}@{name},{RING_S})", " same => n,Hangup(${HANGUPCAUSE})"]
    lines += [
        "",
        "; Calls from the gateway: to the telephone network by the endpoint of your provider, and nowhere else.",
        f"[from-{name}]",
        f"exten => _+X.,1,Dial(PJSIP/${{EXTEN}}@{PROVIDER},{RING_S})",
        " same => n,Hangup(${HANGUPCAUSE})",
    ]
    return "\n".join(lines)


def _checks(wanted: Given) -> tuple[Check, ...]:
    return (
        Check("Read both files once more.", wanted.unfilled(PROVIDER)),
        Check('asterisk -rx "module reload res_pjsip.so"; asterisk -rx "dialplan reload"', "No line says ERROR."),
        Check(
            f'asterisk -rx "pjsip show endpoint {wanted.name}"',
            "The contact is Avail: the gateway has answered OPTIONS. Unavail: look at the firewall and the transport.",
        ),
        Check(
            f'asterisk -rx "channel originate PJSIP/+{wanted.numbers[0]}@{wanted.name} application Echo"', CALL_LISTED
        ),
        TRUNK_TEST,
    )


def _section(name: str, options: Options) -> str:
    return "\n".join([f"[{name}]", *(f"{option} = {_escaped(value)}" for option, value in options)])


def _escaped(value: str) -> str:
    """A semicolon begins a comment. The blanks around `=` keep a value that begins with `>` from being read as `=>`."""
    return value.replace(";", r"\;")


def _uri(target: SipTarget) -> str:
    return f"sip:{uri_host(target.host)}:{target.port};transport={target.transport}"


def _matches(wanted: Given) -> tuple[str, ...]:
    """Asterisk looks names up by itself, once, when it starts."""
    if wanted.sources == (ADDRESS,):
        return tuple(dict.fromkeys(target.host for target in wanted.targets))
    return wanted.sources
