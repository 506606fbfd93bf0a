"""A trunk as a carrier is to have it, from our row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.apply.targets import target_of
from gateway.kernel.secrets import SecretBox
from trunks.accounts.models import CarrierTrunkRow
from trunks.carriers.port import TrunkSpec


def remote_spec(row: CarrierTrunkRow, spec: Mapping[str, Any], box: SecretBox) -> TrunkSpec:
    """`spec`: as in the row, or as it is wanted now."""
    return TrunkSpec(
        tag=row.tag, name=row.name, targets=tuple(target_of(text) for text in spec["targets"]),
        username=row.username if spec["login"] else "", password=box.open(row.password) if spec["login"] else "",
        sources=tuple(spec["sources"]), secure=spec["secure"], refer=spec["refer"], caller_names=spec["caller_names"],
    )  # fmt: skip
