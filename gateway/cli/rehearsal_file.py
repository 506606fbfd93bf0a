"""A suite of rehearsals in a file, with the agent that it names; a fault is shown with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from pydantic import ValidationError

from gateway.cli.agent_file import PATH, agent_of
from gateway.cli.control_plane import ask
from gateway.cli.wanted_file import FIELD, WantedFile
from gateway.demo.rehearsed import AGENT, REHEARSED
from gateway.kernel.errors import BadInput, GatewayError
from gateway.rehearsals.document import Rehearsal, Suite
from gateway.rehearsals.wanted import Wanted, wanted

MOST_FAULTS = 10
DRAFT = "@draft"
NOT_OF_A_PROFILE = ("id", "created_at", "updated_at", "version")

Client = Callable[[], httpx.Client]


class RehearsalFile:
    """`wanted`: its rehearsals. Raises BadInput, NotFound for an agent that nobody has published."""

    def __init__(self, path: Path, client: Client) -> None:
        self._file = WantedFile(path, what="rehearsals are made of", example="docs/testing.md", begin="docs/testing.md")
        self.suite = self._suite()
        profile = self._profile(path, client)
        self.wanted = [self._one(number, one, profile) for number, one in enumerate(self.suite.rehearsals)]

    def _suite(self) -> Suite:
        try:
            return Suite.model_validate(self._file.document)
        except ValidationError as error:
            faults = [self._placed(_words(one), _field(one)) for one in error.errors()[:MOST_FAULTS]]
            raise BadInput("\n".join(dict.fromkeys(faults)), todo="see docs/testing.md for the fields") from error

    def _profile(self, path: Path, client: Client) -> dict[str, Any]:
        agent = self.suite.agent
        if isinstance(agent, dict):
            return agent
        try:
            return profile_named(agent, path.parent, client)
        except GatewayError as error:
            raise BadInput(self._placed(error.detail, "agent"), todo=error.todo) from error

    def _one(self, number: int, rehearsal: Rehearsal, profile: dict[str, Any]) -> Wanted:
        try:
            return wanted(rehearsal, profile)
        except BadInput as error:
            field = error.field or ""
            place = f"rehearsals.{number}.{field}" if field.startswith(("change.", "steps.")) else f"agent.{field}"
            raise BadInput(self._placed(error.detail, place), todo=error.todo) from error

    def _placed(self, words: str, field: str) -> str:
        return self._file.placed(GatewayError(words, field=FIELD + field)).detail


def profile_named(named: str, folder: Path, client: Client) -> dict[str, Any]:
    """The demo's agent, one in a file, or one that is published, or its draft. Raises BadInput, NotFound."""
    if named == AGENT:
        return REHEARSED
    file = folder / named
    if file.suffix in (".yaml", ".yml") or file.is_file():
        return WantedFile(file, what="an agent is made of", example="docs/agents.md", begin="docs/agents.md").document
    with client() as http:
        name = named.removesuffix(DRAFT)
        shown = agent_of(http, name)
        if named.endswith(DRAFT):
            step = f"gateway agents draft {shown['id']}"
            return ask(http, "GET", f"{PATH}/{shown['id']}/draft", next_step=step)["content"]
        return {field: value for field, value in shown.items() if field not in NOT_OF_A_PROFILE}


def _field(error: Any) -> str:
    return ".".join(str(part) for part in error["loc"])


def _words(error: Any) -> str:
    where = _field(error)
    what = error["msg"].removeprefix("Value error, ")
    what = "there is no such field" if error["type"] == "extra_forbidden" else what
    what = "it is missing" if error["type"] == "missing" else what
    return f"{where}: {what}" if where else what
