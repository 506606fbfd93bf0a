"""From nothing to a number that rings: by one and the same file at every carrier, typed as it is in docs/carriers.md;
then calls really go through the trunk, both ways, to a foreign phone in the carrier's place."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from agents.demo_profile import DEMO_PROFILE
from tests.carriers.bench import FREE
from tests.carriers.market import Market
from tests.sip.foreign.baresip import Baresip
from tests.sip.stack import RunningStack
from tests.sip.transfers.caller import caller_with
from tests.sip.transfers.office import HUMAN_HZ, NUMBERS, Office

CARRIERS = {"twilio": FREE[0], "telnyx": FREE[1], "wavix": FREE[2], "own": "+14155550190"}


def gateway(stack: RunningStack, *arguments: str) -> list[str]:
    command = [sys.executable, "-m", "gateway", *arguments, "--state", str(stack.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def the_file(carrier: str, number: str, far_end: int) -> dict[str, object]:
    """`far_end`: the port where the carrier takes our calls, which the doubles cannot name."""
    own = {"name": "own", "host": "127.0.0.1", "port": far_end, "transport": "udp"}
    profile = {name: value for name, value in DEMO_PROFILE.items() if name != "name"}
    rule = {"name": f"{carrier} day", "trunks": [carrier], "numbers": [number], "agent": f"reception {carrier}"}
    return {
        "version": 1,
        "carriers": [own] if carrier == "own" else [],
        "agents": [{"name": f"reception {carrier}", "profile": profile}],
        "trunks": [
            {
                "name": carrier, "carrier": carrier,
                "inbound": {"allowed_addresses": ["127.0.0.1"]},
                "outbound": {"address": f"127.0.0.1:{far_end}", "transport": "udp"},
            }
        ],
        "numbers": [{"number": number, "trunk": carrier}],
        "rules": [{**rule, "terms": {"disclosure": {"tell_ai": "by_law", "caller_places": ["US-TX"]}}}],
    }  # fmt: skip


@pytest.mark.parametrize("carrier", CARRIERS)
async def test_a_number_is_bought_rings_is_answered_and_calls_out_show_it(
    carrier: str, stack: RunningStack, market: Market, human: Baresip, wish: Path, tmp_path: Path
) -> None:
    number, file = CARRIERS[carrier], tmp_path / "gateway.yaml"
    if carrier in market.benches:
        (tmp_path / "keys.json").write_text(json.dumps(market.benches[carrier].keys()))
        gateway(stack, "carriers", "add", carrier, "--kind", carrier, "--keys", str(tmp_path / "keys.json"))
    file.write_text(json.dumps(the_file(carrier, number, human.port)))  # JSON is YAML
    done = await asyncio.to_thread(gateway, stack, "apply", "-f", str(file), "--yes")
    assert any(line.startswith("applied:") for line in done), done
    assert carrier == "own" or market.benches[carrier].assigned(number)

    (outbound,) = (one for one in stack.get("/v1/outbound-trunks")["data"] if one["name"] == carrier)
    target = stack.post(
        "/v1/transfer-targets", {"kind": "phone", "name": carrier, "number": NUMBERS[0], "trunk_id": outbound["id"]}
    )["id"]
    office = Office(stack, number, "", [target])
    async with caller_with(stack, wish) as caller:

        async def conversation() -> None:
            path = f"/v1/calls/{caller.call_id}/transfers"
            await asyncio.to_thread(stack.post, path, {"to": target, "mode": "cold"}, 202)
            ringing = await human.event("CALL_INCOMING")
            assert number in ringing["peeruri"]  # the caller id that the far end sees
            human.answer()
            await human.event("CALL_ESTABLISHED")
            await caller.hears_tone(HUMAN_HZ, 1)
            human.hang_up()
            await caller.was_hung_up_on()

        record = await caller.talks(office, conversation)
    assert record["termination"]["slug"] == "completed"
    assert gateway(stack, "apply", "-f", str(file))[0] == "nothing to do: everything is as it is wanted"
    secrets = market.benches[carrier].keys().values() if carrier in market.benches else ()
    assert not [one for one in (number.lstrip("+"), *secrets) if one in stack.logs()]
