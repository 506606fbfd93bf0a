"""What Wavix can do by program, and how much of it."""

from __future__ import annotations

from trunks.carriers.capabilities import NO, YES, Answer, Capabilities, Limits

# Wavix publishes no rate for its API: this pace is ours.
REQUESTS_PER_S = 10.0

CAPABILITIES = Capabilities(
    name="Wavix",
    limits=Limits(requests_per_s=REQUESTS_PER_S, concurrent_calls=2),
    search_numbers=Answer("partly", "by city; areas and digits are compared here"),
    buy_numbers=Answer("yes", "some ask for papers, which people look at; our tag stands in the call status URL"),
    prices_before_purchase=YES,
    calls_in=Answer("yes", "each number by itself, to SIP addresses"),
    calls_out_by_password=Answer("yes", "Flex Pro accounts; Wavix gives the user name, and shows no password again"),
    calls_out_by_address=Answer("partly", "one address, once people at Wavix have approved it"),
    transports=Answer("partly", "UDP, TCP; TLS on request"),
    encrypted_audio=Answer("partly", "once people at Wavix have allowed it"),
    refer=Answer("partly", "without a switch; to other Wavix numbers only"),
    caller_names=Answer("no", "no switch in the API"),
    dtmf=Answer("partly", "RFC 4733"),
    records_of_calls=Answer("yes", "with the price; no SIP Call-ID"),
    signed_webhooks=NO,
    caller_verdicts=Answer("unknown"),
    by_people=Answer("partly", "papers, addresses, encryption, more than one caller ID, more than two calls"),
)
