"""What stands in the way at any carrier, each with the way out."""

from __future__ import annotations

from gateway.kernel.errors import BadInput, Conflict

TAKEN = "carrier.number_taken"


def number_owned(carrier: str) -> Conflict:
    return Conflict(
        f"this {carrier} account has the number already, for something else", code="carrier.number_owned",
        field="number", todo="import it instead of buying it",
    )  # fmt: skip


def number_taken(why: str) -> Conflict:
    return Conflict(
        f"this number can no longer be bought: {why}", code=TAKEN, field="number",
        todo="search again and choose another one",
    )  # fmt: skip


def tag_twice(carrier: str, what: str, many: int, tag: str) -> Conflict:
    """`what`: the carrier's word for a trunk, in the plural."""
    return Conflict(
        f"{many} {what} at {carrier} bear the tag {tag}", code="carrier.tag_twice", field="tag",
        todo="delete all but one of them, or take the tag from the others",
    )  # fmt: skip


def trunk_in_use() -> Conflict:
    return Conflict(
        "numbers still lead to this trunk", code="carrier.trunk_in_use",
        todo="assign them to another trunk, or to none, first",
    )  # fmt: skip


def no_form(field: str, detail: str, todo: str) -> BadInput:
    """A trunk that this carrier has no form for."""
    return BadInput(detail, code="carrier.trunk_invalid", field=field, todo=todo)
