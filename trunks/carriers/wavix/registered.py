"""Wavix's line in the registry of carriers."""

from __future__ import annotations

from trunks.carriers.registry import Registered
from trunks.carriers.wavix.account import WavixKeys, open_account
from trunks.carriers.wavix.capabilities import CAPABILITIES

REGISTERED = Registered("wavix", CAPABILITIES, WavixKeys, open_account)
