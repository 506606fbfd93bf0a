"""One request to a double and what it answered, as they were on the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Exchange:
    """`url`: at the real carrier. `status` 0: it was cut before anything was answered. `acted`: how often what was
    asked was done."""

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)  # names in lower case
    body: bytes = b""
    status: int = 0
    answer_headers: dict[str, str] = field(default_factory=dict, repr=False)
    answer: bytes = b""
    acted: int = 1

    @property
    def host(self) -> str:
        """With the scheme, as in `https://api.example.com`."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.url).query, keep_blank_values=True)

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def sent(self) -> dict[str, Any]:
        """The fields of the body; {} for none."""
        if not self.body:
            return {}
        return self.form if self.content_type == FORM else json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def answered(self) -> Any:
        """The answer's JSON; None for none."""
        return json.loads(self.answer) if self.answer else None

    @property
    def writes(self) -> bool:
        return self.method not in ("GET", "HEAD")

    def with_query(self, query: dict[str, str]) -> Exchange:
        return replace(self, url=f"{self.host}{self.path}" + (f"?{urlencode(query)}" if query else ""))

    def with_sent(self, sent: dict[str, Any]) -> Exchange:
        body = urlencode(sent) if self.content_type == FORM else json.dumps(sent)
        return replace(self, body=body.encode())

    def with_answered(self, answered: Any) -> Exchange:
        return replace(self, answer=json.dumps(answered).encode())
