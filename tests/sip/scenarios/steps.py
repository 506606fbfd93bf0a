"""The steps of a SIPp scenario, built from what differs between two of them; each function gives XML.

A scenario is a list of steps. SIPp fills in what stands in square brackets; a message that is not expected fails it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from xml.sax.saxutils import escape

Steps = list[str]

CALLER = "+15105550188"
OWN = f"<sip:{CALLER}@[local_ip]:[local_port]>;tag=[pid]sipp[call_number]"
CONTACT = f"<sip:{CALLER}@[local_ip]:[local_port];transport=[transport]>"
SERVER = "sip:[service]@[remote_ip]:[remote_port]"
_names = count(1)


# -- SDP ------------------------------------------------------------------------------------------------------


def media(codecs: str = "0 8 96", *lines: str, port: str = "[media_port]", profile: str = "RTP/AVP") -> str:
    """One audio stream; the names of payload types above 95 come in `lines`, by default 96 are telephone events."""
    given = lines or (("a=rtpmap:96 telephone-event/8000", "a=fmtp:96 0-15") if "96" in codecs.split() else ())
    return "\n".join([f"m=audio {port} {profile} {codecs}", *given])


def sdp(*streams: str, version: int = 1, host: str = "IP4 [media_ip]") -> str:
    head = ["v=0", f"o=sipp 5150 {version} IN IP4 [local_ip]", "s=-", f"c=IN {host}", "t=0 0"]
    return "\n".join([*head, *(streams or (media(),))])


# -- sending --------------------------------------------------------------------------------------------------


def send(text: str, *, again: bool = False, lost: bool = False, start: str = "") -> str:
    """`again`: repeated until it is answered. `lost`: only thought to be sent; it goes out when asked for again."""
    attributes = ' retrans="500"' * again + ' lost="100"' * lost + start
    return f"<send{attributes}><![CDATA[\n{text}\n]]></send>"


def message(first: str, headers: Iterable[str], body: str = "", kind: str = "application/sdp") -> str:
    said = [*headers, f"Content-Type: {kind}"] if body else list(headers)
    return "\n".join([first, *said, "Content-Length: [len]", "", body])


def request(
    method: str, cseq: int, *, uri: str = "[next_url]", to_tag: str = "[peer_tag_param]", branch: str = "",
    headers: Sequence[str] = (), body: str = "", kind: str = "application/sdp", lost: bool = False, again: bool = True,
    change: dict[str, str] | None = None, routes: bool = False,
) -> str:  # fmt: skip
    """A request of the caller's. `change` replaces a header, or drops it when empty. An ACK is never repeated."""
    branch = branch or f"{method.lower()}{cseq}"
    said = {
        "Via": f"SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-{branch}",
        "Max-Forwards": "70",
        "From": OWN,
        "To": f"<{SERVER}>{to_tag}",
        "Call-ID": "[call_id]",
        "CSeq": f"{cseq} {method}",
        "Contact": CONTACT if method in ("INVITE", "UPDATE", "OPTIONS") else "",
    } | (change or {})
    lines = [f"{name}: {value}" for name, value in said.items() if value]
    text = message(f"{method} {uri} SIP/2.0", [*lines, *headers, *(["[routes]"] if routes else [])], body, kind)
    return send(text, again=again and method != "ACK", lost=lost)


def stray(
    method: str, cseq: int = 1, *, to_tag: str = "", headers: Sequence[str] = (), change: dict[str, str] | None = None
) -> str:
    """A request outside any call."""
    return request(method, cseq, to_tag=to_tag, uri=SERVER, headers=headers, change=change)


def invite(
    *, cseq: int = 1, body: str | None = None, uri: str = SERVER, to_tag: str = "", headers: Sequence[str] = (),
    branch: str = "", change: dict[str, str] | None = None, again: bool = True, kind: str = "application/sdp",
    routes: bool = False,
) -> str:  # fmt: skip
    return request(
        "INVITE", cseq, body=sdp() if body is None else body, uri=uri, to_tag=to_tag, headers=headers, branch=branch,
        change=change, again=again, kind=kind, routes=routes,
    )  # fmt: skip


def reinvite(
    cseq: int, body: str, *, headers: Sequence[str] = (), change: dict[str, str] | None = None, routes: bool = False
) -> str:
    to_tag = "[peer_tag_param]"
    return invite(
        cseq=cseq, body=body, uri="[next_url]", to_tag=to_tag, headers=headers, change=change, routes=routes
    )  # fmt: skip


def ack(cseq: int = 1, *, branch: str = "", body: str = "", lost: bool = False, routes: bool = False) -> str:
    """Of a 2xx; that of another final response carries the `branch` of its INVITE."""
    return request("ACK", cseq, branch=branch, body=body, lost=lost, routes=routes, uri="[next_url]")


def ack_refusal(cseq: int = 1, branch: str = "") -> str:
    return request("ACK", cseq, branch=branch or f"invite{cseq}", uri=SERVER)


def cancel(cseq: int = 1) -> str:
    return request("CANCEL", cseq, uri=SERVER, to_tag="", branch=f"invite{cseq}")


def respond(
    status: int, *headers: str, body: str = "", tag: str = "", again: bool = False, cseq: str = "", reason: str = "",
    kind: str = "application/sdp",
) -> str:  # fmt: skip
    """An answer to the last request that came, or to the one with `cseq`; `tag` becomes its To tag."""
    said = ["[last_Via:]", "[last_From:]", f"[last_To:]{f';tag={tag}' if tag else ''}", "[last_Call-ID:]"]
    said += [f"CSeq: {cseq}" if cseq else "[last_CSeq:]"]
    if not any(header.startswith("Contact:") for header in headers):
        said.append("Contact: <sip:callee@[local_ip]:[local_port];transport=[transport]>")
    first = f"SIP/2.0 {status} {reason or ('OK' if status == 200 else 'Whatever')}"
    return send(message(first, [*said, *headers], body, kind), again=again)


def request_of_callee(
    method: str, cseq: int, *, headers: Sequence[str] = (), body: str = "", kind: str = "application/sdp"
) -> str:
    """A request inside a call that SIPp has taken; it knows the two sides from `taken`."""
    said = [
        f"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-{method.lower()}{cseq}",
        "Max-Forwards: 70", "From:[$own]", "To:[$other]", "Call-ID: [call_id]", f"CSeq: {cseq} {method}",
        "Contact: <sip:callee@[local_ip]:[local_port];transport=[transport]>",
    ]  # fmt: skip
    return send(message(f"{method} [next_url] SIP/2.0", [*said, *headers], body, kind), again=True)


# -- receiving ------------------------------------------------------------------------------------------------


def _checks(has: Sequence[str], lacks: Sequence[str]) -> str:
    """Regular expressions (POSIX, extended) that the message must match, and must not."""
    names = [f"seen{next(_names)}" for _ in (*has, *lacks)]
    kinds = ["check_it"] * len(has) + ["check_it_inverse"] * len(lacks)
    actions = [
        f'<ereg regexp="{escape(text, {chr(34): "&quot;"})}" search_in="msg" {kind}="true" assign_to="{name}"/>'
        for text, kind, name in zip((*has, *lacks), kinds, names, strict=True)
    ]
    logs = [f'<log message="[${name}]"/>' for name in names]  # SIPp refuses a variable that nobody reads
    return f"<action>{''.join(actions + logs)}</action>" if names else ""


def recv(
    what: int | str, *, has: Sequence[str] = (), lacks: Sequence[str] = (), optional: bool = False,
    routes: bool = False, challenge: bool = False,
) -> str:  # fmt: skip
    """A status, or the method of a request. `routes` keeps Contact and Record-Route for what is sent next."""
    kind = "response" if isinstance(what, int) else "request"
    attributes = ' optional="true"' * optional + ' rrs="true"' * routes + ' auth="true"' * challenge
    return f'<recv {kind}="{what}"{attributes}>{_checks(has, lacks)}</recv>'


def trying() -> Steps:
    return [recv(100, optional=True), recv(180, optional=True)]


def answered(has: Sequence[str] = (), lacks: Sequence[str] = ()) -> Steps:
    return [*trying(), recv(200, has=["CSeq: [0-9]+ +INVITE", *has], lacks=lacks, routes=True)]


def refused(status: int, *, has: Sequence[str] = (), lacks: Sequence[str] = (), cseq: int = 1) -> Steps:
    return [*trying(), recv(status, has=has, lacks=lacks), ack_refusal(cseq)]


def pause(milliseconds: int) -> str:
    return f'<pause milliseconds="{milliseconds}"/>'


def play(capture: str) -> str:
    """Starts to send the RTP of a pcap file; the next step follows at once."""
    return f'<nop><action><exec play_pcap_audio="{capture}"/></action></nop>'


def bye(cseq: int = 2, *, routes: bool = False) -> Steps:
    return [request("BYE", cseq, routes=routes), recv(200, has=["CSeq: [0-9]+ BYE"])]


def taken_bye() -> Steps:
    """The other side hangs up."""
    return [recv("BYE"), respond(200)]


def waits_for_us() -> Steps:
    """Until the node is told to hold; the phone refuses that, and knows that it is time to go on."""
    return [recv("INVITE"), respond(488), recv("ACK")]


def taken(*before: str, answer: str | None = None, headers: Sequence[str] = (), tag: str = "callee") -> Steps:
    """SIPp takes a call: what comes `before` its answer are responses; after its ACK it can make requests."""
    sides = (("own", "To:"), ("other", "From:"))
    noted = "".join(
        f'<ereg regexp=".*" search_in="hdr" header="{header}" check_it="true" assign_to="{name}"/>'
        for name, header in sides
    )
    logs = "".join(f'<log message="[${name}]"/>' for name, _ in sides)
    return [
        recv("INVITE", routes=True), *before, respond(200, *headers, body=answer or sdp(), tag=tag, again=True),
        f'<recv request="ACK"><action>{noted}{logs}</action></recv>',
    ]  # fmt: skip


def conversation(*middle: str, offer: str | None = None, has: Sequence[str] = (), last: int = 2) -> Steps:
    """A call that is answered, goes on with `middle`, and is hung up by a BYE with the number `last`."""
    return [invite(body=offer), *answered(has), ack(), *middle, *bye(last)]


def scenario(steps: Iterable[str], name: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="{name}">\n' + "\n".join(steps) + "\n</scenario>\n"
