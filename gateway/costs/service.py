"""Costs for the composition root."""

from __future__ import annotations

from compliance.privacy.hash_key import FILE, HashKey
from gateway.costs.records import CarrierRecords
from gateway.db.session import Database
from gateway.kernel.clock import Clock
from gateway.settings import Settings
from trunks.accounts.accounts import Accounts


def open_records(settings: Settings, database: Database, accounts: Accounts, clock: Clock) -> CarrierRecords:
    """Before it is started."""
    return CarrierRecords(database.begin, accounts, clock, HashKey(settings.keys_dir / FILE))
