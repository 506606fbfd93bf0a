"""What Telnyx's SIP trunking can do by program, and how much of it."""

from __future__ import annotations

from trunks.carriers.capabilities import YES, Answer, Capabilities, Limits

# Telnyx limits each kind of request by itself and tells in its answers how much is left: this pace is ours.
REQUESTS_PER_S = 20.0

# Where calls to connections of region US come from; published at https://sip.telnyx.com
SOURCES = ("192.76.120.10/32", "64.16.250.10/32")

CAPABILITIES = Capabilities(
    name="Telnyx",
    limits=Limits(
        requests_per_s=REQUESTS_PER_S,
        calls_per_s=20,  # from one address or user name
        concurrent_calls=2,  # 10 after the account is verified, then more on request
    ),
    search_numbers=YES,
    buy_numbers=Answer("yes", "orders take a while; some countries ask for papers, which people look at"),
    prices_before_purchase=YES,
    calls_in=Answer("yes", "to names in the DNS, three at most, all by one transport"),
    calls_out_by_password=Answer("yes", "to the US and Canada until more is allowed in the outbound voice profile"),
    calls_out_by_address=Answer("yes", "single addresses, and only without a password"),
    transports=Answer("yes", "UDP, TCP, TLS"),
    encrypted_audio=Answer("partly", "SRTP over UDP and TCP; refused together with TLS"),
    refer=Answer("partly", "without a switch; only with a Diversion header that names a number of the account"),
    caller_names=Answer("yes", "by number"),
    dtmf=Answer("yes", "telephone events; SIP INFO and tones by connection"),
    records_of_calls=Answer("yes", "with the price, once rated"),
    signed_webhooks=Answer("yes", "Ed25519"),
    caller_verdicts=Answer("yes", "verstat in P-Asserted-Identity, and the Identity header"),
    by_people=Answer("partly", "paid account, verification level, papers for numbers in some countries"),
)
