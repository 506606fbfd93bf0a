"""A trunk as a carrier is to have it, from our row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.apply.targets import target_of
from gateway.kernel.secrets import SecretBox
from trunks.accounts.models import CarrierTrunkRow
from trunks.carriers.port import TrunkSpec

_ANY_PASSWORD = "As good as 1 of those we make"  # noqa: S105 - stands in for one


def remote_spec(row: CarrierTrunkRow, spec: Mapping[str, Any], box: SecretBox) -> TrunkSpec:
    """`spec`: as in the row, or as it is wanted now."""
    return _spec(row.tag, row.name, spec, row.username, box.open(row.password))


def unborn_spec(name: str, spec: Mapping[str, Any]) -> TrunkSpec:
    """Of a trunk that is not made yet, to see whether its carrier can make it; nothing bears this tag."""
    return _spec("gw:unborn", name, spec, "gateway", _ANY_PASSWORD)


def _spec(tag: str, name: str, spec: Mapping[str, Any], username: str, password: str) -> TrunkSpec:
    return TrunkSpec(
        tag=tag, name=name, targets=tuple(target_of(text) for text in spec["targets"]),
        username=username if spec["login"] else "", password=password if spec["login"] else "",
        sources=tuple(spec["sources"]), secure=spec["secure"], refer=spec["refer"], caller_names=spec["caller_names"],
    )  # fmt: skip
