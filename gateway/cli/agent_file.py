"""An agent as it is written in a file, with names of transfer targets in place of ids, and as it goes over REST."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from gateway.cli.campaign_file import one_named
from gateway.cli.columns import plain
from gateway.cli.control_plane import everything
from gateway.cli.wanted_file import FIELD, WantedFile
from gateway.kernel.errors import GatewayError, NotFound

PATH = "/v1/agents"
LIST = "gateway agents list"
_TARGETS = "gateway targets list"
AgentName = Annotated[str, typer.Argument(metavar="AGENT", help="Its id or its name.")]


class AgentFile:
    """`asked`: what the file asks for. Raises BadInput for what is no YAML, NotFound for a target that is not there."""

    def __init__(self, client: httpx.Client, path: Path) -> None:
        self._file = WantedFile(
            path, what="an agent is made of", example="docs/agents.md", begin="gateway agents create --help"
        )
        self.asked = self._with_ids(client, self._file.document)

    def placed(self, error: GatewayError, todo: str | None = None) -> GatewayError:
        """The same error with the line that it is about."""
        if not error.field:
            return error
        field = FIELD + error.field.removesuffix(".[key]")
        return self._file.placed(GatewayError(error.detail, code=error.code, field=field, todo=todo))

    def lines_of(self, problems: Sequence[dict[str, str]]) -> list[str]:
        """A line for each problem that the server tells: file, line, field, what is wrong, what to do."""
        return [self.placed(GatewayError(words_of(one), field=one["field"])).detail for one in problems]

    def _with_ids(self, client: httpx.Client, written: dict[str, Any]) -> dict[str, Any]:
        """`target` of a transfer may be a name."""
        transfers = written.get("transfers")
        named = [(n, one) for n, one in enumerate(transfers if isinstance(transfers, list) else ()) if _has_target(one)]
        known = everything(client, "/v1/transfer-targets", next_step=_TARGETS) if named else []
        for place, one in named:
            one["target_id"] = self._target(known, str(one.pop("target")), place)
        return written

    def _target(self, known: Sequence[dict[str, Any]], named: str, place: int) -> str:
        fitting = [one["id"] for one in known if named in (one["id"], one["name"])]
        if len(fitting) == 1:
            return fitting[0]
        why = f"several targets are called {plain(named)}: give the id" if fitting else f"there is no {plain(named)}"
        raise self.placed(NotFound(f"transfers.{place}.target: {why}", field=f"transfers.{place}.target"), _TARGETS)


def agent_of(client: httpx.Client, named: str) -> dict[str, Any]:
    """By id or by name. Raises NotFound, or BadInput when several have the name."""
    try:
        return one_named(everything(client, PATH, next_step=LIST), named, "agent")
    except NotFound as error:
        raise NotFound(error.detail, todo=LIST) from error


def words_of(problem: dict[str, str]) -> str:
    """`dialogue.2.say: it is missing; write it`. What to do over REST, or on a page, is left out."""
    where = f"{plain(problem['field'])}: " if problem["field"] else ""
    todo = "" if problem["todo"].startswith("GET ") else f"; {problem['todo']}"
    return f"{where}{plain(problem['what'])}{todo}"


def _has_target(one: Any) -> bool:
    return isinstance(one, dict) and "target" in one
