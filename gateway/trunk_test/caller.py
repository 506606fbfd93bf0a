"""A phone of ours that speaks straight to the far end of a trunk: one call, with everything a trunk is tested for.

Made of the same parts as the SIP node and `gateway.phone`: their user agent, their audio, their offers and answers.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from types import TracebackType

import numpy as np

from gateway.kernel.errors import BadInput
from gateway.settings import SipSettings
from gateway.sip.rtp.endpoint import RtpEndpoint
from gateway.sip.rtp.g711 import SAMPLE_RATE, Samples
from gateway.sip.rtp.info_digits import RELAY, write_info
from gateway.sip.rtp.ports import PortPool
from gateway.sip.wire.calls import CallFailed
from gateway.sip.wire.message import Request, Response
from gateway.sip.wire.refer import ReferOutcome
from gateway.sip.wire.sdp import MediaChoice, MediaPolicy, SdpRefused
from gateway.sip.wire.sdp_session import MediaSession
from gateway.sip.wire.tls import TlsOptions
from gateway.sip.wire.ua import OutgoingCall, UserAgent
from gateway.sip.wire.udp import Address
from gateway.sip.wire.uri import bracketed

FRAME = SAMPLE_RATE // 50
SILENCE: Samples = np.zeros(FRAME, np.int16)
LOUD = 330  # RMS, about -40 dBFS
QUIET_FRAMES = 50  # a second without sound
MOST_HEARD_S = 120
REFER_WITHIN_S = 8.0
END_WITHIN_S = 2.0
SRTP_KEY_BYTES = 30


@dataclass(frozen=True)
class Far:
    """The far end: where it is, and how it wants to be spoken to. `transport` is udp, tcp or tls."""

    host: str
    address: Address
    transport: str
    user: str = ""
    password: str = field(default="", repr=False)
    policy: MediaPolicy = field(default_factory=MediaPolicy)

    def uri(self, number: str) -> str:
        way = f";transport={self.transport}" if self.transport != "udp" else ""
        return f"sip:{number}@{bracketed(self.host)}:{self.address[1]}{way}"


class TestCaller:
    """`async with TestCaller(sip, far) as caller: await caller.call(…)`; what was heard stays in `heard`."""

    __test__ = False  # no test of pytest's, whatever its name

    def __init__(self, sip: SipSettings, far: Far) -> None:
        """Raises OSError, Overloaded, or BadInput for TLS where this installation has no certificate."""
        self._far, self._host = far, own_host(sip.host, far.address)
        self._agent = UserAgent(
            self._host, 0, advertised_host=sip.advertised_host, tls=_tls(sip, far.transport),
            on_invite=lambda call: call.reject(480),
        )  # fmt: skip
        self._rtp = RtpEndpoint(PortPool(self._host, sip.rtp_port_min, sip.rtp_port_max))
        key = secrets.token_bytes(SRTP_KEY_BYTES)
        self._media = MediaSession(
            sip.advertised_host or self._host, self._rtp.local_port, session_id=secrets.randbits(31), policy=far.policy,
            key=key,
        )  # fmt: skip
        self._line: OutgoingCall | None = None
        self._saying: deque[Samples] = deque()
        self._said = asyncio.Event()
        self._began_saying = 0.0
        self.heard: deque[tuple[float, Samples]] = deque(maxlen=MOST_HEARD_S * 50)
        self.heard_sound = False
        self.on_tone: Callable[[str], None] = lambda digit: None
        self._quiet, self._is_quiet = 0, asyncio.Event()
        self.ended = asyncio.Event()
        self.rang_ms: float | None = None

    async def __aenter__(self) -> TestCaller:
        await self._agent.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rtp.close()
        await self._agent.stop()

    @property
    def _server_name(self) -> str:
        return self._far.host if self._far.transport == "tls" else ""

    # -- signalling -------------------------------------------------------------------------------------------

    async def options(self, number: str, within_s: float) -> tuple[int, float]:
        """The status that an OPTIONS is answered with, 0 for none, and milliseconds. Raises OSError, TimeoutError."""
        hop = await self._agent.way_to(self._far.address, self._far.transport, self._server_name)
        request = Request(method="OPTIONS", uri=self._far.uri(number))
        own = f"{bracketed(self._host)}:{self._agent.port}"
        for name, value in (
            ("Max-Forwards", "70"),
            ("From", f"<sip:{own}>;tag={secrets.token_hex(8)}"),
            ("To", f"<{request.uri}>"),
            ("Call-ID", f"{secrets.token_hex(12)}@{self._host}"),
            ("CSeq", "1 OPTIONS"),
        ):
            request.add(name, value)
        self._agent.add_contact(request, hop)
        answered: asyncio.Future[Response] = asyncio.get_running_loop().create_future()

        def take(response: Response) -> None:
            if response.status >= 200 and not answered.done():
                answered.set_result(response)

        began = time.monotonic()
        self._agent.send(self._agent.with_via(request, hop), hop, take, lambda: None)
        try:
            async with asyncio.timeout(within_s):
                status = (await answered).status
        except TimeoutError:
            status = 0
        return status, (time.monotonic() - began) * 1000

    async def call(self, number: str, *, shows: str, within_s: float) -> float:
        """Milliseconds to the answer. Raises CallFailed, SdpRefused, BadInput, OSError, TimeoutError."""
        far = self._far
        credentials = (far.user, far.password) if far.user else None
        began = time.monotonic()
        line = await self._agent.call(
            far.uri(number), offer_sdp=self._media.offer(), from_user=shows, from_host=far.host,
            credentials=credentials, transport=far.transport, address=far.address, server_name=self._server_name,
        )  # fmt: skip
        self._line = line

        def ringing() -> None:
            if self.rang_ms is None:
                self.rang_ms = (time.monotonic() - began) * 1000

        line.on_ringing, line.on_bye, line.on_lost = ringing, self.ended.set, self.ended.set
        line.on_reinvite = lambda offer: self._media.offer() if offer is None else self._reoffered(offer)
        async with asyncio.timeout(within_s):
            answer = await line.answered()
        took = (time.monotonic() - began) * 1000
        self._listen(self._media.take_answer(answer))
        return took

    async def hang_up(self) -> None:
        if self._line and not self.ended.is_set():
            self.ended.set()
            bye = asyncio.ensure_future(self._line.hangup())  # repeated for longer, but nobody waits for that
            await asyncio.wait([bye], timeout=END_WITHIN_S)
            bye.cancel()

    async def hold(self, on: bool) -> int:
        """The status that the re-INVITE is answered with."""
        assert self._line is not None
        before, self._media.willing = self._media.willing, "sendonly" if on else "sendrecv"
        try:
            self._rtp.retarget(self._media.take_answer(await self._line.reinvite(self._media.offer())))
        except CallFailed as failed:
            self._media.willing = before
            return failed.code
        except (SdpRefused, BadInput):
            self._media.willing = before
            return 488
        return 200

    async def refer(self, number: str) -> ReferOutcome:
        assert self._line is not None
        try:
            return await self._line.refer(self._far.uri(number), within_s=REFER_WITHIN_S)
        except CallFailed as failed:
            return ReferOutcome("failure", failed.code)

    # -- keys and sound ---------------------------------------------------------------------------------------

    @property
    def codec(self) -> str:
        return self._media.choice.codec if self._media.choice else ""

    @property
    def is_encrypted(self) -> bool:
        return self._media.choice is not None and self._media.choice.crypto is not None

    @property
    def takes_events(self) -> bool:
        return self._rtp.takes_events

    async def press_event(self, digit: str) -> None:
        await self._rtp.send_digits(digit, tone_ms=160)

    async def press_info(self, digit: str) -> int:
        """The status that the INFO is answered with."""
        assert self._line is not None
        return await self._line.send_info(RELAY, write_info(digit))

    async def press_tone(self, digit: str) -> None:
        await self._rtp.send_tones(digit, tone_ms=200)

    async def say(self, samples: Samples) -> float:
        """Plays it to its end; when its first frame went out, monotonic seconds."""
        self._said.clear()
        self._began_saying = 0.0
        self._saying.extend(frames_of(samples))
        await self._said.wait()
        return self._began_saying

    async def quiet(self) -> None:
        """Returns once nothing was heard for a second."""
        self._is_quiet.clear()
        self._quiet = 0
        await self._is_quiet.wait()

    @property
    def figures(self) -> dict[str, float]:
        return self._rtp.stats

    def _listen(self, choice: MediaChoice) -> None:
        self._rtp.on_frame = self._frame
        self._rtp.on_tone = lambda digit, ms: self.on_tone(digit)
        self._rtp.pull = self._mouth
        self._rtp.watch_tones()
        self._rtp.start(choice)

    def _reoffered(self, offer: bytes) -> bytes:
        answer = self._media.answer(offer)
        assert self._media.choice is not None
        self._rtp.retarget(self._media.choice)
        return answer

    def _mouth(self) -> Samples:
        """Every 20 ms: a phone's microphone is always open."""
        if not self._saying:
            return SILENCE
        self._began_saying = self._began_saying or time.monotonic()
        frame = self._saying.popleft()
        if not self._saying:
            self._said.set()
        return frame

    def _frame(self, frame: Samples, at: float) -> None:
        self.heard.append((at, frame))
        loud = float(np.sqrt(np.mean(np.square(frame.astype(np.float32))))) > LOUD
        self.heard_sound = self.heard_sound or loud
        self._quiet = 0 if loud else self._quiet + 1
        if self._quiet >= QUIET_FRAMES:
            self._is_quiet.set()


def frames_of(samples: Samples) -> Iterable[Samples]:
    """20 ms each; what is left over is filled up with silence."""
    whole = np.concatenate([samples, np.zeros(-len(samples) % FRAME, np.int16)])
    return (whole[at : at + FRAME] for at in range(0, len(whole), FRAME))


def own_host(bound: str, to: Address) -> str:
    """The address that we send from, where the node is bound to all of them."""
    if bound not in ("0.0.0.0", "::"):
        return bound
    family = socket.AF_INET6 if ":" in to[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect(to)
        return str(probe.getsockname()[0])


def _tls(sip: SipSettings, transport: str) -> TlsOptions | None:
    if transport != "tls":
        return None
    options = TlsOptions.from_settings(sip)
    if options is None:
        raise BadInput(
            "the trunk wants TLS, and this installation has no certificate", code="trunk_test.tls",
            todo="set GATEWAY_SIP__TLS_PORT, GATEWAY_SIP__TLS_CERTIFICATE and GATEWAY_SIP__TLS_PRIVATE_KEY",
        )  # fmt: skip
    return replace(options, port=0)
