"""Twilio's line in the registry of carriers."""

from __future__ import annotations

from trunks.carriers.registry import Registered
from trunks.carriers.twilio.account import TwilioKeys, open_account
from trunks.carriers.twilio.capabilities import CAPABILITIES

REGISTERED = Registered("twilio", CAPABILITIES, TwilioKeys, open_account)
