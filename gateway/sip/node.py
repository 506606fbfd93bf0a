"""The SIP node: `gateway sip`. SIP and RTP on one side, LiveKit rooms on the other."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import time

import httpx

from compliance.capture.choice import tokeniser_of
from gateway.calls.fact_sender import FactSender
from gateway.calls.facts import InviteRefused, NumbersPii
from gateway.calls.slugs import STRANGERS
from gateway.kernel.core_dumps import never_dump_core
from gateway.kernel.e164 import from_sip_user
from gateway.kernel.errors import NotFound
from gateway.kernel.ids import new_id
from gateway.kernel.logs import get_logger
from gateway.kernel.role_tokens import RoleTokens
from gateway.kernel.tasks import TaskSet
from gateway.settings import Settings
from gateway.sip.bus.connection import BusConnection
from gateway.sip.bus.io_info import SERVICE, IoInfo
from gateway.sip.bus.psrpc import PsrpcClient
from gateway.sip.bus.serving import PsrpcServer
from gateway.sip.bus.sip_internal import DIAL, TRANSFER
from gateway.sip.bus.sip_internal import SERVICE as SIP_SERVICE
from gateway.sip.caller_audio import warm_up
from gateway.sip.control_plane import ControlPlane
from gateway.sip.dial_address import HostAddresses
from gateway.sip.dialler import Dialler
from gateway.sip.endings import ending
from gateway.sip.gate import Gate
from gateway.sip.inbound import InboundCall, record_refusal
from gateway.sip.invite import clean, numbers_of
from gateway.sip.line import PhoneLine
from gateway.sip.loss_policy import LossPolicies
from gateway.sip.outbound import OutboundCall
from gateway.sip.outbound_gate import OutboundGate
from gateway.sip.outbound_services import OutboundServices
from gateway.sip.rtp.ports import PortPool
from gateway.sip.services import NodeServices
from gateway.sip.source_guard import SourceGuard
from gateway.sip.transfers import Transfers
from gateway.sip.wire.tls import TlsOptions
from gateway.sip.wire.ua import BadInvite, IncomingCall, UserAgent

ALIVE_EVERY_S = 2.0
BUS_WITHIN_S = 2.0
Leg = InboundCall | OutboundCall

_log = get_logger(__name__)


class SipNode:
    """`await start()`, then calls come in; `drain()`, then `await empty()`, then `await stop()`."""

    def __init__(self, settings: Settings, *, control_plane_transport: httpx.AsyncBaseTransport | None = None) -> None:
        sip = settings.sip
        self.name = f"{sip.node_id}.{new_id('node')}" if sip.node_id else new_id("node")
        tokens = RoleTokens(settings.keys_dir)
        self._bus = BusConnection(settings.redis_url)
        self._control_plane = ControlPlane(
            settings.api.internal_url,
            tokens,
            self.name,
            within_s=sip.admission_within_s,
            transport=control_plane_transport,
        )
        io_info = IoInfo(PsrpcClient(self._bus, SERVICE))
        policies = LossPolicies(settings.state_dir / "sip" / "loss_policies.json")
        self._services = NodeServices(
            settings=settings,
            node=self.name,
            io_info=io_info,
            gate=Gate(io_info, self._control_plane, policies, sip.realm, self.name),
            facts=FactSender(
                settings.api.internal_url,
                tokens,
                "node",
                f"node:{self.name}",
                settings.spool_dir,
                transport=control_plane_transport,
            ),
            ports=PortPool(sip.host, sip.rtp_port_min, sip.rtp_port_max),
            tokens=tokens,
            background=TaskSet(),
            tokeniser=tokeniser_of(settings.capture),
        )
        self._guard = SourceGuard(
            per_source_s=sip.invites_per_source_s, per_number_s=sip.invites_per_number_s, tries=sip.scanner_tries
        )
        self._agent = UserAgent(
            sip.host,
            sip.port,
            advertised_host=sip.advertised_host,
            tcp=sip.tcp,
            tls=TlsOptions.from_settings(sip),
            on_invite=self._on_invite,
            on_malformed=self._on_malformed,
            hears=lambda source: self._guard.hears(source, time.monotonic()),
        )
        outbound = OutboundServices(
            self._services, OutboundGate(self._control_plane, self.name), self._agent, HostAddresses()
        )
        self._dialler = Dialler(outbound, self._take, self._has_room)
        self._transfers = Transfers(self._services, outbound.gate, self._find)
        self._server = PsrpcServer(self._bus, SIP_SERVICE)
        self._most_calls, self._most_setting_up = sip.max_calls, sip.max_setting_up
        self._live: dict[str, Leg] = {}
        self._draining = False
        self._empty = asyncio.Event()
        self._empty.set()
        self._calls = TaskSet()
        self._loops = TaskSet()

    @property
    def port(self) -> int:
        return self._agent.port

    @property
    def calls(self) -> int:
        """How many are on."""
        return len(self._live)

    @property
    def silenced(self) -> int:
        """How many sources are scanners now."""
        return self._guard.silenced

    async def start(self) -> None:
        await warm_up()
        await self._services.facts.start()
        await self._agent.start()
        await self._server.serve(DIAL, self._dialler.dial, affinity=self._affinity)
        await self._bus.start()
        with contextlib.suppress(TimeoutError):  # without Redis it starts all the same
            async with asyncio.timeout(BUS_WITHIN_S):
                await self._bus.until_connected()
        self._loops.start(self._stay_alive(), name="node:alive")
        gc.collect()
        gc.freeze()  # what lives from the start on need not be looked at in the middle of a call
        _log.info("node_ready", node=self.name, port=self.port)

    def _on_invite(self, call: IncomingCall) -> None:
        crowded = self._guard.take(call.source[0], numbers_of(call).dnis, time.monotonic()) == "busy"
        if crowded or not self._has_room() or self._setting_up() >= self._most_setting_up:
            how = ending("draining" if self._draining else "too_many_calls" if crowded else "over_capacity")
            record_refusal(self._services, call, new_id("call"), how)
            call.reject(how.code, headers=how.headers)
            return
        self._take(InboundCall(call, self._services))

    def _setting_up(self) -> int:
        """Rather a refusal at once than an answer that comes late for everybody."""
        return sum(isinstance(leg, InboundCall) and leg.is_setting_up for leg in self._live.values())

    def _has_room(self) -> bool:
        return not self._draining and len(self._live) < self._most_calls

    def _affinity(self) -> float:
        """How gladly this node takes one more call out: 1 when idle, below 0 for not at all."""
        if not (self._has_room() and self._bus.settled):
            return -1.0
        return 1.0 - len(self._live) / self._most_calls

    def _take(self, leg: Leg) -> None:
        self._live[leg.call_id] = leg
        self._empty.clear()
        self._calls.start(self._carry(leg), name="node:call")

    def _on_malformed(self, bad: BadInvite) -> None:
        """The wire refused it; worth a line in the call log only if it says who called whom."""
        self._guard.refused(bad.source[0], time.monotonic())
        if not (bad.from_user or bad.to_user):
            return
        self._services.facts.record(
            InviteRefused,
            new_id("call"),
            sip_call_id=clean(bad.sip_call_id),
            transport=bad.transport,
            node=self.name,
            sip_code=bad.code,
            slug="malformed",
            pii=NumbersPii(
                ani=clean(from_sip_user(bad.from_user)),
                dnis=clean(from_sip_user(bad.to_user)),
                source_address=bad.source[0],
            ),
        )

    def _find(self, leg_id: str) -> Leg | None:
        return next((leg for leg in self._live.values() if leg.leg_id == leg_id), None)

    async def _carry(self, leg: Leg) -> None:
        """Redis must not keep the call waiting: that it can be transferred is arranged beside it."""
        serving = asyncio.ensure_future(self._server.serve(TRANSFER, self._transfers.transfer, topic=leg.leg_id))
        try:
            await leg.run()
            if isinstance(leg, InboundCall):
                self._judge(leg)
        finally:
            del self._live[leg.call_id]
            serving.add_done_callback(lambda _: self._stop_serving(leg.leg_id))
            if isinstance(leg, OutboundCall):
                self._dialler.over(leg)
            if not self._live:
                self._empty.set()

    def _judge(self, leg: InboundCall) -> None:
        source = leg.source
        if leg.admitted:
            self._guard.let_in(source)
        elif leg.slug in STRANGERS and self._guard.refused(source, time.monotonic()):
            _log.warning("scanner_silenced", node=self.name)

    def _stop_serving(self, leg_id: str) -> None:
        self._services.background.start(self._server.stop_serving(TRANSFER, topic=leg_id), name="bus:stop-serving")

    async def _stay_alive(self) -> None:
        while True:
            for call_id in await self._control_plane.alive(list(self._live), self._guard.dropped()):
                live = self._live.get(call_id)
                if isinstance(live, InboundCall) and live.leg and live.leg.answered:
                    live.leg.give_up()  # who listens is told so before the end
                elif live:
                    live.end(ending("gateway_stopped"))
            await asyncio.sleep(ALIVE_EVERY_S)

    def live_line(self, call_id: str) -> PhoneLine:
        """The phone of a call that is on. Raises NotFound."""
        leg = self._live.get(call_id)
        if leg is None or leg.leg is None:
            raise NotFound("this node has no such call", code="call.not_here")
        return leg.leg.line

    def drain(self) -> None:
        """New calls get 503; those that are on go on."""
        self._draining = True
        _log.info("node_draining", calls=len(self._live))

    def end_all(self) -> None:
        """No more patience: BYE to everybody."""
        for leg in list(self._live.values()):
            leg.end(ending("gateway_stopped"))

    async def empty(self) -> None:
        """Returns when no call is on."""
        await self._empty.wait()

    async def stop(self) -> None:
        self.end_all()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5.0):
                await self._calls.join()
        await self._calls.close()
        await self._server.close()
        await self._transfers.close()
        await self._services.background.close()
        await self._loops.close()
        await self._agent.stop()
        await self._services.facts.close()
        await self._control_plane.close()
        if self._services.tokeniser:
            await self._services.tokeniser.close()
        await self._bus.close()


async def run_node(settings: Settings) -> None:
    """Until SIGTERM or SIGINT; a second one, or `drain_s`, ends the calls that are still on."""
    asked = [asyncio.Event(), asyncio.Event()]

    def on_signal() -> None:
        next((event for event in asked if not event.is_set()), asked[-1]).set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    node = SipNode(settings)
    if settings.capture.tokeniser:
        never_dump_core()
    await node.start()
    try:
        await asked[0].wait()
        node.drain()
        waits = [asyncio.ensure_future(node.empty()), asyncio.ensure_future(asked[1].wait())]
        await asyncio.wait(waits, timeout=settings.sip.drain_s, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
    finally:
        await node.stop()
