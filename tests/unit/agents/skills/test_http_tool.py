"""A tool's request as it leaves, and what a model is told of each way in which it may end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from agents.skills.http_tool import DONE, HttpTools
from agents.tool_choice import ToolChoice
from agents.tool_words import ToolFailed
from gateway.net.outside import Answer, NotReached

SECRETS = {"CRM_KEY": "s3cr3t-of-crm", "QUERY_KEY": "a&b=c"}
TEXT = {"type": "string"}


@dataclass
class Far:
    """Notes what is sent, and answers as it was told."""

    answer: Answer | NotReached = field(default_factory=lambda: Answer(200, {}, b'{"status": "sent"}', False))
    sent: list[dict[str, Any]] = field(default_factory=list)

    async def request(
        self, method: str, url: str, *, within_s: float, body: bytes = b"",
        headers: Mapping[str, str] | None = None, most_bytes: int = 0,
    ) -> Answer:  # fmt: skip
        self.sent.append(
            {"line": f"{method} {url}", "within_s": within_s, "body": body, "headers": headers, "most": most_bytes}
        )
        if isinstance(self.answer, NotReached):
            raise self.answer
        return self.answer


def choice(required: tuple[str, ...] = ("order",), fields: Mapping[str, Any] | None = None, **http: Any) -> ToolChoice:
    shape = {"type": "object", "properties": dict(fields or {"order": TEXT}), "required": list(required)}
    asked = {"url": "https://crm.example/orders/{order}", **http}
    return ToolChoice.model_validate({"name": "orders", "when": "Orders.", "parameters": shape, "http": asked})


async def run(tool: ToolChoice, far: Far, secrets: Mapping[str, str] = SECRETS, **arguments: Any) -> str:
    return await HttpTools(far, secrets).run(tool, arguments)


async def failed(tool: ToolChoice, far: Far, secrets: Mapping[str, str] = SECRETS, **arguments: Any) -> ToolFailed:
    with pytest.raises(ToolFailed) as error:
        await run(tool, far, secrets, **arguments)
    assert error.value.detail.startswith("orders ") and error.value.todo
    assert not any(value in str(error.value.__dict__) for value in (*SECRETS.values(), "crm.example"))
    return error.value


def answering(body: Any, status: int = 200, *, cut: bool = False) -> Far:
    return Far(Answer(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode(), cut))


async def test_a_path_is_filled_and_encoded_and_the_rest_is_ours() -> None:
    far = Far()
    told = await run(choice(timeout_s=2, most_bytes=100), far, order="A/B ?ü#")
    assert json.loads(told) == {"status": "sent"}
    [sent] = far.sent
    assert sent["line"] == "GET https://crm.example/orders/A%2FB%20%3F%C3%BC%23"
    assert (sent["within_s"], sent["most"], sent["body"]) == (2, 100, b"")
    assert sent["headers"]["Accept"] == "application/json" and "Content-Type" not in sent["headers"]


@pytest.mark.parametrize("value", ["..", ".", ""])
async def test_no_value_leads_to_another_resource(value: str) -> None:
    far = Far()
    assert (await failed(choice(), far, order=value)).code == "tool.url"
    twice = choice(url="https://crm.example/{order}{order}/x")
    assert (await failed(twice, far, order=value[:1])).code == "tool.url"
    assert far.sent == []


async def test_a_query_is_encoded_and_left_out_without_its_value() -> None:
    fields = {"order": TEXT, "lang": TEXT, "all": {"type": "boolean"}}
    tool = choice(fields=fields, query={"l": "x-{lang}", "key": "{secret:QUERY_KEY}", "v": "2", "all": "{all}"})
    far = Far()
    await run(tool, far, order="1", all=True)
    await run(tool, far, order="1", lang="d&e")
    queries = [sent["line"].partition("?")[2] for sent in far.sent]
    assert queries == ["key=a%26b%3Dc&v=2&all=true", "l=x-d%26e&key=a%26b%3Dc&v=2"]


async def test_a_body_holds_what_the_url_does_not_and_a_header_its_secret() -> None:
    fields = {"order": TEXT, "note": TEXT, "lines": {"type": "array", "items": {"type": "integer"}}}
    headers = {"Authorization": "Bearer {secret:CRM_KEY}", "accept": "text/json"}
    far = Far()
    await run(choice(fields=fields, method="POST", headers=headers), far, order="1", note="höher", lines=[1])
    [sent] = far.sent
    assert json.loads(sent["body"]) == {"note": "höher", "lines": [1]}
    assert sent["headers"]["Authorization"] == "Bearer s3cr3t-of-crm"
    assert sent["headers"]["Content-Type"] == "application/json"
    assert [name for name in sent["headers"] if name.lower() == "accept"] == ["accept"]


async def test_without_its_secret_nothing_is_sent() -> None:
    far = Far()
    error = await failed(choice(headers={"X-Key": "{secret:CRM_KEY}"}), far, {}, order="1")
    assert (error.code, error.again, far.sent) == ("tool.secret", False, [])


@pytest.mark.parametrize(
    ("code", "says", "again", "posted_unknown"),
    [
        ("outside.timeout", "too slow: it had not answered after 5 seconds", True, True),
        ("outside.connect", "could not be reached", True, False),
        ("outside.name", "could not be reached", True, False),
        ("outside.http", "could not be reached", True, True),
        ("outside.tls", "could not be reached", False, False),
        ("outside.forbidden", "could not be reached", False, False),
    ],
)
async def test_who_is_not_reached_is_told_so_and_a_post_that_may_have_arrived_is_not_tried_again(
    code: str, says: str, again: bool, posted_unknown: bool
) -> None:
    far = Far(NotReached("…", code=code))
    asked, posted = await failed(choice(), far, order="1"), await failed(choice(method="POST"), far, order="1")
    assert says in asked.detail and (asked.again, asked.unknown) == (again, False)
    assert (posted.unknown, posted.again) == (posted_unknown, again and not posted_unknown)
    assert ("not known" in (posted.todo or "")) == posted_unknown


@pytest.mark.parametrize(
    ("status", "again", "posted_unknown"),
    [(404, False, False), (302, False, False), (429, True, False), (500, True, True), (503, True, True)],
)
async def test_a_no_is_told_with_its_status(status: int, again: bool, posted_unknown: bool) -> None:
    far = answering({"detail": "the caller's name is Ana"}, status)
    asked, posted = await failed(choice(), far, order="1"), await failed(choice(method="POST"), far, order="1")
    assert f"said no: status {status} (" in asked.detail and "Ana" not in asked.detail
    assert (asked.again, posted.unknown) == (again, posted_unknown)


async def test_a_status_that_nobody_knows_is_told_as_well() -> None:
    assert (await failed(choice(), answering({}, 599), order="1")).detail == "orders said no: status 599."


@pytest.mark.parametrize(
    ("body", "path", "says"),
    [
        (b"<html>", "", "not JSON"),
        (b"\xff\xfe\x00", "", "not JSON"),
        (b"[" * 8000, "", "not JSON"),
        (b"", "status", "not JSON"),
        ({"status": "sent"}, "state", "nothing where it should be"),
        ({"status": None}, "status", "nothing where it should be"),
        ({"status": "sent"}, "status.text", "nothing where it should be"),
        ([1], "5", "nothing where it should be"),
    ],
)
async def test_an_answer_that_cannot_be_read_is_a_failure(body: Any, path: str, says: str) -> None:
    error = await failed(choice(answer_path=path), answering(body), order="1")
    assert says in error.detail and error.code == "tool.unreadable"


async def test_a_cut_answer_is_a_failure_and_of_a_post_it_is_not_known_what_was_done() -> None:
    error = await failed(choice(method="POST"), answering({"a": "b"}, cut=True), order="1")
    assert "too long" in error.detail and error.unknown


@pytest.mark.parametrize(
    ("body", "path", "told"),
    [
        ({"order": {"status": "on its way"}}, "order.status", "on its way"),
        ({"orders": [{"n": 1}, {"n": 2}]}, "orders.1.n", "2"),
        ({"ok": False}, "ok", "false"),
        ("plain", "", "plain"),
        ({"ü": 1}, "", '{"ü": 1}'),
        (b" ", "", DONE),
    ],
)
async def test_what_is_asked_for_is_told(body: Any, path: str, told: str) -> None:
    assert await run(choice(answer_path=path), answering(body), order="1") == told


async def test_a_card_number_that_somebody_has_on_file_is_told_to_no_model() -> None:
    told = await run(choice(), answering({"card": "4111 1111 1111 1111", "total": 12}), order="1")
    assert json.loads(told) == {"card": "[card number]", "total": 12}
