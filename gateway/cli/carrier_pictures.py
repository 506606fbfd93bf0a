"""Accounts at carriers, and what is on offer there, as they look in a terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.cli.columns import aligned, plain

Told = Mapping[str, Any]


def carrier_table(carriers: Sequence[Told]) -> Iterator[str]:
    if carriers:
        rows = [(one["name"], one["kind"], _checked(one), one["id"]) for one in carriers]
        yield from aligned([("name", "kind", "keys let us in", "id"), *rows])


def kind_lines(kinds: Sequence[Told]) -> Iterator[str]:
    for one in kinds:
        keys = [name if needed else f"[{name}]" for name, needed in one["keys"].items()]
        yield f"{one['kind']:<8} {one['name']}; keys: {', '.join(keys)}"


def offer_table(offers: Sequence[Told]) -> Iterator[str]:
    if offers:
        head = ("number", "kind", "can", "once", "a month", "needs")
        yield from aligned([head, *(_offer(one) for one in offers)])
        for link in dict.fromkeys((step["what"], step["link"]) for one in offers for step in one["needs"]):
            yield f"needs: {plain(link[0])}: {link[1]}"


def owned_table(numbers: Sequence[Told]) -> Iterator[str]:
    if numbers:
        head = ("number", "at the carrier", "a month", "here", "tag or name there")
        yield from aligned(
            [
                head,
                *(
                    (
                        one["number"],
                        "leads somewhere" if one["leads_somewhere"] else "leads nowhere",
                        price_of(one["monthly"]),
                        one["number_id"] or "-",
                        plain(one["tag"]) or "-",
                    )
                    for one in numbers
                ),
            ]
        )


def trunk_table(trunks: Sequence[Told], carriers: Mapping[str, str]) -> Iterator[str]:
    """`carriers`: names by id."""
    if trunks:
        head = ("name", "carrier", "our calls go to", "its calls come to", "id")
        rows = [
            (
                one["name"],
                carriers.get(one["carrier_id"], "?"),
                one["host"],
                ", ".join(one["spec"]["targets"]),
                one["id"],
            )
            for one in trunks
        ]
        yield from aligned([head, *rows])


def number_table(numbers: Sequence[Told], carriers: Mapping[str, str], trunks: Mapping[str, str]) -> Iterator[str]:
    """`carriers`, `trunks`: names by id."""
    if numbers:
        head = ("number", "name", "carrier", "comes by", "a month", "id")
        yield from aligned([head, *(_number(one, carriers, trunks) for one in numbers)])


def price_of(price: Told | None) -> str:
    return f"{price['amount']} {price['currency']}" if price else "?"


def _number(one: Told, carriers: Mapping[str, str], trunks: Mapping[str, str]) -> tuple[str, ...]:
    ordered = " (ordered)" if one["standing"] == "ordered" else ""
    monthly = f"{one['monthly']} {one['currency']}" if one["monthly"] else "-"
    return (
        one["number"] + ordered, plain(one["name"]) or "-", carriers.get(one["carrier_id"] or "", "-"),
        plain(trunks.get(one["inbound_trunk_id"] or "", "-")), monthly, one["id"],
    )  # fmt: skip


def _offer(one: Told) -> tuple[str, ...]:
    needs = f"{len(one['needs'])} steps for people" if one["needs"] else "-"
    return (
        one["number"], one["kind"], ", ".join(one["features"]), price_of(one["once"]), price_of(one["monthly"]), needs
    )  # fmt: skip


def _checked(carrier: Told) -> str:
    return carrier["checked_at"][:16].replace("T", " ") if carrier["checked_at"] else "never tried"
