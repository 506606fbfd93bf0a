"""`gateway costs` as it is typed, every command of docs/costs.md among them."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.carriers.market import Market
from tests.integration.control_plane.typed import Typing, typing_beside_a_stack
from tests.integration.costs.office import ANA, DESK, FactsAt, recorded

PAGE = Path(__file__).parents[3] / "docs" / "costs.md"


@pytest.fixture
def market() -> Market:
    return Market(("telnyx",))


@pytest.fixture
def gateway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], market: Market
) -> Iterator[Typing]:
    with typing_beside_a_stack(tmp_path, monkeypatch, capsys, group=(), market=market) as typing:
        typing.served.plane.clock.at = datetime.now(UTC).replace(microsecond=0)
        yield typing


@pytest.fixture
def account(gateway: Typing, market: Market, tmp_path: Path) -> str:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(market.benches["telnyx"].keys()))
    assert gateway("carriers", "add", "main", "--kind", "telnyx", "--keys", str(keys)).code == 0
    return json.loads(gateway("carriers", "list", "--json").lines[0])[0]["id"]


def read(gateway: Typing, account: str) -> None:
    gateway.served.do(gateway.served.plane.container.carrier_records.read(account))


def called_out(gateway: Typing, began_at: datetime) -> str:
    body = {"name": "way out", "address": "sip.example.com", "numbers": [DESK], "price_per_minute": "0.02"}
    trunk_id = gateway.made("/v1/outbound-trunks", **body)["id"]
    facts = FactsAt(began_at, ANA)
    about = {"direction": "outbound", "sip_call_id": "one@us", "pii": {"ani": DESK, "dnis": ANA}}
    gateway.record([
        facts.invite(**about), facts.admitted(**about, trunk_id=trunk_id), facts.joined(), facts.answered(5),
        facts.left(66),
    ])  # fmt: skip
    return facts.call_id


def test_what_calls_cost_is_a_table_and_a_calls_price_a_line(gateway: Typing, market: Market, account: str) -> None:
    began_at = gateway.served.plane.clock.now() - timedelta(minutes=10)
    day = (began_at - timedelta(days=1)).date().isoformat()
    assert gateway("costs", "--since", day).lines[-1].endswith("gateway carriers list")
    call_id = called_out(gateway, began_at)
    (line,) = gateway("costs", "call", call_id).lines
    assert line.startswith(f"{call_id}  0.04 USD  ") and "estimated" in line

    recorded(market.benches["telnyx"], began_at, inbound=False, sip_call_id="one@us", price="0.0170")
    read(gateway, account)
    line, joined = gateway("costs", "call", call_id[-8:]).lines
    assert "0.0170 USD  the carrier's own price" in line and joined.endswith("joined by its SIP Call-ID")
    head, columns, main, total = gateway("costs", "--since", day).lines
    assert head.endswith("(UTC)") and columns.split()[:3] == ["carrier", "calls", "minutes"]
    assert main.split() == ["main", "1", "2", "0.0170", "USD", "0.008500", "USD", "-", "-", "-"]
    assert total.split()[0] == "all"
    told = json.loads(gateway("costs", "--by", "day", "--since", day, "--json").lines[0])
    assert [one["calls"] for one in told["groups"]] == [1]


def test_findings_are_sentences_with_a_next_step(gateway: Typing, market: Market, account: str) -> None:
    assert gateway("costs", "findings").lines[0].startswith("nothing: ")
    row = recorded(market.benches["telnyx"], gateway.served.plane.clock.now(), inbound=False, price="9.5")
    gateway.served.plane.clock.go(7200)
    read(gateway, account)
    line, step = gateway("costs", "findings").lines
    assert "main has recorded a call out of 61 s for 9.5 USD" in line and line.endswith(row["id"])
    assert step.startswith("  next: look it up at the carrier")
    assert json.loads(gateway("costs", "findings", "--json").lines[0])["data"][0]["kind"] == "unknown_call"


def test_a_time_that_is_none_is_told_with_an_example(gateway: Typing) -> None:
    wrong = gateway("costs", "--since", "yesterday")
    assert wrong.code == 1 and "--since 2026-11-01" in wrong.next_step
    turned = gateway("costs", "--since", "2026-02-01", "--until", "2026-01-01")
    assert turned.code == 1 and "since is not before until" in turned.errors[0]


def test_every_command_of_the_page_works(gateway: Typing, market: Market, account: str) -> None:
    read(gateway, account)
    call_id = called_out(gateway, gateway.served.plane.clock.now() - timedelta(minutes=10))
    commands = re.findall(r"^    gateway (costs.*?)(?:  #.*)?$", PAGE.read_text(), flags=re.MULTILINE)
    assert len(commands) >= 5
    for command in commands:
        typed = gateway(*shlex.split(command.replace("call_01k…", call_id)))
        assert typed.code == 0, (command, typed.errors)
        assert typed.lines
