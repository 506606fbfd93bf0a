"""Dialogs (RFC 3261 §12): tags, sequence numbers, route set and remote target. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.sip.wire.message import Request, Response
from gateway.sip.wire.uri import is_private, parse_name_address, parse_uri, sendable, split_list

DialogKey = tuple[str, str, str]  # Call-ID, local tag, remote tag


@dataclass
class Dialog:
    """`local` and `remote` are the From/To values as they go out, tags included."""

    call_id: str
    local: str
    remote: str
    local_tag: str
    remote_tag: str
    remote_target: str
    route_set: list[str] = field(default_factory=list)
    local_cseq: int = 0
    remote_cseq: int = 0

    @property
    def key(self) -> DialogKey:
        return self.call_id, self.local_tag, self.remote_tag

    @classmethod
    def from_invite(cls, invite: Request, local_tag: str) -> Dialog:
        """The dialog of the called side (§12.1.1): routes in the order of the request."""
        return cls(
            call_id=invite.call_id, local=f"{invite.get('To')};tag={local_tag}", remote=invite.get("From"),
            local_tag=local_tag, remote_tag=parse_name_address(invite.get("From")).tag,
            remote_target=_contact(invite.all("Contact")), route_set=split_list(invite.all("Record-Route")),
            remote_cseq=invite.cseq[0],
        )  # fmt: skip

    @classmethod
    def from_response(cls, invite: Request, response: Response) -> Dialog:
        """The dialog of the calling side (§12.1.2): routes reversed."""
        return cls(
            call_id=invite.call_id, local=invite.get("From"), remote=response.get("To"),
            local_tag=parse_name_address(invite.get("From")).tag,
            remote_tag=parse_name_address(response.get("To")).tag,
            remote_target=_contact(response.all("Contact")) or invite.uri,
            route_set=split_list(response.all("Record-Route"))[::-1], local_cseq=invite.cseq[0],
        )  # fmt: skip

    def accepts(self, request: Request) -> bool:
        """False for a sequence number that is not higher than the last (§12.2.2)."""
        number = request.cseq[0]
        if number <= self.remote_cseq:
            return False
        self.remote_cseq = number
        return True

    def refresh_target(self, message: Request | Response) -> None:
        """A re-INVITE or UPDATE, or the 2xx to one of ours, may name a new Contact (§12.2)."""
        self.remote_target = _contact(message.all("Contact")) or self.remote_target

    def request(self, method: str, *, cseq: int | None = None) -> Request:
        """A request inside the dialog, without Via; ACK takes the INVITE's number, the rest the next one."""
        if cseq is None:
            self.local_cseq += 1
            cseq = self.local_cseq
        uri, routes = self.remote_target, self.route_set
        if routes and "lr" not in parse_uri_parameters(routes[0]):  # a strict router (§12.2.1.1)
            uri, routes = parse_name_address(routes[0]).uri, [*routes[1:], f"<{self.remote_target}>"]
        request = Request(method=method, uri=uri)
        for route in routes:
            request.add("Route", route)
        for name, value in (
            ("Max-Forwards", "70"),
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
        ):
            request.add(name, value)
        request.add("CSeq", f"{cseq} {method}")
        return request

    def next_hop(self, source: tuple[str, int]) -> tuple[tuple[str, int], str]:
        """Address and transport for the next request: the first route, else the target.

        It is `source`, where the other side's messages come from, when the target is a host name (they resolve it, we
        would block), cannot be read, or is a private address while the source is a public one (a phone behind NAT).
        """
        try:
            uri = parse_uri(parse_name_address(self.route_set[0]).uri if self.route_set else self.remote_target)
        except ValueError:
            return source, ""
        address, transport = (uri.host, uri.port or 5060), uri.parameters.get("transport", "udp").lower()
        if not sendable(*address) or (is_private(address[0]) and not is_private(source[0])):
            return source, transport
        return address, transport


def parse_uri_parameters(route: str) -> dict[str, str]:
    try:
        return parse_uri(parse_name_address(route).uri).parameters
    except ValueError:
        return {}


def _contact(values: list[str]) -> str:
    """The URI of the first Contact; empty when there is none."""
    for value in split_list(values):
        try:
            return parse_name_address(value).uri
        except ValueError:
            continue
    return ""
