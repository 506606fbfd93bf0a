"""Telnyx's line in the registry of carriers."""

from __future__ import annotations

from trunks.carriers.registry import Registered
from trunks.carriers.telnyx.account import TelnyxKeys, open_account
from trunks.carriers.telnyx.capabilities import CAPABILITIES

REGISTERED = Registered("telnyx", CAPABILITIES, TelnyxKeys, open_account)
