"""A campaign as it is written in a file, with names in place of ids, and as it goes over REST."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from gateway.cli.columns import plain
from gateway.cli.control_plane import everything
from gateway.cli.wanted_file import FIELD, WantedFile
from gateway.kernel.errors import BadInput, GatewayError, NotFound

PATH = "/v1/campaigns"
LIST = "gateway campaigns list"
_SHOWN = 5
_NAMED = (("agent", "agent_id", "/v1/agents"), ("trunk", "trunk_id", "/v1/outbound-trunks"))
CampaignName = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Its id or its name.")]


class CampaignFile:
    """`asked`: what the file asks for. Raises BadInput for what is no YAML, NotFound for a name that nobody has."""

    def __init__(self, client: httpx.Client, path: Path) -> None:
        self._file = WantedFile(
            path, what="a campaign is made of", example="docs/campaigns.md", begin="gateway campaigns create --help"
        )
        self.asked = with_ids(client, self._file.document)

    def placed(self, error: GatewayError) -> GatewayError:
        """The same error with the line that it is about."""
        if not error.field:
            return error
        field = FIELD + error.field.removesuffix(".[key]")
        return self._file.placed(GatewayError(error.detail, code=error.code, field=field, todo=None))


def with_ids(client: httpx.Client, written: dict[str, Any]) -> dict[str, Any]:
    """`agent` and `trunk` may be names; money may be a number."""
    asked = dict(written)
    for short, field, path in _NAMED:
        if short in asked:
            asked[field] = one_named(everything(client, path, next_step=LIST), str(asked.pop(short)), short)["id"]
    budget = asked.get("budget")
    if isinstance(budget, dict) and isinstance(budget.get("amount"), int | float):
        asked["budget"] = budget | {"amount": str(budget["amount"])}
    return asked


def campaign_of(client: httpx.Client, named: str) -> dict[str, Any]:
    """By id or by name. Raises NotFound, or BadInput when several have the name."""
    return one_named(everything(client, PATH, next_step=LIST), named, "campaign")


def one_named(known: Sequence[dict[str, Any]], named: str, what: str) -> dict[str, Any]:
    by_id = [one for one in known if one["id"] == named]
    found = by_id or [one for one in known if one["name"].casefold() == named.strip().casefold()]
    if not found:
        names = ", ".join(plain(one["name"]) for one in known[:_SHOWN]) or "none"
        raise NotFound(f"there is no {what} {plain(named)}; known: {names}", todo=_TODO[what])
    if len(found) > 1:
        raise BadInput(f"several have this name: {', '.join(one['id'] for one in found[:_SHOWN])}", todo="give the id")
    return found[0]


_TODO = {
    "campaign": LIST,
    "agent": "make one: POST /v1/agents, or gateway apply -f gateway.yaml",
    "trunk": "make one: POST /v1/outbound-trunks, or gateway apply -f gateway.yaml",
}
