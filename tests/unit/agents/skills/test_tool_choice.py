"""Tools in a profile: what is taken, what is refused and why, and who may have which told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import ValidationError

from agents.attempt import Attempt
from agents.demo_profile import DEMO_PROFILE
from agents.disclosure import PRIVATE, for_caller
from agents.flows.tools import model_tools
from agents.outbound_talk import OutboundTalk
from agents.profile import AgentProfile
from agents.skills.tools import PROFILE_TOOLS, tools_for
from agents.speech.dialogue import Called, Heard, Move, next_move
from agents.tool_choice import ASK_FIELD, MOST_TOOLS, OURS, ToolChoice
from agents.tool_words import NO_ANSWER
from tests.unit.agents.test_transfer_tool import CHOICES, Line

TEXT = {"type": "string"}
ORDER: dict[str, Any] = {
    "name": "order_status",
    "when": "The caller asks where an order is.",
    "parameters": {"type": "object", "properties": {"order": TEXT, "lang": TEXT}, "required": ["order"]},
    "http": {
        "url": "https://crm.example/orders/{order}",
        "headers": {"Authorization": "Bearer {secret:CRM_KEY}"},
        "query": {"lang": "{lang}", "key": "{secret:QUERY_KEY}"},
    },
}
BALANCE: dict[str, Any] = {
    "name": "balance",
    "when": "The caller asks for the balance of an account.",
    "parameters": {"type": "object", "properties": {"digits": TEXT}, "required": ["digits"]},
    "http": {"url": "https://bank.example/accounts/{digits}", "answer_path": "said"},
}
HOURS: dict[str, Any] = {"name": "hours", "when": "Opening hours.", "python": "hours"}


def entry(tool: str, **more: Any) -> dict[str, Any]:
    return {"intent": tool, "phrases": [f"say {tool}"], "say": "One moment.", "tool": tool, **more}


def profile(*tools: dict[str, Any], dialogue: list[dict[str, Any]] | None = None) -> AgentProfile:
    content = {**DEMO_PROFILE, "id": "agt_1", "tools": list(tools)}
    return AgentProfile.model_validate(content if dialogue is None else content | {"dialogue": dialogue})


def test_a_tool_says_which_parameters_and_secrets_it_needs_where() -> None:
    choice = ToolChoice.model_validate(ORDER)
    assert choice.secrets == {"CRM_KEY", "QUERY_KEY"}
    assert choice.http is not None and choice.http.in_path == {"order"} and choice.http.in_url == {"order", "lang"}
    assert not choice.http.sends_json
    assert ToolChoice.model_validate({**ORDER, "http": ORDER["http"] | {"method": "POST"}}).http.sends_json  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "place", "says"),
    [
        ({"name": "hang_up"}, "name", "has a tool of this name"),
        ({"name": "Orders"}, "name", "pattern"),
        ({"http": None}, "", "one of http, python and mcp"),
        ({"python": "orders"}, "", "one of http, python and mcp"),
        ({"mcp": {"server": "shop", "tool": "order"}}, "", "one of http, python and mcp"),
        ({"http": None, "mcp": {"server": "shop", "tool": "a b"}}, "mcp.tool", "pattern"),
        ({"colour": "red"}, "colour", "Extra inputs"),
        ({"parameters": {"type": "string"}}, "parameters", "object"),
        ({"parameters": {"type": "object", "properties": {"order": TEXT}}}, "", "{lang} is none of the parameters"),
    ],
)
def test_a_tool_with_a_fault_is_refused_with_its_place(change: dict[str, Any], place: str, says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ToolChoice.model_validate(ORDER | change)
    [error] = refused.value.errors()
    assert (".".join(map(str, error["loc"])), says in error["msg"]) == (place, True), error


@pytest.mark.parametrize(
    ("change", "place", "says"),
    [
        ({"url": "ftp://crm.example/{order}"}, "http.url", "https://host/path"),
        ({"url": "https://{order}.example/"}, "http.url", "host is always the same"),
        ({"url": "https://crm.example/{secret:CRM_KEY}"}, "http.url", "not in the path"),
        ({"url": "https://crm.example/{order}?x=1"}, "http.url", "without ?"),
        ({"url": "https://crm.example/{order"}, "http.url", "brace"),
        ({"url": "https://crm.example/{{order}}"}, "http.url", "brace"),
        ({"url": "https://u:p@crm.example/{order}"}, "http.url", "no password"),
        ({"url": "https://crm.example/{lang}"}, "", "has to be required"),
        ({"url": "https://crm.example/x"}, "", "order goes nowhere"),
        ({"headers": {"X-Order": "{order}"}}, "http.headers", "only {secret:NAME}"),
        ({"headers": {"Host": "other.example"}}, "http.headers", "set by the gateway"),
        ({"headers": {"X-A": "a\r\nX-B: b"}}, "http.headers.X-A", "pattern"),
        ({"headers": {"X A": "a"}}, "http.headers.X A.[key]", "pattern"),
        ({"query": {"key": "{secret:}"}}, "http.query", "no name"),
        ({"body": "json"}, "http", "a GET has no body"),
        ({"timeout_s": 21}, "http.timeout_s", "20"),
        ({"timeout_s": 0}, "http.timeout_s", "greater"),
        ({"most_bytes": 65_537}, "http.most_bytes", "65536"),
        ({"answer_path": "a..b"}, "http.answer_path", "pattern"),
    ],
)
def test_a_request_with_a_fault_is_refused_with_its_place(change: dict[str, Any], place: str, says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ToolChoice.model_validate({**ORDER, "http": ORDER["http"] | change})
    [error] = refused.value.errors()
    assert (".".join(map(str, error["loc"])), says in error["msg"]) == (place, True), error


def test_what_is_no_plain_value_does_not_fit_in_a_url() -> None:
    listed = {"type": "object", "properties": {"order": {"type": "array", "items": TEXT}}, "required": ["order"]}
    with pytest.raises(ValidationError, match="order is array"):
        ToolChoice.model_validate({**ORDER, "parameters": listed, "http": {"url": "https://crm.example/{order}"}})


def test_two_of_a_name_and_too_many_are_refused() -> None:
    with pytest.raises(ValidationError, match="tools have the same name"):
        profile(ORDER, ORDER)
    with pytest.raises(ValidationError, match="at most 30"):
        profile(*({**HOURS, "name": f"hours{n}"} for n in range(MOST_TOOLS + 1)))


@pytest.mark.parametrize(
    ("tool", "asks", "says"),
    [
        (ORDER, {}, "a dialogue cannot use order_status"),
        (BALANCE, {}, "with ask_digits its one parameter"),
        (HOURS, {"ask_digits": 4}, "else it has none"),
        ({**BALANCE, "http": {"url": "https://bank.example/{digits}"}}, {"ask_digits": 4}, "answer_path"),
    ],
)
def test_a_dialogue_names_only_what_it_can_fill_in(tool: dict[str, Any], asks: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        profile(tool, dialogue=[entry(tool["name"], **asks)])


def test_a_scripted_agent_uses_a_tool_and_says_its_answer_or_the_truth() -> None:
    own = profile(BALANCE, HOURS, dialogue=[entry("balance", ask_digits=4), entry("hours")])
    ask = Called("ask_digits", {"count": 4, "intent": "balance"}, "")
    assert next_move(own, [Heard("say hours")]) == Move("One moment.", "hours")
    assert next_move(own, [ask, Heard("keypad: 1234")]) == Move("", "balance", {"digits": "1234"})
    used = {"digits": "1234"}
    assert next_move(own, [ask, Called("balance", used, "It is ten dollars.")]) == Move("It is ten dollars.")
    assert next_move(own, [ask, Called("balance", used, "balance said no: …", failed=True)]) == Move(NO_ANSWER)
    assert next_move(own, [ask, Called("balance", used, '{"amount": 10}')]) == Move(NO_ANSWER)


def test_personal_tools_are_for_callers_who_may_be_told() -> None:
    tools = (BALANCE | {"personal": True}, HOURS)
    own = profile(*tools, dialogue=[entry("balance", ask_digits=4), entry("hours")])
    limited, none = (for_caller(own, {"gateway.disclosure": level}) for level in ("limited", "none"))
    assert [one.name for one in limited.tools] == ["hours"] and none.tools == []
    assert next_move(limited, [Heard("say balance")]) == Move(PRIVATE)
    assert next_move(limited, [Heard("say hours")]) == Move("One moment.", "hours")
    assert next_move(none, [Heard("say hours")]) == Move(PRIVATE)
    assert for_caller(own, {"gateway.callerLabel": "a label"}).tools == own.tools


def test_a_filler_is_filled_with_what_is_known_of_a_contact() -> None:
    own = profile({**HOURS, "say": "One moment, {{first_name}}."})
    called = Attempt(attempt_id="att_1", variables={"first_name": "Ana"}).profile(own)
    assert called.tools[0].say == "One moment, Ana."


def test_no_name_of_a_tool_of_ours_is_free() -> None:
    content = {**DEMO_PROFILE, "id": "agt_1", "transfers": CHOICES, "captures": [{"name": "card", "fields": ["cvv"]}]}
    offered = tools_for(AgentProfile.model_validate(content), Line(None))
    keypad = SimpleNamespace(on_free_key=None)
    outbound = OutboundTalk(Attempt(attempt_id="att_1"), *cast("Any", (None, keypad, None, None)))
    flows = {ASK_FIELD, *model_tools({}, *cast("Any", (None, None, None)))}
    named = {str(getattr(cast("Any", one).info, "name", "")) for one in offered}
    assert named | set(outbound.tools) | set(PROFILE_TOOLS) | flows == OURS
