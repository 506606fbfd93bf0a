"""The line of trunks of one's own in the registry of carriers."""

from __future__ import annotations

from trunks.carriers.own.account import OwnKeys, open_account
from trunks.carriers.own.capabilities import CAPABILITIES
from trunks.carriers.registry import Registered

REGISTERED = Registered("own", CAPABILITIES, OwnKeys, open_account)
