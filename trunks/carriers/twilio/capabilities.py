"""What Twilio's Elastic SIP trunking can do by program, and how much of it."""

from __future__ import annotations

from trunks.carriers.capabilities import YES, Answer, Capabilities, Limits

# Twilio publishes no rate for its API, only that too many requests at once are refused: this pace is ours.
REQUESTS_PER_S = 20.0

# From where calls come, one network per region; media comes from 168.86.128.0/18.
# Published at https://www.twilio.com/docs/sip-trunking/ip-addresses
SOURCES = (
    "54.172.60.0/30", "54.244.51.0/30", "54.171.127.192/30", "35.156.191.128/30", "54.65.63.192/30",
    "54.169.127.128/30", "54.252.254.64/30", "177.71.206.192/30",
)  # fmt: skip

CAPABILITIES = Capabilities(
    name="Twilio",
    limits=Limits(requests_per_s=REQUESTS_PER_S, calls_per_s=1, trunks=100),
    search_numbers=YES,
    buy_numbers=Answer("yes", "in some countries an address or an approved bundle comes first"),
    prices_before_purchase=Answer("yes", "by country and kind"),
    calls_in=YES,
    calls_out_by_password=Answer("yes", "a password is never shown again: one changed by hand goes unseen"),
    calls_out_by_address=Answer("yes", "IPv4"),
    transports=Answer("yes", "UDP, TCP, TLS"),
    encrypted_audio=Answer("yes", "SRTP and TLS together, on the whole trunk"),
    refer=Answer("yes", "switched on per trunk"),
    caller_names=Answer("yes", "numbers of the USA, each look-up costs"),
    dtmf=Answer("partly", "RFC 4733"),
    records_of_calls=Answer("yes", "with prices, minutes later; no SIP Call-ID"),
    signed_webhooks=Answer("yes", "HMAC with the account's token; no time in it, so a replay goes unseen"),
    caller_verdicts=Answer("partly", "a header, on calls that had an Identity"),
    by_people=Answer("partly", "addresses, bundles, countries that may be called, end of a trial"),
)
