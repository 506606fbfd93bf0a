"""The only composition root: ports are wired to adapters here, and nowhere else."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy.ext.asyncio import AsyncSession

from agents.endpoints import agent_exists, agent_of_target, captures_of_agent
from agents.tool_secrets.repository import SecretRepository
from compliance.ledger.acts import record_acts
from compliance.ledger.checkpointer import Checkpointer
from compliance.ledger.opening import open_ledger
from compliance.recordings.key_file import KeyFile
from compliance.stir_shaken.service import StirShaken
from dispatch_rules.repository import RuleRepository, wanted_rules
from gateway.app import build_internal, build_public
from gateway.apply.opening import open_plans
from gateway.apply.service import Plans
from gateway.auth.repository import KeyRepository, record_act
from gateway.auth.scopes import Role
from gateway.calls.call_signing import CallSigner
from gateway.calls.caller_trust import CallerTrust
from gateway.calls.disclosure import Disclosures
from gateway.calls.living_rooms import LivingRooms
from gateway.calls.service import Calls
from gateway.campaigns.admitting import way_of_campaign
from gateway.campaigns.agents import RoomAgents
from gateway.campaigns.in_use import campaign_of_agent, campaign_of_trunk
from gateway.campaigns.opting_out import OptOuts
from gateway.campaigns.service import Campaigns
from gateway.campaigns.settling import settle_by_call
from gateway.campaigns.tally import Tallies
from gateway.carrier_webhooks.seen import Seen
from gateway.costs.records import CarrierRecords
from gateway.costs.service import open_records
from gateway.db import schema
from gateway.db.session import Database
from gateway.durable.service import Durable
from gateway.in_use import rule_of_agent, rule_of_trunk, target_of_trunk
from gateway.kernel.clock import Clock, SystemClock
from gateway.kernel.errors import SetupError
from gateway.kernel.role_tokens import RoleTokens
from gateway.kernel.secrets import SecretBox, open_box
from gateway.livekit.calling import LiveKitCalling
from gateway.livekit.client import LiveKitClient
from gateway.livekit.identity import SwitchboardIdentity
from gateway.livekit.passes import LiveKitPasses
from gateway.livekit.rooms import LiveKitRooms
from gateway.livekit.switchboard import LiveKitSwitchboard
from gateway.livekit.webhooks import webhook_reader
from gateway.net.outside import Outside
from gateway.privacy.places import PrivacyDesk
from gateway.recording.rotation import rotate_keys
from gateway.recording.service import Recordings
from gateway.settings import Settings
from gateway.transfers.carrying import WORK, Carrying
from gateway.transfers.offer_desk import OfferDesk
from gateway.transfers.opening import transfer_services
from gateway.transfers.operator_watch import OperatorWatch
from gateway.transfers.refer_capability import learn_refer
from gateway.transfers.service import Transfers
from gateway.trunk_test.opening import TrunkTests, open_trunk_tests
from gateway.webhooks.repository import WebhookRepository
from gateway.webhooks.service import Webhooks
from trunks.accounts.accounts import Accounts
from trunks.accounts.repository import CarrierRepository
from trunks.provisioning import Provisioning, Resource
from trunks.repository import TrunkRepository, wanted_inbound, wanted_outbound

LOCAL_KEY = "local tools"
OURSELVES = "gateway"  # who made a key that nobody asked for by another


@dataclass
class Container:
    """Everything the applications need, put on their state."""

    settings: Settings
    database: Database
    clock: Clock
    secrets: SecretBox
    tokens: RoleTokens
    provisioning: Provisioning
    calls: Calls
    durable: Durable
    transfers: Transfers
    webhooks: Webhooks
    stir: StirShaken
    ledger: Checkpointer
    recording: Recordings
    accounts: Accounts
    plans: Plans
    trunk_tests: TrunkTests = field(init=False)
    carrier_records: CarrierRecords = field(init=False)

    def __post_init__(self) -> None:
        self.trunk_tests = open_trunk_tests(self.settings, self.calls, self.secrets)
        self.carrier_records = open_records(self.settings, self.database, self.accounts, self.clock)

    def put_on(self, state: Any) -> None:
        for one in fields(self):
            setattr(state, one.name, getattr(self, one.name))
        self.recording.put_on(state)
        PrivacyDesk(self.settings, self.database, self.clock, self.recording.storage).put_on(state)
        state.passes = LiveKitPasses(self.settings.livekit, self.clock)
        state.offers = OfferDesk(self.calls.runner, self.database.begin, self.clock, state.passes)
        state.carrier_webhooks_seen = Seen()
        state.agent_exists = agent_exists
        state.agent_of_target = agent_of_target
        state.captures_of_agent = captures_of_agent
        state.rule_of_agent = rule_of_agent
        state.rule_of_trunk = rule_of_trunk
        state.target_of_trunk = target_of_trunk
        state.tallies = Tallies(self.database, self.clock)
        state.campaign_of_agent = campaign_of_agent
        state.campaign_of_trunk = campaign_of_trunk


def migrate(settings: Settings) -> None:
    """The database to the newest schema."""
    schema.upgrade(settings.database)


async def issue_local_key(settings: Settings) -> str:
    """A fresh admin key for the tools of this machine, in place of the one before."""
    database, now = Database(settings.database), SystemClock().now()
    record_acts(database)
    try:
        async with database.begin() as session:
            keys = KeyRepository(session)
            for key_id in await keys.revoke_named(LOCAL_KEY, now):
                await record_act(session, OURSELVES, key_id, "revoke", now)
            row, key = await keys.create(LOCAL_KEY, Role.ADMIN, now)
            await record_act(session, OURSELVES, row.id, "create", now)
        return key.text
    finally:
        await database.close()


async def first_key(database: Database, clock: Clock) -> str | None:
    """An admin key when there is none at all yet; printed once by `gateway serve`."""
    async with database.begin() as session:
        keys = KeyRepository(session)
        if await keys.count():
            return None
        row, key = await keys.create("first admin", Role.ADMIN, clock.now())
        await record_act(session, OURSELVES, row.id, "create", clock.now())
        return key.text


async def rotate_recording_keys(settings: Settings) -> tuple[str, int]:
    """The new key-encryption key's id, and how many recordings' keys it wraps now. Raises SetupError, Conflict."""
    database = Database(settings.database)
    record_acts(database)
    try:
        return await rotate_keys(database.begin, KeyFile(settings.recordings_key_file), SystemClock(), OURSELVES)
    finally:
        await database.close()


async def secret_box(settings: Settings, database: Database) -> SecretBox:
    """Raises SetupError when secrets are stored and their key file is gone."""
    path: Path = settings.key_file or settings.keys_dir / "secrets.key"
    if not path.exists():
        async with database.begin() as session:
            if (
                await TrunkRepository(session).any_secret()
                or await RuleRepository(session).any_pin()
                or await WebhookRepository(session).any_secret()
                or await CarrierRepository(session).any_secret()
                or await SecretRepository(session).any_secret()
            ):
                raise SetupError(
                    f"the key file {path} is missing, and stored secrets need it",
                    todo="set GATEWAY_KEY_FILE to it, or restore it from your backup",
                )
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return open_box(path)


def resources(box: SecretBox, agent_name: str) -> list[Resource]:
    """What is provisioned, in the order in which one needs the other."""

    async def link_inbound(session: AsyncSession, links: dict[str, str]) -> None:
        await TrunkRepository(session).link("inbound", links)

    async def link_outbound(session: AsyncSession, links: dict[str, str]) -> None:
        await TrunkRepository(session).link("outbound", links)

    async def link_rules(session: AsyncSession, links: dict[str, str]) -> None:
        await RuleRepository(session).link(links)

    return [
        Resource("inbound-trunks", lambda session: wanted_inbound(session, box), link_inbound),
        Resource("outbound-trunks", lambda session: wanted_outbound(session, box), link_outbound),
        Resource("dispatch-rules", lambda session: wanted_rules(session, box, agent_name), link_rules),
    ]


async def run_control_plane(settings: Settings) -> None:
    """Serves both applications until SIGTERM or SIGINT. Raises SetupError for an old schema."""
    database, clock = Database(settings.database), SystemClock()
    await schema.require_current(database)
    ledger = open_ledger(database, clock, settings.keys_dir, settings.ledger_dir, settings.ledger.origin)
    if key := await first_key(database, clock):
        print(f"first admin API key, shown this once: {key}", flush=True)  # noqa: T201 - it must not go to a log
    livekit = LiveKitClient(settings.livekit)
    identity = SwitchboardIdentity(livekit, settings.redis_url)
    box, tokens = await secret_box(settings, database), RoleTokens(settings.keys_dir)
    provisioning = Provisioning(
        database, LiveKitSwitchboard(livekit), resources(box, settings.livekit.agent_name), identity
    )
    outside = Outside(settings.outside.networks, settings.outside.ca_file)
    callers_choice = Outside(settings.stir.networks, settings.stir.ca_file)
    stir = StirShaken(settings.stir, settings.state_dir, callers_choice, clock, name=settings.executor_id)
    stir.load()
    rooms = LivingRooms(LiveKitRooms(livekit, settings.livekit.agent_name), database.begin, clock)
    calls = Calls(
        begin=database.begin, rooms=rooms, clock=clock, tokens=tokens, verify_webhook=webhook_reader(settings.livekit),
        trust=CallerTrust(stir, settings.stir.country, settings.stir.redress),
        signer=CallSigner(stir.signer, settings.stir.country, clock),
        disclosures=Disclosures(settings.consent.own_places), find_way_out=way_of_campaign,
    )  # fmt: skip
    rooms.open_in = calls.loops.open.in_room
    calls.runner.on_append(learn_refer)
    calls.watch_rooms(OperatorWatch(calls.runner, calls.begin, calls.rooms, clock, calls.loops.open.all))
    recording = Recordings(settings, calls)
    await recording.open()
    privacy = PrivacyDesk(settings, database, clock, recording.storage)
    for within in (settle_by_call, OptOuts(privacy.privacy.key).heed):
        calls.runner.on_append(within)
    accounts = Accounts(box, settings.carriers.elsewhere)
    durable = Durable(settings.workflows, settings.executor_id, clock)
    carrying = Carrying(transfer_services(calls, livekit), durable.begin)
    durable.define(WORK, carrying.carry)
    transfers = Transfers(calls.runner, database.begin, clock, carrying.begin)
    webhooks = Webhooks(calls, durable, box, outside)
    campaigns = Campaigns(
        database.begin, clock, calls.feed, RoomAgents(rooms, clock), durable, privacy.privacy.key,
        LiveKitCalling(livekit), agent_exists, settings.executor_id,
    )  # fmt: skip
    plans = open_plans(settings, database, accounts, box, clock, provisioning, durable)
    container = Container(
        settings, database, clock, box, tokens, provisioning, calls, durable, transfers, webhooks, stir, ledger,
        recording, accounts, plans,
    )  # fmt: skip
    await ledger.start()
    provisioning.start()
    stir.start()
    await calls.start()
    try:
        await durable.start()
        await carrying.pick_up()
        await plans.pick_up()
        if settings.dialler.embedded:
            await campaigns.start()
        webhooks.start()
        container.carrier_records.start()
        privacy.start()
        await serve(container)
    finally:
        for one in (
            campaigns, container.trunk_tests, container.carrier_records, privacy, webhooks, durable, calls, stir,
            callers_choice, outside, accounts, provisioning, identity, livekit,
        ):  # fmt: skip
            await one.close()
        recording.close()
        await ledger.close()
        await database.close()


async def serve(container: Container) -> None:
    """Both servers; the first signal ends both."""
    api = container.settings.api
    servers = [
        uvicorn.Server(uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False))
        for app, host, port in (
            (build_public(container), api.host, api.port),
            (build_internal(container), api.internal_host, api.internal_port),
        )
    ]
    loop = asyncio.get_running_loop()

    def stop() -> None:
        container.calls.end_streams()
        for server in servers:
            server.should_exit = True

    tasks = [loop.create_task(server._serve(), name="http") for server in servers]
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await asyncio.gather(*tasks)
