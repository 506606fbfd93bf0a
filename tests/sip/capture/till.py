"""A company that takes cards by phone, on the running stack: its agent, its number, and one call at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import redis

from agents.demo_profile import DEMO_PROFILE
from gateway.phone.phone import Phone
from gateway.sip.rtp.info_digits import RELAY, write_info
from gateway.stack.ports import PortAllocator
from tests.sip.stack import RunningStack
from tests.sip.transfers.office import Office

CARD = {"name": "card", "fields": ["card_number", "expiry", "cvv"], "phrases": ["pay by card"]}
GREETING = "demo agent"


class Till(Office):
    """`captures` of a call as REST tells them."""

    def capture(self, call_id: str, *fields: object, expect: int = 201, **body: Any) -> dict[str, Any]:
        return self.stack.post(f"/v1/calls/{call_id}/captures", {"fields": fields, **body}, expect)

    def cancel(self, call_id: str, capture_id: str) -> None:
        answer = self.stack.api.delete(f"/v1/calls/{call_id}/captures/{capture_id}")
        assert answer.status_code == 204, answer.text

    def of(self, call_id: str, capture_id: str) -> dict[str, Any]:
        return self.stack.get(f"/v1/calls/{call_id}/captures/{capture_id}")

    def over(self, call_id: str, capture_id: str) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            shown = self.of(call_id, capture_id)
            return shown if shown["state"] == "over" else None

        return self.stack.until(found, "the capture is over")

    def kept_anywhere(self, *secrets: str) -> list[str]:
        """Which files of the stack, or keys of its Redis, have one of these in them."""
        forms = [one.encode() for one in secrets]
        found = [
            str(path.relative_to(self.stack.folder))
            for path in self.stack.folder.rglob("*")
            if path.is_file() and any(form in path.read_bytes() for form in forms)
        ]
        with redis.Redis.from_url(self.stack.env["REDIS_URL"]) as store:
            found += [f"redis: {key!r}" for key in store.scan_iter() if _has(store.dump(key), forms)]
        return found


def _has(dumped: Any, forms: list[bytes]) -> bool:
    return any(form in (dumped or b"") for form in forms)


@contextmanager
def open_till(stack: RunningStack, number: str, **of_rule: Any) -> Iterator[Till]:
    """`of_rule`: more fields of the rule."""
    made: list[str] = []

    def make(path: str, **body: Any) -> str:
        name = stack.post(path, body)["id"]
        made.insert(0, f"{path}/{name}")
        return name

    try:
        agent = make("/v1/agents", **DEMO_PROFILE, captures=[CARD])
        inbound = next(one for one in stack.get("/v1/inbound-trunks")["data"] if one["name"] == "loopback")
        make("/v1/numbers", number=number, inbound_trunk_id=inbound["id"])
        rule = {"name": number, "trunk_ids": [inbound["id"]], "numbers": [number], "agent_id": agent, **of_rule}
        make("/v1/dispatch-rules", **rule)
        for name in ("inbound-trunks", "dispatch-rules"):
            stack.until(lambda name=name: stack.get(f"/v1/{name}/sync")["in_sync"], f"{name} are in LiveKit")
        yield Till(stack, number, agent, [])
    finally:
        for path in made:
            stack.api.delete(path)


class Payer:
    """Who calls and types."""

    def __init__(self, till: Till, phone: Phone) -> None:
        self.till, self.phone = till, phone
        self.call_id = self.room = ""

    async def greeted(self) -> None:
        self.call_id = await asyncio.to_thread(self.till.stack.was_told, self.phone.sip_call_id, GREETING)
        shown = await asyncio.to_thread(self.till.stack.get, f"/v1/calls/{self.call_id}")
        self.room = shown["pii"]["room"]

    async def types(self, keys: str, way: str) -> None:
        """`rfc4733`, `info` or `inband`; as fast as anybody could."""
        line, rtp = self.phone._line, self.phone._rtp
        assert line is not None and rtp is not None
        if way == "rfc4733":
            await rtp.send_digits(keys, 60, 60)
        elif way == "inband":
            await rtp.send_tones(keys, 80, 80)
        else:
            for key in keys:
                assert await line.send_info(RELAY, write_info(key)) == 200

    async def begins(self, *fields: object, **body: Any) -> str:
        shown = await asyncio.to_thread(lambda: self.till.capture(self.call_id, *fields, **body))
        assert shown["state"] == "running"
        return shown["id"]

    async def ends(self, capture_id: str) -> dict[str, Any]:
        return await asyncio.to_thread(self.till.over, self.call_id, capture_id)


@asynccontextmanager
async def calling(till: Till) -> AsyncIterator[Payer]:
    ports = PortAllocator()
    low = ports.block(40)
    try:
        async with Phone(rtp_ports=(low, low + 38)) as phone:
            yield Payer(till, phone)
    finally:
        ports.close()
