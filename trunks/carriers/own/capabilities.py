"""What a trunk of one's own can do: mostly what its PBX can."""

from __future__ import annotations

from trunks.carriers.capabilities import YES, Answer, Capabilities, Limits

_BY_THE_PBX = "as the PBX does; trunk test measures it"

CAPABILITIES = Capabilities(
    name="Own trunk or PBX",
    limits=Limits(),
    search_numbers=Answer("no", "it sells none"),
    buy_numbers=Answer("no", "the numbers are yours already"),
    prices_before_purchase=Answer("no", "nothing is bought"),
    calls_in=Answer("partly", "people enter what the template says"),
    calls_out_by_password=Answer("yes", "not at 3CX"),
    calls_out_by_address=YES,
    transports=Answer("yes", "UDP, TCP, TLS"),
    encrypted_audio=Answer("yes", "SRTP with keys in SDP"),
    refer=Answer("unknown", _BY_THE_PBX),
    caller_names=Answer("partly", "what the PBX sends along"),
    dtmf=Answer("unknown", _BY_THE_PBX),
    records_of_calls=Answer("no", "the gateway's own only, without prices"),
    signed_webhooks=Answer("no", "there are none"),
    caller_verdicts=Answer("partly", "an Identity header, if the PBX passes it on"),
    by_people=Answer("partly", "all settings of the PBX, from a template"),
)
