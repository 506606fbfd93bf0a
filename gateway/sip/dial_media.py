"""The codecs and the encryption that a request for a call out wants (livekit.SIPMediaConfig). Pure."""

from __future__ import annotations

from typing import get_args

from livekit.protocol.sip import SIPMediaConfig, SIPMediaEncryption

from gateway.sip.wire.sdp_media import Codec, Encryption, MediaPolicy

_ENCRYPTION: dict[int, Encryption] = {
    SIPMediaEncryption.SIP_MEDIA_ENCRYPT_DISABLE: "none",
    SIPMediaEncryption.SIP_MEDIA_ENCRYPT_ALLOW: "allow",
    SIPMediaEncryption.SIP_MEDIA_ENCRYPT_REQUIRE: "require",
}


def media_policy(wanted: SIPMediaConfig) -> MediaPolicy:
    """Codecs we do not speak are left out; when none is left, ours stand."""
    usual = MediaPolicy()
    ours: tuple[Codec, ...] = get_args(Codec)
    named: list[Codec] = [codec for one in wanted.codecs for codec in ours if codec == one.name.upper()]
    rest = () if wanted.only_listed_codecs and named else usual.codecs
    codecs: dict[Codec, None] = dict.fromkeys((*named, *rest))
    return MediaPolicy(codecs=(*codecs,), encryption=_ENCRYPTION.get(wanted.encryption, "none"))
