"""An exchange with one thing wrong in it: a field dropped, renamed, or of another type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.carriers.exchange import FORM, Exchange

Wrong = tuple[str, Exchange]  # what is wrong, and the exchange with it


def wrong_answers(exchange: Exchange) -> Iterator[Wrong]:
    """In the answer, at any depth; of a list in its first row."""
    if exchange.status and exchange.answer:
        for what, answered in _changed(exchange.answered, "answer"):
            yield what, exchange.with_answered(answered)


def wrong_requests(exchange: Exchange, required: set[str]) -> Iterator[Wrong]:
    """In the query and the body. What is not `required` may be left out. Brackets in a query are left alone."""
    deep = {name: text for name, text in exchange.query if "[" in name}
    plain = {name: text for name, text in exchange.query if name not in deep}
    for what, changed in _changed_texts(plain, required):
        yield f"query.{what}", exchange.with_query(changed | deep)
    if not exchange.body:
        return
    if exchange.content_type == FORM:
        for what, changed in _changed_texts(exchange.form, required):
            yield f"form.{what}", exchange.with_sent(changed)
        return
    for what, changed in _changed(exchange.sent, "body"):
        name = what.split(" ")[0].removeprefix("body.")
        if not what.endswith("dropped") or name in required:
            yield what, exchange.with_sent(changed)


def _changed_texts(fields: dict[str, str], required: set[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Where all is text, another type is text that no number, switch or name is: none."""
    for name, text in fields.items():
        others = {other: value for other, value in fields.items() if other != name}
        if name in required:
            yield f"{name} dropped", others
        yield f"{name} renamed", {**others, f"{name}X": text}
        yield f"{name} retyped", {**others, name: ""}


def _changed(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            others = {other: one for other, one in value.items() if other != name}
            yield f"{where}.{name} dropped", others
            yield f"{where}.{name} renamed", {**others, f"{name}_x": inner}
            yield f"{where}.{name} retyped", {**others, name: _of_another_type(inner)}
            for what, changed in _changed(inner, f"{where}.{name}"):
                yield what, {**value, name: changed}
    elif isinstance(value, list) and value:
        for what, changed in _changed(value[0], f"{where}[0]"):
            yield what, [changed, *value[1:]]


def _of_another_type(value: Any) -> Any:
    match value:
        case bool():
            return "yes"
        case int() | float():
            return "seven"
        case str():
            return 7
        case list():
            return "none"
        case _:
            return ["of these"]
