"""A leg's own half of offer and answer over the whole call: one id, a rising version, hold and resume. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gateway.sip.wire.sdp import read_answer, read_offer, write_answer, write_offer
from gateway.sip.wire.sdp_media import Direction, MediaChoice, MediaPolicy
from gateway.sip.wire.sdp_write import numbers_of

Write = Callable[[int], bytes]  # a description with this version


class MediaSession:
    """`choice` is what is settled now, None before; `willing` is the direction we want, set it to hold or resume.

    An offer of theirs: `answer`. One of ours, first or later: `offer`, then `take_answer`. All raise SdpRefused, and
    then nothing has changed. `key` is 30 random bytes, needed wherever the policy lets audio be encrypted.
    """

    def __init__(
        self, host: str, port: int, *, session_id: int, policy: MediaPolicy | None = None, key: bytes | None = None
    ) -> None:
        self.policy = policy or MediaPolicy()
        self.choice: MediaChoice | None = None
        self.willing: Direction = "sendrecv"
        self.version = 0
        self.described = b""  # what we said last, for a peer that asks again without any change
        self._host, self._port, self._session_id = host, port, session_id
        self._key = key

    def answer(self, offer: bytes) -> bytes:
        """Takes an offer: the first one, or one that moves, holds, resumes or changes the codec."""
        choice = read_offer(offer, self.policy)
        if choice.crypto:
            choice = replace(choice, local_key=self._key)
        body = self._versioned(
            lambda version: write_answer(
                choice, offer, self._host, self._port, self._session_id, version, willing=self.willing
            )
        )
        self.choice = choice
        return body

    def offer(self) -> bytes:
        """Our offer: in an INVITE, in the 200 to one without a body, or in a re-INVITE that holds or resumes."""
        return self._versioned(
            lambda version: write_offer(
                self._host, self._port, session_id=self._session_id, version=version, policy=self.policy,
                direction=self.willing, key=self._key, current=self.choice,
            )
        )  # fmt: skip

    def take_answer(self, body: bytes) -> MediaChoice:
        """What they chose of our last offer."""
        _, events, _ = numbers_of(self.policy, self.choice)
        self.choice = read_answer(body, self._expected(), local_key=self._key, offered_event_pt=events)
        return self.choice

    def _expected(self) -> MediaPolicy:
        encrypted = self.choice is not None and self.choice.crypto is not None
        return replace(self.policy, encryption="require") if encrypted else self.policy

    def _versioned(self, write: Write) -> bytes:
        """The same version for the same words, the next one for others (RFC 3264 §8)."""
        if self.described and write(self.version) == self.described:
            return self.described
        self.described = write(self.version + 1)
        self.version += 1
        return self.described
