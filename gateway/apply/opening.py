"""Plans, with what they need of the rest."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from agents.endpoints import agent_exists, captures_of_agent
from gateway.apply import carry, undo
from gateway.apply.plan_trunks import Ours
from gateway.apply.service import Plans
from gateway.apply.workshop import Board, Workshop
from gateway.db.session import Database
from gateway.durable.service import Durable
from gateway.kernel.clock import Clock
from gateway.kernel.secrets import SecretBox
from gateway.settings import Settings
from trunks.accounts.accounts import Accounts

INSTALLATION = "gw"  # where the settings name none


@dataclass(frozen=True)
class Agents:
    """What lower floors ask of agents."""

    agent_exists = staticmethod(agent_exists)
    captures_of_agent = staticmethod(captures_of_agent)


def open_plans(
    settings: Settings, database: Database, accounts: Accounts, box: SecretBox, clock: Clock, board: Board,
    durable: Durable,
) -> Plans:  # fmt: skip
    """Before `durable` is started, which carries them out."""
    own = settings.carriers
    ours = Ours(tuple(own.sip_targets), tuple(str(network) for network in own.sip_sources))
    shop = Workshop(
        database.begin, accounts, box, clock, board, Agents(), own.installation or INSTALLATION, asyncio.sleep
    )
    plans = Plans(shop, ours, durable.begin)
    durable.define(carry.WORK, plans.carry)
    durable.define(undo.WORK, plans.undo)
    return plans
