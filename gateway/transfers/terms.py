"""Checks of a target before it is stored: has it what its kind needs, and would it ever be reached? In words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gateway.calls.admit_outbound import WayOut, destination_refused
from gateway.calls.number_class import countries_of
from gateway.kernel.errors import BadInput, Conflict, NotFound
from gateway.sip.wire.uri import uri_of
from gateway.transfers.models import TargetRow
from gateway.transfers.target import Kind
from trunks.models import TrunkRow

FIELDS: Mapping[Kind, tuple[str, ...]] = {
    "phone": ("number", "trunk_id"),
    "sip": ("uri", "trunk_id"),
    "operator": ("identity",),
    "team": ("members", "strategy"),
}
_ALL = tuple(dict.fromkeys(name for names in FIELDS.values() for name in names))


def check_fields(row: TargetRow) -> None:
    """Raises BadInput for a field that the kind needs and is missing, or that it does not have."""
    own = FIELDS[row.kind]  # type: ignore[index] - checked at the edge
    for name in _ALL:
        if getattr(row, name) and name not in own:
            raise BadInput(
                f"a target of kind {row.kind} has no {name}", code="target.kind", field=name,
                todo=f"leave {name} out, or make a target of another kind",
            )  # fmt: skip
        by_route = row.kind == "phone" and name == "trunk_id"
        if not getattr(row, name) and name in own and not by_route:
            raise BadInput(
                f"a target of kind {row.kind} needs {name}", code="target.kind", field=name, todo=f"give {name}"
            )


def check_routed(row: TargetRow, trunks: Iterable[TrunkRow]) -> None:
    """`trunks`: those that routes name for the number. Raises BadInput when there is none that would dial it."""
    reasons = {trunk.id: _refused(row, trunk) for trunk in trunks}
    if not reasons:
        raise BadInput(
            "a target of kind phone needs trunk_id, or a route that fits its number", code="target.kind",
            field="trunk_id", todo="give trunk_id, or POST /v1/routes for such numbers",
        )  # fmt: skip
    if None not in reasons.values():
        why = "; ".join(f"trunk {name}: {reason}" for name, reason in reasons.items())
        raise BadInput(
            f"no trunk that routes name would dial it: {why}", code="target.destination", field="number",
            todo="give another number, or trunk_id, or POST /v1/routes for such numbers",
        )  # fmt: skip


def _refused(row: TargetRow, trunk: TrunkRow) -> str | None:
    way = WayOut(
        trunk_id=trunk.id,
        home=countries_of(trunk.numbers),
        allowed_countries=tuple(trunk.allowed_countries),
        allow_extensions=trunk.allow_extensions,
    )
    return destination_refused(row.number or uri_of(row.uri or "").user, way)


def check_destination(row: TargetRow, trunk: TrunkRow) -> None:
    """Raises BadInput for what the trunk would refuse to dial, with its reason."""
    field = "number" if row.kind == "phone" else "uri"
    if reason := _refused(row, trunk):
        raise BadInput(
            f"trunk {trunk.id} would not dial it: {reason}", code="target.destination", field=field,
            todo=f"give another {field} or trunk_id, or PATCH /v1/outbound-trunks/{trunk.id}",
        )  # fmt: skip


def check_members(row: TargetRow, added: Iterable[str], found: Mapping[str, TargetRow]) -> None:
    """`found`: the members that exist, by id. Raises NotFound, BadInput or Conflict naming the member."""
    for name in row.members or ():
        if name == row.id:
            raise BadInput(
                "a team cannot be its own member", code="target.members", field="members", todo=f"leave {name} out"
            )
        if name not in found:
            raise NotFound(f"there is no transfer target {name}", field="members", todo="GET /v1/transfer-targets")
        if found[name].kind == "team":
            raise BadInput(
                f"{name} is a team; members of a team are persons", code="target.members", field="members",
                todo=f"name the members of {name} instead",
            )  # fmt: skip
    for name in added:
        if not found[name].enabled:
            raise Conflict(
                f"{name} is switched off and would never be rung", code="target.disabled", field="members",
                todo=f"leave {name} out, or set its enabled to true first",
            )  # fmt: skip
