"""Any other PBX, session border controller or SIP trunk: what it must be told, whatever it calls it."""

from __future__ import annotations

from trunks.carriers.own.templates.filled import CALL_LISTED, TRUNK_TEST, Check, Filled, Given, Part, uri_host


def fill(wanted: Given) -> Filled:
    numbers = ", ".join(f"+{number}" for number in wanted.numbers)
    to = [
        f"Send calls for {numbers} to:",
        *(f"  sip:+NUMBER@{uri_host(one.host)}:{one.port};transport={one.transport}" for one in wanted.targets),
        "in this order; the called number stands in the request URI as E.164 with its plus.",
        "No registration, and no login: the gateway lets this side in by address.",
    ]
    login = (
        f"with digest authentication, user name {wanted.username}, password {wanted.password}"
        if wanted.username
        else "without a password"
    )
    sources = ", ".join(wanted.sources)
    out = [
        f"Let calls in from {sources}, {login}.",
        "They dial E.164 with its plus, and name the caller in From.",
        f"REFER within a call: {'allowed' if wanted.refer else 'not needed'}.",
    ]
    media = [
        "Codecs: G.722, PCMU, PCMA. Digits: telephone-event (RFC 4733).",
        f"Audio: {'SRTP with keys in SDP (RFC 4568)' if wanted.secure else 'RTP'}.",
        "OPTIONS is answered in both directions.",
    ]
    return Filled(
        (
            Part("Calls for the gateway", "\n".join(to)),
            Part("Calls from the gateway", "\n".join(out)),
            Part("Both", "\n".join(media)),
        ),
        (
            Check("Read what you have entered once more.", wanted.unfilled() or "It says the same as this page."),
            Check(f"Call +{wanted.numbers[0]} from a telephone.", CALL_LISTED),
            TRUNK_TEST,
        ),
    )
