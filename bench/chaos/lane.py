"""One caller's company: a number with an agent of its own, three humans at desks, and teams of them."""

from __future__ import annotations

from dataclasses import dataclass

from agents.demo_profile import DEMO_PROFILE
from bench.chaos.phones import DESK_HZ, Desk
from bench.chaos.plan import DESKS, Mode, Shape
from gateway.sip.rtp.ports import PortPool
from tests.sip.stack import RunningStack

RING_S = 6
SHAPES: tuple[Shape, ...] = ("one", "in order", "all at once")
MODES: tuple[Mode, ...] = ("warm", "cold")
TEAMS: dict[Shape, str] = {"in order": "in_order", "all at once": "all_at_once"}


@dataclass
class Lane:
    """`targets` by shape; `keys`: what the caller presses for a shape and a mode."""

    number: str
    caller: str
    desks: list[Desk]
    targets: dict[Shape, str]
    keys: dict[tuple[Shape, Mode], str]


async def open_lane(stack: RunningStack, pool: PortPool, place: int) -> Lane:
    """`place`: 0 to 9."""
    number = f"+151055502{place}0"
    desks = [Desk(pool, f"+151055503{place}{one}", DESK_HZ[one]) for one in range(DESKS)]
    for desk in desks:
        await desk.start()
    agent = stack.post("/v1/agents", {**DEMO_PROFILE, "name": f"agent {place}"})["id"]
    terms = {"ring_s": RING_S, "allowed_agents": [agent]}
    people: list[str] = []
    for desk in desks:
        way = {"name": f"desk {desk.port}", "address": f"127.0.0.1:{desk.port}", "transport": "udp"}
        trunk = stack.post("/v1/outbound-trunks", {**way, "numbers": [number]})["id"]
        person = {"kind": "phone", "name": f"desk {desk.port}", "number": desk.number, "trunk_id": trunk, **terms}
        people.append(stack.post("/v1/transfer-targets", person)["id"])
    targets: dict[Shape, str] = {"one": people[0]}
    for shape, strategy in TEAMS.items():
        team = {"kind": "team", "name": f"{shape} {place}", "members": people, "strategy": strategy}
        targets[shape] = stack.post("/v1/transfer-targets", {**team, **terms})["id"]
    choices: list[tuple[Shape, Mode]] = [(shape, mode) for shape in SHAPES for mode in MODES]
    keys = {choice: str(at) for at, choice in enumerate(choices)}
    places = [
        {"name": f"choice_{key}", "target_id": targets[shape], "mode": mode, "phrases": [], "key": key}
        for (shape, mode), key in keys.items()
    ]
    answer = stack.api.patch(f"/v1/agents/{agent}", json={"transfers": places})
    assert answer.status_code == 200, answer.text
    inbound = next(one["id"] for one in stack.get("/v1/inbound-trunks")["data"] if one["name"] == "loopback")
    stack.post("/v1/numbers", {"number": number, "inbound_trunk_id": inbound})
    rule = {"name": number, "trunk_ids": [inbound], "numbers": [number], "agent_id": agent}
    stack.post("/v1/dispatch-rules", rule)
    return Lane(number, f"+151055504{place}0", desks, targets, keys)


def all_in_livekit(stack: RunningStack) -> None:
    for name in ("outbound-trunks", "inbound-trunks", "dispatch-rules"):
        stack.until(lambda name=name: stack.get(f"/v1/{name}/sync")["in_sync"], f"{name} are in LiveKit")
