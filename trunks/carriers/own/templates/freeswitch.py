"""FreeSWITCH as it comes (the vanilla configuration): a gateway, a user that our calls come in as, two dialplans.

https://developer.signalwire.com/freeswitch/users-and-endpoints/gateways/
"""

from __future__ import annotations

from xml.etree.ElementTree import Comment, Element, SubElement, indent, tostring

from trunks.carriers.own.templates.filled import (
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

_SETTINGS = {"call_timeout": str(RING_S), "hangup_after_bridge": "true"}


def fill(wanted: Given) -> Filled:
    name = wanted.name
    return Filled(
        (
            Part(f"conf/sip_profiles/external/{name}.xml: the way to the gateway", _xml(_gateways(wanted))),
            Part(f"conf/directory/default/{name}.xml: who the gateway's calls are", _xml(_user(wanted))),
            Part(f"conf/dialplan/public/00_{name}.xml: calls for the gateway", _xml(_to(wanted))),
            Part(f"conf/dialplan/from-{name}.xml: calls from the gateway", _xml(_from(wanted))),
        ),
        _checks(wanted),
    )


def _gateways(wanted: Given) -> Element:
    """One per target. FreeSWITCH wants a username and a password of each, whether it needs them or not; the gateway
    asks for none."""
    file = Element("include")
    for name, target in zip(_names(wanted), wanted.targets, strict=True):
        host = uri_host(target.host)
        gateway = SubElement(file, "gateway", name=name)
        _params(
            gateway,
            {
                "username": name, "password": "not-used", "realm": host,
                "proxy": f"{host}:{target.port};transport={target.transport}", "register": "false",
                "caller-id-in-from": "true", "ping": "60",
            },
        )  # fmt: skip
    return file


def _user(wanted: Given) -> Element:
    """With a password, or let in by address; both by the profile `internal`, which usually listens on port 5060."""
    file = Element("include")
    if wanted.username:
        user = SubElement(file, "user", id=wanted.username)
        login = {"password": wanted.password}
    else:
        user = SubElement(file, "user", id=wanted.name, cidr=",".join(wanted.sources))
        login = {"allow-empty-password": "false"}
    _params(SubElement(user, "params"), login)
    variables = SubElement(user, "variables")
    SubElement(variables, "variable", name="user_context", value=f"from-{wanted.name}")
    return file


def _to(wanted: Given) -> Element:
    file = Element("include")
    extension = SubElement(file, "extension", name=wanted.name)
    expression = rf"^\+?({'|'.join(wanted.numbers)})$"
    condition = SubElement(extension, "condition", field="destination_number", expression=expression)
    _set(condition, wanted)
    # the first that takes the call
    bridge = "|".join(f"sofia/gateway/{name}/+$1" for name in _names(wanted))
    SubElement(condition, "action", application="bridge", data=bridge)
    return file


def _from(wanted: Given) -> Element:
    file = Element("include")
    context = SubElement(file, "context", name=f"from-{wanted.name}")
    context.append(Comment(f" {PROVIDER}: the gateway of your line to the telephone network "))
    extension = SubElement(context, "extension", name="to the telephone network")
    expression = r"^(\+[1-9][0-9]{1,14})$"
    condition = SubElement(extension, "condition", field="destination_number", expression=expression)
    for name, value in _SETTINGS.items():
        SubElement(condition, "action", application="set", data=f"{name}={value}")
    SubElement(condition, "action", application="bridge", data=f"sofia/gateway/{PROVIDER}/$1")
    return file


def _set(condition: Element, wanted: Given) -> None:
    for name, value in _SETTINGS.items():
        SubElement(condition, "action", application="set", data=f"{name}={value}")
    if wanted.secure:
        SubElement(condition, "action", application="export", data="nolocal:rtp_secure_media=mandatory")


def _checks(wanted: Given) -> tuple[Check, ...]:
    return (
        Check("Read the files once more.", wanted.unfilled(PROVIDER)),
        Check(
            'fs_cli -x reloadxml; fs_cli -x reloadacl; fs_cli -x "sofia profile external rescan"',
            "Each says +OK or done.",
        ),
        Check(
            f'fs_cli -x "sofia status gateway {wanted.name}"',
            "Status is UP: the gateway has answered OPTIONS. DOWN: look at the firewall and the transport.",
        ),
        Check(f'fs_cli -x "originate sofia/gateway/{wanted.name}/+{wanted.numbers[0]} &echo"', CALL_LISTED),
        TRUNK_TEST,
    )


def _names(wanted: Given) -> list[str]:
    return [wanted.name if place == 1 else f"{wanted.name}-{place}" for place in range(1, len(wanted.targets) + 1)]


def _params(parent: Element, params: dict[str, str]) -> None:
    for name, value in params.items():
        SubElement(parent, "param", name=name, value=value)


def _xml(file: Element) -> str:
    indent(file)
    return tostring(file, encoding="unicode")
