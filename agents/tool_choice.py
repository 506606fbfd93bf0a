"""A tool that an agent brings along: when a model is to use it, what it has to say, and where that goes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from agents.tool_schema import SCALARS, check_parameters
from agents.tool_text import SECRET, filled, holes, is_secret
from gateway.kernel.errors import BadInput
from gateway.net.outside import read_url
from gateway.rest.written import Written

MOST_TOOLS = 30
DIGITS = "digits"  # the parameter that a scripted agent can fill in
BEGIN_FLOW, FILL_FIELD, CONFIRM_FIELDS, ASK_FIELD = "begin_flow", "fill_field", "confirm_fields", "ask_field"
OURS = frozenset(
    {
        "ask_digits", "hang_up", "transfer", "capture", "stop_calling", "note_outcome", "account_balance",
        BEGIN_FLOW, FILL_FIELD, CONFIRM_FIELDS, ASK_FIELD,
    }
)  # fmt: skip
# names of tools that the gateway has itself
# what HTTP itself, or the gateway, has to say
_NOT_YOURS = {
    "accept-encoding", "connection", "content-length", "content-type", "expect", "host", "te", "trailer",
    "transfer-encoding", "upgrade",
}  # fmt: skip
_URL = re.compile(r"https?://(?P<host>[^/?#]*)(?P<path>/[^?#]*)?")
_HEADER = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$"
_NO_PARAMETERS: dict[str, Any] = {"type": "object", "properties": {}}
Line = Annotated[str, Field(max_length=2000, pattern=r"^[\x20-\x7e]*$")]


class HttpChoice(Written):
    """One request. What of the parameters stands neither in `url` nor in `query` goes in the body."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    url: str = Field(
        max_length=2000,
        examples=["https://crm.example/orders/{order}"],
        description="{name} stands for a parameter, in the path alone; a query goes in `query`",
    )
    headers: dict[Annotated[str, Field(pattern=_HEADER)], Line] = Field(
        default_factory=dict, max_length=20, examples=[{"Authorization": "Bearer {secret:CRM_KEY}"}]
    )
    query: dict[Annotated[str, Field(min_length=1, max_length=100)], Line] = Field(
        default_factory=dict, max_length=20, description="{name} or {secret:NAME}; without its parameter it is left out"
    )
    body: Literal["json", "none"] | None = Field(
        default=None, description="default: json with POST, PUT and PATCH, else none"
    )
    timeout_s: float = Field(default=5.0, gt=0, le=20, description="for the whole exchange")
    answer_path: str = Field(
        default="",
        max_length=200,
        pattern=r"^([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)?$",
        examples=["order.status"],
        description="what of the JSON answer is told; default: all of it",
    )
    most_bytes: int = Field(default=8192, ge=1, le=65_536, description="of the answer; a longer one is a failure")

    @field_validator("url")
    @classmethod
    def _one_place(cls, url: str) -> str:
        parts = _URL.fullmatch(url)
        if parts is None:
            raise ValueError("write https://host/path, without ? and #")
        if holes(parts["host"]):
            raise ValueError("the host is always the same; {name} may stand in the path")
        if any(is_secret(one) for one in holes(url)):
            raise ValueError("a secret may stand in headers and query, not in the path")
        try:
            read_url(filled(url, lambda _: "x"))
        except BadInput as error:
            raise ValueError(error.detail) from error
        return url

    @field_validator("headers")
    @classmethod
    def _no_parameters(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if name.lower() in _NOT_YOURS:
                raise ValueError(f"{name} is set by the gateway")
            if not all(is_secret(one) for one in holes(value)):
                raise ValueError(f"{name}: only {{secret:NAME}} may stand in a header")
        return headers

    @field_validator("query")
    @classmethod
    def _names(cls, query: dict[str, str]) -> dict[str, str]:
        for value in query.values():
            holes(value)
        return query

    @model_validator(mode="after")
    def _body_fits(self) -> Self:
        if self.body == "json" and self.method == "GET":
            raise ValueError("a GET has no body: use query, or POST")
        return self

    @property
    def sends_json(self) -> bool:
        return self.body == "json" if self.body else self.method in ("POST", "PUT", "PATCH")

    @property
    def in_path(self) -> set[str]:
        return set(holes(self.url))

    @property
    def in_url(self) -> set[str]:
        """The parameters that stand in path or query."""
        return self.in_path | {one for value in self.query.values() for one in holes(value) if not is_secret(one)}

    @property
    def secrets(self) -> set[str]:
        texts = (*self.headers.values(), *self.query.values())
        return {one.removeprefix(SECRET) for text in texts for one in holes(text) if is_secret(one)}


class McpChoice(Written):
    """A tool of a server that the operator has named in the settings of the workers."""

    server: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", examples=["shop"])
    tool: str = Field(pattern=r"^[A-Za-z0-9_./-]{1,128}$", description="what that server calls it")


class ToolChoice(Written):
    """What this agent can look up or do elsewhere (docs/tools.md)."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", examples=["order_status"], description="what a model calls it")
    when: str = Field(min_length=1, max_length=1000, description="told to a model: what it does, and when to use it")
    parameters: dict[str, Any] = Field(
        default_factory=lambda: dict(_NO_PARAMETERS), description="JSON Schema of an object; see docs/tools.md"
    )
    http: HttpChoice | None = None
    python: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
        description="an entry point of the group gateway.tools that the operator has allowed",
    )
    mcp: McpChoice | None = None
    say: str = Field(default="", max_length=300, description="said when it takes longer than 1.5 s")
    personal: bool = Field(
        default=False, description="about a person or an account: not for callers who may be told only the rest"
    )

    @field_validator("name")
    @classmethod
    def _not_ours(cls, name: str) -> str:
        if name in OURS:
            raise ValueError("the gateway has a tool of this name; choose another")
        return name

    @field_validator("parameters")
    @classmethod
    def _schema(cls, parameters: dict[str, Any]) -> dict[str, Any]:
        check_parameters(parameters)
        return parameters

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Self:
        if sum(one is not None for one in (self.http, self.python, self.mcp)) != 1:
            raise ValueError("a tool has one of http, python and mcp")
        if self.http:
            self._check_places(self.http)
        return self

    def _check_places(self, http: HttpChoice) -> None:
        fields, required = self.fields, self.parameters.get("required", [])
        if unknown := sorted(http.in_url - fields.keys()):
            raise ValueError(f"http: {{{unknown[0]}}} is none of the parameters")
        if open_ended := sorted(http.in_path - set(required)):
            raise ValueError(f"http.url: {open_ended[0]} stands in the path, so it has to be required")
        if nested := sorted(name for name in http.in_url if fields[name]["type"] not in SCALARS):
            raise ValueError(f"http: {nested[0]} is {fields[nested[0]]['type']}, which fits in a body only")
        if not http.sends_json and (unused := sorted(fields.keys() - http.in_url)):
            raise ValueError(f"http: {unused[0]} goes nowhere: name it in url or query, or send a body")

    @property
    def fields(self) -> dict[str, Any]:
        """The parameters by name, each with its schema."""
        return self.parameters.get("properties", {})

    @property
    def secrets(self) -> set[str]:
        """Names of the secrets that it needs."""
        return self.http.secrets if self.http else set()


def check_tools(tools: Sequence[ToolChoice], used: Iterable[tuple[str, bool]]) -> None:
    """`used`: the tools that a dialogue names, and whether digits are asked for first. Raises ValueError."""
    by_name = {one.name: one for one in tools}
    if len(by_name) < len(tools):
        raise ValueError("two entries of tools have the same name")
    for name, asks in used:
        if tool := by_name.get(name):
            _check_scripted(tool, asks)


def _check_scripted(tool: ToolChoice, asks: bool) -> None:
    fits = tool.fields.keys() == {DIGITS} and tool.fields[DIGITS]["type"] == "string" if asks else not tool.fields
    if not fits:
        raise ValueError(
            f"a dialogue cannot use {tool.name}: with ask_digits its one parameter is the text {DIGITS}, else it "
            "has none"
        )
    if tool.http and not tool.http.answer_path:
        raise ValueError(
            f"a dialogue cannot use {tool.name}: it says the answer, so http.answer_path has to lead to it"
        )
