"""Follows one transfer live, through restarts of the control plane: the record goes on without whoever watches it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx

from gateway.cli.control_plane import ask
from gateway.kernel.errors import Unavailable

STREAM = "/v1/calls/events/stream"
QUIET_S = 45.0  # the stream says something every 15 s
PATIENCE_S = 60.0  # for a control plane that is away
AGAIN_S = 1.0

Told = dict[str, Any]


def steps(client: httpx.Client, call_id: str, transfer_id: str) -> Iterator[Told]:
    """Each entry of the transfer, from its beginning to its end, as it is recorded. Raises NotFound, Unavailable."""
    last = 0
    for event in _recorded(client, call_id):
        last = event["position"]
        if _is_of(event, call_id, transfer_id):
            yield event
            if event["kind"] == "transfer_settled":
                return
    heard_at = time.monotonic()
    while time.monotonic() < heard_at + PATIENCE_S:
        try:
            for event in _streamed(client, last):
                heard_at = time.monotonic()
                if event is None or event["position"] <= last or not _is_of(event, call_id, transfer_id):
                    continue
                last = event["position"]
                yield event
                if event["kind"] == "transfer_settled":
                    return
        except httpx.TransportError:
            pass
        time.sleep(AGAIN_S)
    raise Unavailable("the control plane has gone away; nobody tells how the transfer goes", todo="gateway status")


def _is_of(event: Told, call_id: str, transfer_id: str) -> bool:
    return event["call_id"] == call_id and event["body"].get("transfer_id") == transfer_id


def _recorded(client: httpx.Client, call_id: str) -> Iterator[Told]:
    """The call's log so far."""
    after: int | None = 0
    while after is not None:
        query = {"after": after, "limit": 500}
        page = ask(client, "GET", f"/v1/calls/{call_id}/events", next_step="gateway calls list", params=query)
        yield from page["data"]
        after = page["next_after"]


def _streamed(client: httpx.Client, after: int) -> Iterator[Told | None]:
    """Entries of all calls above this position, and None for every other sign of life, until the stream ends."""
    timeout = httpx.Timeout(10, read=QUIET_S)
    with client.stream("GET", STREAM, params={"after": after}, timeout=timeout) as stream:
        if stream.is_error:
            return
        for line in stream.iter_lines():
            yield json.loads(line.removeprefix("data:")) if line.startswith("data:") else None
