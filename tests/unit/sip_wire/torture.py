"""The torture messages of RFC 4475: each in our words, with what a called side that is no proxy owes it.

`MESSAGES` are the 49 of the RFC by its names, and the REGISTER ones once more as an INVITE, which we would read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

SDP = "v=0\r\no=- 29739 7272939 IN IP4 192.0.2.5\r\ns=-\r\nc=IN IP4 192.0.2.5\r\nt=0 0\r\nm=audio 49217 RTP/AVP 0\r\n"
BINARY = bytes(range(256)).decode("latin-1")

# A final status; a call that is handed up; nothing at all.
Outcome = int | Literal["call", "dropped"]


@dataclass(frozen=True)
class Torture:
    """`lines` are the whole header. `says`: what a reader must find in it, by the names that the tests give it."""

    name: str
    section: str
    outcome: Outcome
    lines: list[str]
    body: str = ""
    says: dict[str, str] = field(default_factory=dict)
    has: str = ""  # in the answer
    behind: str = ""  # the rest of the datagram

    @property
    def raw(self) -> bytes:
        head = "\r\n".join(self.lines).encode("utf-8")
        return head + b"\r\n\r\n" + (self.body + self.behind).encode("latin-1")

    @property
    def method(self) -> str:
        return "" if self.lines[0].startswith("SIP/") else self.lines[0].split()[0]

    @property
    def call_id(self) -> str:
        """Empty for a message without one."""
        return next((line.partition(":")[2].strip() for line in self.lines if line.startswith("Call-ID:")), "")


def torture(
    name: str, section: str, outcome: Outcome, method: str = "INVITE", uri: str = "sip:bob@example.com", *,
    first: str = "", extra: tuple[str, ...] = (), body: str | None = None, says: dict[str, str] | None = None,
    has: str = "", behind: str = "", **change: str,
) -> Torture:  # fmt: skip
    """Good but for `first` (its first line), `extra` lines, and `change`: headers replaced, or dropped."""
    body = (SDP if method == "INVITE" else "") if body is None else body
    headers = {
        "Via": f"SIP/2.0/UDP host.example.net;branch=z9hG4bK-{name}",
        "Max-Forwards": "70",
        "From": "<sip:alice@example.net>;tag=9fxced76sl",
        "To": "<sip:bob@example.com>",
        "Call-ID": f"{name}@torture.example",
        "CSeq": f"17 {method}",
        "Contact": "<sip:alice@host.example.net>",
        "Content-Type": "application/sdp" if body else "",
        "Content-Length": str(len(body.encode("latin-1"))),
    } | {key.replace("_", "-"): value for key, value in change.items()}
    lines = [f"{key}: {value}" for key, value in headers.items() if value]
    return Torture(
        name, section, outcome, [first or f"{method} {uri} SIP/2.0", *lines, *extra], body, says or {}, has, behind
    )


def response(name: str, section: str, first: str, **change: Any) -> Torture:
    """A response that nobody has asked for."""
    return torture(name, section, "dropped", "OPTIONS", first=first, **change)


def valid() -> Iterator[Torture]:
    """§3.1.1: a reader must not stumble."""
    yield Torture(
        "wsinv", "3.1.1.1", 481,  # it names a dialog, and we have none
        ["INVITE sip:bob@chair.example.com;unknownparam SIP/2.0",
         "TO :", " sip:bob@chair.example.com ;   tag    = 1918181833n",
         'from   : "J Doe \\\\\\""       <sip:alice@example.com>', "  ;", "  tag = 98asjd8",
         "MaX-fOrWaRdS: 0068", "Call-ID: wsinv@torture.example", "Content-Length   : " + str(len(SDP)),
         "cseq: 0009", "  INVITE", "Via  : SIP  /   2.0", " /UDP", "    192.0.2.2;branch=390skdjuw", "s :",
         "NewFangledHeader:   newfangled value", " continued newfangled value",
         "UnknownHeaderWithUnusualValue: ;;,,;;,;", "Content-Type: application/sdp", "Route:",
         " <sip:services.example.com;lr;unknownwith=value;unknown-no-value>",
         "v:  SIP  / 2.0  / TCP     spindle.example.com   ;", "  branch  =   z9hG4bK9ikj8  ,",
         " SIP  /    2.0   / UDP  192.168.255.111   ; branch=", " z9hG4bK30239",
         'm:"Quoted string \\"\\"" <sip:alice@example.com> ; newparam =', "      newvalue ;",
         "  secondparam ; q = 0.33"],
        SDP,
        {"user": "bob", "from": 'J Doe \\"', "from user": "alice", "to tag": "1918181833n", "cseq": "9 INVITE",
         "contact": 'Quoted string ""', "vias": "3", "route": "services.example.com", "media": "49217"},
    )  # fmt: skip
    odd = "!interesting-Method0123456789_*+`.%indeed'~"
    user = "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
    yield torture(
        "intmeth", "3.1.1.2", 405, odd, f"sip:{user}:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com",
        has="Allow: ", says={"user": user, "to": "BEL:\x07 NUL:\0 DEL:\x7f", "from": token_bytes()},
        To='"BEL:\\\x07 NUL:\\\0 DEL:\\\x7f" <sip:1_unusual.URI~(to-be!sure)@example.com>',
        From=f"{token_bytes()} <sip:mundane@example.com>;tag=_token~1'+`*%!-.",
        extra=("extensionHeader-!.%*+_`'~:" + "大停電",),
    )  # fmt: skip
    yield torture(
        "esc01", "3.1.1.3", "call", uri="sip:sips%3Auser%40example.com@example.net", To="sip:%75se%72@example.com",
        From="<sip:I%20have%20spaces@example.net>;tag=938", extra=("l: 148",), Content_Length="",
        body=SDP.ljust(148), Contact="<sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>",
        says={"user": "sips:user@example.com", "to user": "user", "from user": "I have spaces", "media": "49217"},
    )  # fmt: skip
    yield torture(
        "escnull", "3.1.1.4", 405, "REGISTER", "sip:example.com", To="sip:null-%00-null@example.com",
        From="sip:null-%00-null@example.com;tag=839923423", Contact="<sip:%00@host5.example.com>",
        extra=("Contact: <sip:%00%00@host5.example.com>",), says={"to user": "null-\0-null"},
    )  # fmt: skip
    yield torture(
        "esc02", "3.1.1.5", 405, "RE%47IST%45R", "sip:registrar.example.com", To='"%Z%45" <sip:resource@example.com>',
        From='"%Z%45" <sip:resource@example.com>;tag=f232jadfj23', says={"to": "%Z%45", "cseq": "17 RE%47IST%45R"},
        Contact="<sip:alias1@host1.example.com>,<sip:alias2@host2.example.com>",
    )  # fmt: skip
    yield torture(
        "lwsdisp", "3.1.1.6", 200, "OPTIONS", From="caller<sip:alice@example.com>;tag=323",
        says={"from": "caller", "from user": "alice"},
    )  # fmt: skip
    yield long_request()
    yield torture(
        "dblreq", "3.1.1.8", 405, "REGISTER", "sip:example.com",
        behind=torture("dblreq-behind", "", "dropped").raw.decode("latin-1"),
    )  # fmt: skip
    yield torture(
        "semiuri", "3.1.1.9", 200, "OPTIONS", "sip:user;par=u%40example.net@example.com",
        extra=("Accept: application/sdp, application/pkcs7-mime", "Accept: multipart/mixed, message/sip"),
        says={"user": "user;par=u@example.net"},
    )  # fmt: skip
    yield torture(
        "transports", "3.1.1.10", 200, "OPTIONS", says={"vias": "5"},
        extra=tuple(f"Via: SIP/2.0/{name} t{name}.example.com;branch=z9hG4bK{name}"
                    for name in ("SCTP", "TLS", "UNKNOWN", "TCP")),
    )  # fmt: skip
    parts = f"--edge\r\nContent-Type: text/plain\r\n\r\nhello\r\n--edge\r\n\r\n{BINARY}\r\n--edge--\r\n"
    yield torture("mpart01", "3.1.1.11", 405, "MESSAGE", body=parts, Content_Type="multipart/mixed;boundary=edge")
    yield response("unreason", "3.1.1.12", "SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое")
    yield response("noreason", "3.1.1.13", "SIP/2.0 100 ")


def token_bytes() -> str:
    """All that may stand in a token beside letters and digits."""
    return "token1~` token2'+_ token3*%!.-"


def long_request() -> Torture:
    vias = tuple(f"Via: SIP/2.0/TCP sip{number}.example.com" for number in range(33, 0, -1))
    name, long = "I have a user name of " + "extreme " * 10 + "proportion", "long-" * 20
    return torture(
        "longreq", "3.1.1.7", "call", Call_ID="longreq@torture.example", CSeq="3882340 INVITE",
        To=f'"{name}" <sip:bob@example.com:6000;unknownparam1={"very" * 20};{"l" * 100}=short;{"very" * 25}NoValue>',
        From=f"sip:{'amazinglylong' * 5}callername@example.net;tag={'12982' * 50}424;unknownheaderparam{'n' * 60}=x",
        extra=(*vias, f"Unknown-{long}Name: unknown-{long}value; with-param=x", "X: " + "y" * 4000),
        Contact=f"<sip:{'amazinglylong' * 5}callername@host5.example.net>",
        says={"vias": "34", "to": name, "to user": "bob", "from user": "amazinglylong" * 5 + "callername",
              "cseq": "3882340 INVITE"},
    )  # fmt: skip


def invalid() -> Iterator[Torture]:
    """§3.1.2: 400 as a rule; a few of them may be taken as they were meant."""
    extra = "SIP/2.0/UDP 192.0.2.15;;,;,,"
    yield torture("badinv01", "3.1.2.1", 400, Via=extra, Contact='"Joe" <sip:joe@example.org>;;;;')
    yield torture("clerr", "3.1.2.2", 400, Content_Length="9999")
    yield torture("ncl", "3.1.2.3", 400, Content_Length="-999")
    yield torture(
        "scalar02", "3.1.2.4", 400, "REGISTER", CSeq="36893488147419103232 REGISTER", Max_Forwards="300",
        Contact="<sip:alice@host129.example.com>;expires=280297596632815", extra=("Expires: 1" + "0" * 42,),
    )  # fmt: skip
    yield response("scalarlg", "3.1.2.5", "SIP/2.0 503 Service Unavailable", CSeq="9292394834772304023312 OPTIONS")
    yield torture("quotbal", "3.1.2.6", 400, To='"Mr. B. Builder <sip:bob@example.com>')
    yield torture("ltgtruri", "3.1.2.7", 400, uri="<sip:bob@example.com>")
    yield torture("lwsruri", "3.1.2.8", 400, uri="sip:bob@example.com; lr")
    yield torture("lwsstart", "3.1.2.9", 400, first="INVITE  sip:bob@example.com  SIP/2.0")
    yield torture("trws", "3.1.2.10", 400, "OPTIONS", first="OPTIONS sip:bob@example.com SIP/2.0  ")
    # Taken, but the header in the URI is not.
    yield torture("escruri", "3.1.2.11", "call", uri="sip:bob@example.com?Route=%3Csip:example.com%3E")
    yield torture("baddate", "3.1.2.12", "call", extra=("Date: Fri, 01 Jan 2010 16:00:00 EST",))
    yield torture(
        "regbadct", "3.1.2.13", 405, "REGISTER", Contact="sip:bob@example.com?Route=%3Csip:sip.example.com%3E"
    )
    yield torture(
        "badaspec", "3.1.2.14", 200, "OPTIONS", To='"Watson, Thomas" < sip:bob@example.com >', says={"to user": "bob"}
    )
    yield torture(
        "baddn", "3.1.2.15", 200, "OPTIONS", To="Watson, Thomas <sip:bob@example.com>", says={"to user": "bob"}
    )
    yield torture(
        "badvers", "3.1.2.16", 505, "OPTIONS", first="OPTIONS sip:bob@example.com SIP/7.0",
        Via="SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw",
    )  # fmt: skip
    yield torture("mismatch01", "3.1.2.17", 400, "OPTIONS", CSeq="8 INVITE")
    yield torture("mismatch02", "3.1.2.18", 400, "NEWMETHOD", CSeq="8 INVITE", body=SDP)
    yield response("bigcode", "3.1.2.19", "SIP/2.0 4294967301 better not break the receiver")


def beyond_syntax() -> Iterator[Torture]:
    """§3.2 to §3.4: well written, and still no good, or from another time."""
    yield torture("badbranch", "3.2.1", 200, "OPTIONS", Via="SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK")
    yield torture("insuf", "3.3.1", 400, Call_ID="", From="", To="", Contact="")
    yield torture("unkscm", "3.3.2", 416, "OPTIONS", "nobodyKnowsThisScheme:totallyopaquecontent")
    yield torture("novelsc", "3.3.3", 416, "OPTIONS", "soap.beep://192.0.2.103:3002")
    yield torture(
        "unksm2", "3.3.4", 405, "REGISTER", To="isbn:2983792873", From="<http://www.example.com>;tag=3234233",
        Contact="<name:John_Smith>",
    )  # fmt: skip
    yield torture(
        "bext01", "3.3.5", 420, "OPTIONS", has="Unsupported: nothingSupportsThis, nothingSupportsThisEither",
        Require="nothingSupportsThis, nothingSupportsThisEither", Proxy_Require="noProxiesSupportThis",
    )  # fmt: skip
    yield torture(
        "invut",
        "3.3.6",
        415,
        body="<audio><pcmu port='443'/></audio>",
        Content_Type="application/unknownformat",
        has="Accept: ",
    )
    yield torture("regaut01", "3.3.7", 405, "REGISTER", extra=("Authorization: NoOneKnowsThisScheme opaque-data=here",))
    yield torture(
        "multi01", "3.3.8", 400,
        extra=("CSeq: 59 INVITE", "Call-ID: another@192.0.2.1", "To: <sip:carol@example.com>",
               "From: <sip:other@example.com>;tag=2932", "Max-Forwards: 5", "Content-Type: multipart/mixed"),
    )  # fmt: skip
    yield torture(
        "mcl01",
        "3.3.9",
        400,
        "OPTIONS",
        body="Who knows how many of these octets count?",
        Content_Length="13",
        extra=("Content-Length: 5",),
    )
    yield response(
        "bcast",
        "3.3.10",
        "SIP/2.0 200 OK",
        Via="SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923",
        extra=("Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23",),
    )
    yield torture("zeromf", "3.3.11", 200, "OPTIONS", Max_Forwards="0")
    number = "sip:+15105550133@gw1.example.net;unknownparam"
    yield torture("cparam01", "3.3.12", 405, "REGISTER", Contact=number)
    yield torture("cparam02", "3.3.13", 405, "REGISTER", Contact=f"<{number}>")
    yield torture(
        "regescrt", "3.3.14", 405, "REGISTER", Contact="<sip:bob@example.com?Route=%3Csip:sip.example.com%3E>"
    )
    yield torture("sdp01", "3.3.15", 406, extra=("Accept: text/nobodyKnowsThis",))
    # No tag, no branch, no Contact: the RFC leaves it open, and there would be nowhere to send our BYE.
    yield torture(
        "inv2543",
        "3.4.1",
        400,
        Via="SIP/2.0/UDP iftgw.example.com",
        Max_Forwards="",
        From="<sip:+15105550133@example.net;user=phone>",
        Contact="",
        Content_Length="",
    )


AS_INVITE: dict[str, Outcome] = {
    "escnull": "call", "dblreq": "call", "scalar02": 400, "regbadct": "call", "unksm2": 400, "regaut01": "call",
    "cparam01": "call", "cparam02": "call", "regescrt": "call",
}  # fmt: skip


def as_invite(message: Torture) -> Torture:
    name = f"{message.name}-invite"
    lines = [line.replace("REGISTER", "INVITE").replace(f"{message.name}@", f"{name}@") for line in message.lines]
    lines = [line.replace(f"z9hG4bK-{message.name}", f"z9hG4bK-{name}") for line in lines]
    return Torture(
        name, message.section, AS_INVITE[message.name], lines, message.body, message.says, "", message.behind
    )


THE_49 = [*valid(), *invalid(), *beyond_syntax()]
MESSAGES = [*THE_49, *(as_invite(message) for message in THE_49 if message.name in AS_INVITE)]
