"""`gateway dialler`: a process that dials and does nothing else. Several share the work of one PostgreSQL."""

from __future__ import annotations

import asyncio
import signal

from compliance.privacy.hash_key import FILE, HashKey
from gateway.calls.feed import Feed
from gateway.campaigns.agents import RoomAgents
from gateway.campaigns.readiness import AgentExists
from gateway.campaigns.service import Campaigns
from gateway.db import schema
from gateway.db.session import Database
from gateway.durable.service import Durable
from gateway.kernel.clock import SystemClock
from gateway.kernel.errors import SetupError
from gateway.kernel.logs import get_logger
from gateway.livekit.calling import LiveKitCalling
from gateway.livekit.client import LiveKitClient
from gateway.livekit.rooms import LiveKitRooms
from gateway.settings import Settings

_log = get_logger(__name__)


async def run_dialler(settings: Settings, agent_exists: AgentExists) -> None:
    """Until SIGTERM or SIGINT; its work goes on with the next start, or with another. Raises SetupError."""
    if settings.database.startswith("sqlite"):
        raise SetupError(
            "a dialler of its own needs PostgreSQL: SQLite takes one process that dials, the control plane",
            todo="set GATEWAY_DATABASE_URL to a postgresql+psycopg:// one, for the control plane too",
        )
    database, clock = Database(settings.database), SystemClock()
    await schema.require_current(database)
    livekit = LiveKitClient(settings.livekit)
    rooms = LiveKitRooms(livekit, settings.livekit.agent_name)
    durable = Durable(settings.workflows, settings.executor_id, clock)
    campaigns = Campaigns(
        database.begin, clock, Feed(), RoomAgents(rooms, clock), durable, HashKey(settings.keys_dir / FILE),
        LiveKitCalling(livekit), agent_exists, settings.executor_id,
    )  # fmt: skip
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    try:
        await durable.start()
        await campaigns.start()
        _log.info("dialler_ready", dialler=settings.executor_id)
        await ended.wait()
    finally:
        for one in (campaigns, durable, livekit, database):
            await one.close()
