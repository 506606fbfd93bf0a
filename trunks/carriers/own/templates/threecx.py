"""3CX: a trunk without a login, whose fields are filled in by hand; there is no file that it would read.

https://www.3cx.com/docs/sip-trunk-options/
"""

from __future__ import annotations

from collections.abc import Sequence

from trunks.carriers.own.templates.filled import CALL_LISTED, TRUNK_TEST, Check, Filled, Given, Part

Fields = Sequence[tuple[str, str]]


def fill(wanted: Given) -> Filled:
    return Filled(
        (
            Part("Voice & Chat, Add Trunk, country Generic: Generic SIP Trunk (IP Based)", _trunk(wanted)),
            Part("That trunk, tab Options", _options(wanted)),
            Part("Inbound Rules, Add DID Rule: calls from the gateway", _inbound()),
            Part("Outbound Rules, Add: calls for the gateway", _outbound(wanted)),
        ),
        _checks(wanted),
    )


def _trunk(wanted: Given) -> str:
    target = wanted.targets[0]
    fields = (
        ("Name", wanted.name), ("Registrar / Server", target.host.strip("[]")), ("Port", str(target.port)),
        ("Outbound Proxy", "empty"), ("Main Trunk No", f"+{wanted.numbers[0]}"), ("DIDs", _listed(wanted)),
        ("Number of SIM Calls", "as many as the gateway is to take at once"),
        ("Type of Authentication", "Do not require - IP Based"),
    )  # fmt: skip
    more = [f"One more trunk with the same fields for {one.host}, port {one.port}." for one in wanted.targets[1:]]
    if wanted.username:
        more.append(
            "Such a trunk lets in by address: it asks for no user name and no password. Leave both out at the gateway."
        )
    return "\n".join([_form(fields), *more])


def _options(wanted: Given) -> str:
    return _form(
        (
            ("Allow inbound calls", "on"), ("Allow outbound calls", "on"), ("PBX Delivers Audio", "on"),
            ("Transport Protocol", wanted.targets[0].transport.upper()), ("SRTP", "on" if wanted.secure else "off"),
            ("Supports Replaces", "on: the gateway transfers by REFER" if wanted.refer else "off"),
            ("Allowed addresses", ", ".join(wanted.sources)),
        )
    )  # fmt: skip


def _inbound() -> str:
    rule = (("DID", "the number that the gateway dials"), ("Route to", "the extension or queue that it stands for"))
    return (
        f"One for each extension that the gateway may reach:\n{_form(rule)}\n"
        "For telephones outside give the gateway a trunk of a provider's: such a rule leads to one place only."
    )


def _outbound(wanted: Given) -> str:
    rule = (
        ("Calls to numbers starting with prefix", _listed(wanted)), ("Route 1", wanted.name), ("Strip Digits", "0")
    )  # fmt: skip
    return (
        f"{_form(rule)}\nPut it above all rules that would fit as well.\n"
        "For calls from outside, the inbound rule of your provider's trunk forwards to that number."
    )


def _checks(wanted: Given) -> tuple[Check, ...]:
    seen = f"{wanted.name} has no warning beside it. {wanted.unfilled()}".strip()
    return (
        Check("Look which edition of 3CX this is.", "A paid one: the free one takes providers of its own list only."),
        Check("Look at the list of trunks.", seen),
        Check(f"Call +{wanted.numbers[0]} from an extension.", CALL_LISTED),
        TRUNK_TEST,
    )


def _listed(wanted: Given) -> str:
    return ", ".join(f"+{number}" for number in wanted.numbers)


def _form(fields: Fields) -> str:
    return "\n".join(f"{name}: {value}" for name, value in fields)
