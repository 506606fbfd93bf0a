"""The INVITE of a call that we make. Pure."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from urllib.parse import quote

from gateway.sip.wire import session_timer
from gateway.sip.wire.message import Request


@dataclass(frozen=True)
class InviteAsked:
    """What a call is to look like. `uri` is the Request-URI; From and To are made of users and hosts.

    `from_user` may be empty (an anonymous caller); `to_uri` stands in the To header in place of `uri`.
    """

    uri: str
    offer_sdp: bytes
    from_user: str
    from_host: str = ""
    display_name: str = ""
    to_uri: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)


def build_invite(asked: InviteAsked, *, own: str) -> Request:
    """Without Via and Contact, which depend on the way it goes. `own` is host:port of this node.

    Raises ValueError for a value of more than one line.
    """
    user = quote(asked.from_user, safe="+*#-_.!~'()&=$,;?/")
    sender = f"{user}@{asked.from_host or own}" if user else asked.from_host or own
    invite = Request(method="INVITE", uri=asked.uri, body=asked.offer_sdp)
    invite.add("Max-Forwards", "70")
    invite.add("From", f"{quoted(asked.display_name)}<sip:{sender}>;tag={secrets.token_hex(8)}")
    invite.add("To", f"<{asked.to_uri or asked.uri}>")
    invite.add("Call-ID", f"{secrets.token_hex(12)}@{own.rsplit(':', 1)[0]}")
    invite.add("CSeq", "1 INVITE")
    for name, value in session_timer.ask():
        invite.add(name, value)
    if asked.offer_sdp:
        invite.add("Content-Type", "application/sdp")
    for name, value in asked.headers:
        invite.add(name, value)
    return invite


def quoted(display_name: str) -> str:
    """A display name as it goes before <URI>, with a space behind it; empty for none."""
    if not display_name:
        return ""
    escaped = display_name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}" '


def again(invite: Request, replaced: list[tuple[str, str]]) -> Request:
    """The same INVITE with the next CSeq, `replaced` headers in place of theirs, and no Via."""
    names = {"via", "cseq", *(name.lower() for name, _ in replaced)}
    kept = [(name, value) for name, value in invite.headers if name.lower() not in names]
    request = Request(headers=kept, body=invite.body, method="INVITE", uri=invite.uri)
    request.add("CSeq", f"{invite.cseq[0] + 1} INVITE")
    for name, value in replaced:
        request.add(name, value)
    return request
