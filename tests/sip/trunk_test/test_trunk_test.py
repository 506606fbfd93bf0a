"""A trunk is tested over real SIP: Kamailio is the carrier, and sends the call to our own number back to our node."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.sip.numbers import Number
from tests.sip.stack import RunningStack
from tests.sip.trunk_test import carrier
from tests.sip.trunk_test.carrier import PASSWORD, USER, Carrier

pytestmark = pytest.mark.timeout(400)
SHOWN = "+15105550198"
OF_A_BUSY_MACHINE = ("audio_out", "audio_in", "delay")  # what arrives late or not at all says nothing of a loaded one
Items = dict[str, dict[str, Any]]


@contextmanager
def way_out(stack: RunningStack, address: str, **fields: Any) -> Iterator[dict[str, Any]]:
    body = {
        "name": f"way out {address}", "address": address, "numbers": [SHOWN], "auth_username": USER,
        "auth_password": PASSWORD, **fields,
    }  # fmt: skip
    trunk = stack.post("/v1/outbound-trunks", body)
    try:
        yield trunk
    finally:
        stack.api.delete(f"/v1/outbound-trunks/{trunk['id']}")


def tried(stack: RunningStack, trunk: dict[str, Any], number: str) -> tuple[dict[str, Any], Items]:
    """The whole answer, and its items by name."""
    began = stack.post("/v1/trunk-tests", {"trunk_id": trunk["id"], "number": number})

    def over() -> dict[str, Any] | None:
        test = stack.get(f"/v1/trunk-tests/{began['id']}")
        return test if test["state"] != "running" else None

    test = stack.until(over, "the test is over", 200)
    items = {one["name"]: one for one in test["items"]}
    print(json.dumps(test, indent=1))
    return test, items


def verdicts_of(items: Items) -> dict[str, str]:
    return {name: one["verdict"] for name, one in items.items()}


@pytest.fixture
def node(stack: RunningStack) -> str:
    return f"{stack.sip_host}:{stack.sip_port}"


def test_a_carrier_that_carries_everything_is_told_so_and_it_is_kept_with_both_trunks(
    stack: RunningStack, node: str, a_number: Callable[..., Any], tmp_path: Path
) -> None:
    with (
        a_number("+15105550141") as number,
        Carrier(tmp_path, node, within=carrier.TAKES_REFER) as far,
        way_out(stack, far.address) as trunk,
    ):
        test, items = tried(stack, trunk, number.number)
        assert test["state"] == "done", test
        busy = dict.fromkeys(("refer", *OF_A_BUSY_MACHINE), "")
        assert verdicts_of(items) | busy == dict.fromkeys(items, "works") | busy, items
        assert {items[name]["verdict"] for name in OF_A_BUSY_MACHINE} <= {"works", "partly"}, items
        assert items["refer"]["verdict"] == "partly" and "does not tell" in items["refer"]["words"]
        assert items["options"]["figures"]["status"] == 200
        assert items["delay"]["figures"]["sent"] == 5 and items["delay"]["figures"]["back"] > 0
        assert items["delay"]["figures"]["ms"] > 0
        assert items["audio_out"]["figures"]["packets"] > 100 < items["audio_in"]["figures"]["packets"]
        measured = stack.get(f"/v1/outbound-trunks/{trunk['id']}")["measured"]
        assert measured["dtmf"] == ["rfc4733", "info", "inband"] and measured["hold"] is True
        assert (measured["codec"], measured["test_id"]) == ("PCMU", test["id"])
        assert measured["delay_ms"] == items["delay"]["figures"]["ms"]
        assert stack.get(f"/v1/inbound-trunks/{number.trunk_id}")["measured"] == measured
        assert stack.get(f"/v1/outbound-trunks/{trunk['id']}")["refer"] == "unknown"
        text = json.dumps(test)
        assert SHOWN.lstrip("+") not in text and number.digits not in text


def test_what_a_carrier_drops_is_said_in_words(
    stack: RunningStack, node: str, a_number: Callable[..., Any], tmp_path: Path
) -> None:
    drops = f"{carrier.REFUSES_REFER}\n    {carrier.SWALLOWS_INFO}"
    with (
        a_number("+15105550142") as number,
        Carrier(tmp_path, node, within=drops) as far,
        way_out(stack, far.address, name="drops") as trunk,
    ):
        done = subprocess.run(
            [sys.executable, "-m", "gateway", "trunk", "test", "drops", "--number", number.number,
             "--state", str(stack.folder)],
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        print(done.stdout, done.stderr)
        lines = {line.split("  ")[0]: line for line in done.stdout.splitlines()}
        assert done.returncode == 1
        assert "FAILS" in lines["REFER"] and "405" in lines["REFER"] and "go through this gateway" in lines["REFER"]
        assert "FAILS" in lines["keys, INFO"] and "answered 200, but kept it to itself" in lines["keys, INFO"]
        assert " works " in lines["keys, RFC 4733"] and " works " in lines["hold"] and "FAILS" not in lines["audio out"]
        assert done.stdout.splitlines()[-1] == "2 of 12 fail: keys, INFO, REFER"
        assert "calling out" in done.stderr and "holding" in done.stderr
        shown = stack.get(f"/v1/outbound-trunks/{trunk['id']}")
        assert shown["measured"]["dtmf"] == ["rfc4733", "inband"]
        assert shown["refer"] == "refused" and "405" in shown["refer_how"]


def test_a_wrong_password_is_told_as_such_and_the_rest_is_not_measured(
    stack: RunningStack, node: str, a_number: Callable[..., Any], tmp_path: Path
) -> None:
    with (
        a_number("+15105550143") as number,
        Carrier(tmp_path, node) as far,
        way_out(stack, far.address, auth_password="wrong") as trunk,
    ):
        _, items = tried(stack, trunk, number.number)
        assert items["options"]["verdict"] == "works"
        assert items["invite_out"]["verdict"] == "fails"
        assert "password" in items["invite_out"]["words"] and "(407)" in items["invite_out"]["words"]
        rest = {name: one for name, one in items.items() if name not in ("options", "invite_out")}
        assert {one["verdict"] for one in rest.values()} == {"not_measured"}
        assert {one["words"] for one in rest.values()} == {"not measured: the call out was not answered"}
        assert stack.get(f"/v1/outbound-trunks/{trunk['id']}")["measured"] == {}


def test_a_call_that_comes_back_and_is_refused_here_is_told_with_our_own_reason(
    stack: RunningStack, node: str, a_number: Callable[..., Any], tmp_path: Path
) -> None:
    with (
        a_number("+15105550144", allowed_numbers=["+15105550111"]) as number,
        Carrier(tmp_path, node) as far,
        way_out(stack, far.address) as trunk,
    ):
        _, items = tried(stack, trunk, number.number)
        assert items["invite_out"]["verdict"] == items["invite_in"]["verdict"] == "fails"
        assert "it came back in, and this gateway refused it" in items["invite_out"]["words"]
        assert "caller_not_allowed" in items["invite_in"]["words"]
        assert items["caller_id"]["verdict"] == "works"


def test_a_trunk_that_leads_nowhere(stack: RunningStack, a_number: Callable[..., Number]) -> None:
    with a_number("+15105550145") as number, way_out(stack, "127.0.0.1:9", transport="tcp") as trunk:  # type: ignore[attr-defined]
        _, items = tried(stack, trunk, number.number)
        failing = {name for name, one in items.items() if one["verdict"] == "fails"}
        assert failing == {"invite_out"} and len(items) == 12
        assert "nothing takes a connection over TCP" in items["invite_out"]["words"]
