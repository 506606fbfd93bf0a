"""The commands as they are typed: from the keys of an account to a number that is answered, and what is said when it
cannot be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.carriers.bench import FREE
from tests.carriers.market import Market
from tests.integration.control_plane.typed import Typing, typing_beside_a_stack

YAML = """\
version: 1
agents:
  - name: reception
    profile:
      greeting: Hello, this is the test line.
trunks:
  - name: support
    carrier: main
    inbound:
      allowed_addresses: [192.0.2.0/24]
numbers:
  - name: hotline
    find: {country: US, area: "415", max_monthly: "5"}
    trunk: support
rules:
  - {name: day, trunks: [support], numbers: [hotline], agent: reception}
"""


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def gateway(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], market: Market
) -> Iterator[Typing]:
    with typing_beside_a_stack(tmp_path, monkeypatch, capsys, group=(), market=market) as typing:
        yield typing


@pytest.fixture
def keys(tmp_path: Path, market: Market) -> Path:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(market.benches["twilio"].keys()))
    return file


@pytest.fixture
def wanted(tmp_path: Path) -> Path:
    file = tmp_path / "gateway.yaml"
    file.write_text(YAML)
    return file


@pytest.fixture
def account(gateway: Typing, keys: Path) -> None:
    added = gateway("carriers", "add", "main", "--kind", "twilio", "--keys", str(keys))
    assert added.code == 0, added.errors


def test_from_keys_to_a_number_that_is_answered_and_back(
    gateway: Typing, account: None, wanted: Path, market: Market, tmp_path: Path
) -> None:
    offered = gateway("carriers", "search", "main", "--area", "415")
    assert FREE[0] in "\n".join(offered.lines)
    planned = gateway("apply", "-f", str(wanted), "--plan")
    assert any("buy +1415" in line and "a month" in line for line in planned.lines)
    assert market.sold() == []
    applied = gateway("apply", "-f", str(wanted), "--yes")
    assert (applied.code, len(market.sold())) == (0, 1), applied.errors
    assert any(line.startswith("applied:") for line in applied.lines)
    assert any(line.startswith("spent") and "USD" in line for line in applied.lines)
    assert gateway("apply", "-f", str(wanted)).lines == ["nothing to do: everything is as it is wanted"]
    number = market.sold()[0]
    assert any(number in line and "main" in line and "support" in line for line in gateway("numbers", "list").lines)
    exported = tmp_path / "now.yaml"
    exported.write_text("\n".join(gateway("export").lines))
    assert gateway("apply", "-f", str(exported)).lines == ["nothing to do: everything is as it is wanted"]
    assert gateway("drift").lines == ["nothing: carriers and LiveKit have what is written down here"]
    (plan_id,) = (line.split()[0] for line in gateway("plans", "list").lines if " applied " in line)
    undone = gateway("plans", "undo", plan_id, "--yes")
    assert any(line.startswith("undone") for line in undone.lines), undone
    assert any("is paid for, and no rule answers it" in line for line in gateway("drift").lines)
    refused = gateway("numbers", "release", number, "--again", "+14155550199")
    assert (refused.code, market.benches["twilio"].owns(number)) == (1, True)
    assert gateway("numbers", "release", number, "--again", number).code == 0
    assert not market.benches["twilio"].owns(number)


def test_one_number_is_bought_led_elsewhere_and_listed(gateway: Typing, account: None, wanted: Path) -> None:
    wanted.write_text(YAML.split("numbers:")[0].replace("  - name: support", "  - name: support\n    outbound: null"))
    assert gateway("apply", "-f", str(wanted), "--yes").code == 0
    bought = gateway("numbers", "buy", FREE[1], "--trunk", "support", "--yes")
    assert bought.code == 0, bought.errors
    assert gateway("carriers", "numbers", "main").lines[1].startswith(FREE[1])
    again = gateway("numbers", "assign", FREE[1], "support", "--yes")
    assert again.lines[0] == "nothing to do: everything is as it is wanted"


@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        ("    carrier: main", "    carrier: nobody", 8, "nobody"),
        ("    carrier: main", "    carrier: main\n    colour: red", 9, "colour"),
        ("country: US", "country: NO, kind: lokal", 13, "kind"),
        ("agent: reception", "agent: nobody", 16, "nobody"),
        ("version: 1", "version: [1", 2, ""),
        ("version: 1", "version: 1\nversion: 1", 2, "version"),
    ],
)
def test_a_fault_in_the_file_is_told_with_its_line(
    gateway: Typing, account: None, wanted: Path, old: str, new: str, line: int, word: str
) -> None:
    wanted.write_text(YAML.replace(old, new))
    refused = gateway("apply", "-f", str(wanted), "--yes")
    assert refused.code == 1
    assert f"line {line}" in refused.errors[0]
    assert word in refused.errors[0]
    assert refused.errors[-1].startswith("  next: ")


def test_wrong_keys_are_not_kept_and_never_printed(gateway: Typing, keys: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({**json.loads(keys.read_text()), "api_key_secret": "not the secret"}))
    refused = gateway("carriers", "add", "main", "--kind", "twilio", "--keys", str(wrong))
    assert refused.code == 1
    assert "not the secret" not in "\n".join([*refused.lines, *refused.errors])
    assert gateway("carriers", "list").lines == ["none yet; next: gateway carriers kinds"]


def test_nothing_is_bought_when_nobody_agrees(gateway: Typing, account: None, wanted: Path, market: Market) -> None:
    refused = gateway("apply", "-f", str(wanted))
    assert refused.code == 1
    assert refused.next_step == f"next: gateway apply -f {wanted} --yes"
    assert market.sold() == []


def test_a_pbx_of_ones_own_is_set_up_by_what_is_printed(gateway: Typing, wanted: Path) -> None:
    wanted.write_text(
        YAML.replace(
            "version: 1", "version: 1\ncarriers: [{name: main, host: 192.0.2.20, template: asterisk}]"
        ).replace('find: {country: US, area: "415", max_monthly: "5"}', 'number: "+14155550100"')
    )
    applied = gateway("apply", "-f", str(wanted), "--yes")
    assert applied.code == 0, applied.errors
    printed = "\n".join(gateway("carriers", "template", "main").lines)
    assert "pjsip" in printed and "+14155550100" in printed
    shown = "\n".join(gateway("carriers", "template", "main", "--show-password").lines)
    assert shown != printed


def test_a_number_is_taken_in_answered_by_an_agent_and_its_trunk_cannot_go_before_it(
    gateway: Typing, account: None, wanted: Path, market: Market
) -> None:
    wanted.write_text(YAML.split("numbers:")[0].replace("  - name: support", "  - name: support\n    outbound: null"))
    assert gateway("apply", "-f", str(wanted), "--yes").code == 0
    market.benches["twilio"].own("+14155550177", "the old shop")
    assert "the old shop" in gateway("carriers", "numbers", "main").lines[1]
    absent = gateway("numbers", "import", "+14155550178", "--carrier", "main", "--yes")
    assert absent.next_step == "next: gateway carriers numbers main"
    options = ("--carrier", "main", "--trunk", "support", "--agent", "reception", "--yes")
    taken = gateway("numbers", "import", "+14155550177", *options)
    assert (taken.code, market.sold()) == (0, []), taken.errors
    assert [rule["numbers"] for rule in gateway.api.get("/v1/dispatch-rules").json()["data"]] == [["+14155550177"]]
    assert gateway("carriers", "trunks").lines[1].split()[:2] == ["support", "main"]
    assert "1 numbers come by it" in gateway("carriers", "remove-trunk", "support").errors[0]
    (number,) = gateway.api.get("/v1/numbers").json()["data"]
    kept = gateway.api.delete(f"/v1/numbers/{number['id']}")
    assert (kept.status_code, kept.json()["code"]) == (409, "number.paid_for")
    (rule,) = gateway.api.get("/v1/dispatch-rules").json()["data"]
    assert gateway.api.delete(f"/v1/dispatch-rules/{rule['id']}").status_code == 204
    assert gateway("numbers", "release", "+14155550177", "--again", "+14155550177").code == 0
    side = gateway.api.get("/v1/inbound-trunks").json()["data"][0]["id"]
    assert gateway.api.delete(f"/v1/inbound-trunks/{side}").json()["code"] == "trunk.in_use"
    assert gateway("carriers", "remove-trunk", "support").lines == ["support is gone"]
    assert gateway.api.get("/v1/inbound-trunks").json()["data"] == []
    assert market.benches["twilio"].pieces() == []
    assert gateway("carriers", "remove", "main").lines == ["forgot main"]


def test_accounts_over_rest_keep_their_keys_to_themselves(gateway: Typing, account: None, market: Market) -> None:
    shown = gateway.api.get("/v1/carriers/main").text + gateway.api.get("/v1/carriers").text
    assert not any(key in shown for key in market.benches["twilio"].keys().values())
    (kind,) = (one for one in gateway.api.get("/v1/carriers/kinds").json() if one["kind"] == "twilio")
    assert (kind["keys"]["account_sid"], kind["keys"]["api_key_sid"]) == (True, False)
    keys = market.benches["twilio"].keys()
    wrong = gateway.api.patch("/v1/carriers/main", json={"keys": {**keys, "api_key_secret": "wrong"}})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "carrier.keys")
    assert gateway.api.get("/v1/carriers/main/offers", params={"country": "US"}).status_code == 200
    lacking = gateway.api.post("/v1/carriers", json={"name": "b", "kind": "telnyx", "keys": {"api_key": 5}})
    assert (lacking.status_code, lacking.json()["field"]) == (422, "keys.api_key")
    unknown = gateway.api.post("/v1/carriers", json={"name": "b", "kind": "telco", "keys": {}})
    assert unknown.json()["field"] == "kind"
    again = gateway.api.post("/v1/carriers", json={"name": "main", "kind": "twilio", "keys": keys})
    assert again.json()["code"] == "carrier.name_taken"
    assert gateway.api.patch("/v1/carriers/main", json={"keys": keys, "name": "first"}).json()["name"] == "first"
