"""Rows of trunks, from what somebody wants; passwords are sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateway.kernel.ids import new_id
from gateway.kernel.secrets import SecretBox
from trunks.models import TrunkRow

SECRET = frozenset({"auth_password", "trust_pin"})


def new_row(direction: str, values: Mapping[str, Any], box: SecretBox, now: datetime) -> TrunkRow:
    """With every column set, so that it can be checked before it is stored."""
    row = TrunkRow(
        id=new_id("trk"), direction=direction, livekit_id="", created_at=now, updated_at=now, allowed_addresses=[],
        allowed_numbers=[], any_number=False, on_control_plane_loss="reject", max_calls=None, max_calls_per_s=None,
        measured={}, address="", transport="auto", numbers=[], any_caller_id=False, allowed_countries=[],
        allow_extensions=False, max_duration_s=None, price_per_minute=None, max_spend_per_day=None, currency="USD",
        refer="unknown", refer_how="", refer_at=None, carrier_verdicts="none", caller_trust={}, trust_pin="",
        sign_calls=False,
    )  # fmt: skip
    change_row(row, values, box, now)
    return row


def change_row(row: TrunkRow, values: Mapping[str, Any], box: SecretBox, now: datetime) -> None:
    for name, value in values.items():
        setattr(row, name, box.seal(str(value)) if name in SECRET else value)
    row.updated_at = now
    if "refer" in values:
        row.refer_how, row.refer_at = "set by an administrator", row.updated_at
