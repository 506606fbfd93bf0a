"""How the phone of a call out is spoken with: the trunk's terms, and what the request wants within them. Pure."""

from __future__ import annotations

from livekit.protocol.sip import SIPMediaConfig, SIPMediaEncryption

from gateway.calls.admission import MediaTerms

_ENCRYPTION = {
    SIPMediaEncryption.SIP_MEDIA_ENCRYPT_DISABLE: "none",
    SIPMediaEncryption.SIP_MEDIA_ENCRYPT_ALLOW: "allow",
    SIPMediaEncryption.SIP_MEDIA_ENCRYPT_REQUIRE: "require",
}
_STRICTNESS = ("none", "allow", "require")


def terms_within(trunk: MediaTerms, wanted: SIPMediaConfig) -> MediaTerms:
    """Codecs in the order that is wanted, none that the trunk does not allow; of two ways to encrypt the stricter one.

    When nothing of what is wanted is allowed, the trunk's codecs stand."""
    named = [codec for one in wanted.codecs for codec in trunk.codecs if codec == one.name.upper()]
    rest = () if wanted.only_listed_codecs and named else trunk.codecs
    asked_for = _ENCRYPTION.get(wanted.encryption, "none")
    changes: dict[str, object] = {
        "codecs": tuple(dict.fromkeys((*named, *rest))),
        "encryption": max(trunk.encryption, asked_for, key=_STRICTNESS.index),
    }
    if wanted.HasField("media_timeout"):
        changes["timeout_s"] = max(1, wanted.media_timeout.seconds)
    return trunk.model_copy(update=changes)
