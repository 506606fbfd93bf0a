"""The record of a call on a stack, read as a story."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from gateway.kernel.errors import Unavailable
from gateway.rehearsals.stage import Stage
from gateway.rehearsals.story import Asked, Entry, Story, ToolUse, Turn

LOOK_S = 0.2
KNOWN_WITHIN_S, CLOSED_WITHIN_S = 20.0, 30.0

Told = dict[str, Any]


class CallRecord:
    """`answered_at`: by the clock on the wall, from which a story counts."""

    def __init__(self, stage: Stage, sip_call_id: str, answered_at: float, targets: Mapping[str, str]) -> None:
        self._stage, self._sip_call_id = stage, sip_call_id
        self._answered_at, self._targets = answered_at, targets
        self.call_id = ""

    async def story(self) -> Story:
        """As far as it is recorded. Raises Unavailable."""
        return story_of(await self._events(), self._answered_at, self._targets)

    async def closed(self) -> Story:
        """Once the call is over. Raises Unavailable when its record does not close."""
        until = asyncio.get_running_loop().time() + CLOSED_WITHIN_S
        while not (found := await self.story()).outcome:
            if asyncio.get_running_loop().time() > until:
                raise Unavailable("the record of the call did not close", todo="gateway doctor")
            await asyncio.sleep(LOOK_S)
        return found

    async def _events(self) -> list[Told]:
        if not self.call_id:
            self.call_id = await self._known()
        found: list[Told] = []
        page: Told = {"next_after": 0}
        while page["next_after"] is not None:
            path = f"/v1/calls/{self.call_id}/events?limit=500&after={page['next_after']}"
            page = await self._stage.ask("GET", path)
            found += page["data"]
        return found

    async def _known(self) -> str:
        until = asyncio.get_running_loop().time() + KNOWN_WITHIN_S
        while asyncio.get_running_loop().time() < until:
            for one in (await self._stage.ask("GET", "/v1/calls?limit=100"))["data"]:
                if one["sip_call_id"] == self._sip_call_id:
                    return one["id"]
            await asyncio.sleep(LOOK_S)
        raise Unavailable("the call is not in the record", todo="gateway doctor")


def story_of(events: Iterable[Told], answered_at: float, targets: Mapping[str, str]) -> Story:
    """`events` as REST tells them; `targets`: names of places in the agent's profile, by target."""
    story, captures = Story(), dict[str, str]()
    for event in events:
        kind, body, pii = event["kind"], event["body"], event["pii"] or {}
        story.record.append(Entry(kind, body))
        story.whole += json.dumps(event) + "\n"
        at_s = _since(answered_at, event["at"])
        match kind:
            case "utterance" if body["speaker"] in ("caller", "agent"):
                began, ended = (_since(answered_at, body[name]) for name in ("started_at", "ended_at"))
                story.turns.append(
                    Turn(body["speaker"], pii.get("text", ""), began, ended, interrupted=body["interrupted"])
                )
            case "disclosure_played":
                began = at_s - body["played_ms"] / 1000
                story.turns.append(Turn("agent", body["text"], began, at_s, "told", interrupted=not body["whole"]))
            case "digit_pressed":
                story.turns.append(Turn("caller", pii.get("digit") or "•", at_s, at_s, "keyed"))
            case "tool_called":
                story.tools.append(ToolUse(body["name"], at_s, body["ok"]))
            case "transfer_began":
                story.asked.append(Asked("transfer", targets.get(body["target_id"], body["target_id"]), at_s))
            case "capture_asked":
                captures[body["capture_id"]] = body["name"]
            case "capture_began":
                story.asked.append(Asked("capture", captures.get(body["capture_id"], ""), at_s))
            case "call_ended":
                story.ended_by, story.outcome = body["termination"]["ended_by"], body["termination"]["slug"]
            case _:
                pass
    return story


def _since(answered_at: float, moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp() - answered_at
