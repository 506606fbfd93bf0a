"""What commands ask the running control plane, and its problems as a sentence and the next command to type."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from gateway.cli.stack import StateDir, state_dir
from gateway.kernel.errors import BadInput, GatewayError, Unavailable
from gateway.stack.plan import StackRecord

_BEYOND_THIS_COMMAND = (401, 500, 503)


def client_for(state: StateDir) -> httpx.Client:
    """An HTTP client of the running stack, with its local key."""
    env = StackRecord(state_dir(state)).read_env()
    return httpx.Client(
        base_url=env["GATEWAY_URL"],
        headers={"Authorization": f"Bearer {env['GATEWAY_API_KEY']}"},
        trust_env=False,
        timeout=httpx.Timeout(10, read=None),
    )


def ask(
    client: httpx.Client, method: str, path: str, *, next_step: str, next_steps: Mapping[str, str] | None = None,
    **request: Any,
) -> dict[str, Any]:  # fmt: skip
    """What the control plane answers. Raises the problem that it tells.

    `next_steps`: the command to type after a problem of this code, in place of what REST would do; else `next_step`.
    """
    try:
        answer = client.request(method, path, **request)
    except httpx.TransportError as error:
        raise Unavailable("the control plane does not answer", todo="gateway status") from error
    if answer.is_success:
        return answer.json() if answer.content else {}
    raise problem_of(answer, next_step, next_steps)


def stream_to(client: httpx.Client, path: str, file: Path, *, next_step: str, **request: Any) -> int:
    """Writes what the control plane answers to a new file, readable by its owner only; returns its size. Half a file is
    removed. Raises BadInput when it cannot be made."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BadInput(f"{file} cannot be made: {error.strerror}", todo="name a file that is not there yet") from error
    whole = False
    try:
        with os.fdopen(descriptor, "wb") as into, client.stream("GET", path, **request) as answer:
            if not answer.is_success:
                answer.read()
                raise problem_of(answer, next_step)
            size = sum(into.write(part) for part in answer.iter_bytes())
        whole = True
        return size
    except httpx.TransportError as error:
        raise Unavailable("the control plane does not answer", todo="gateway status") from error
    finally:
        if not whole:
            file.unlink()


def problem_of(answer: httpx.Response, next_step: str, next_steps: Mapping[str, str] | None = None) -> GatewayError:
    """What an answer that is no success tells; its body has been read."""
    told = answer.headers.get("content-type") == "application/problem+json"
    problem: dict[str, Any] = answer.json() if told else {}
    code, todo = problem.get("code", ""), problem.get("todo", "")
    if not told or code == "auth.forbidden" or answer.status_code in _BEYOND_THIS_COMMAND:
        return Unavailable(f"the control plane answered {answer.status_code}", todo="gateway doctor")
    known = (next_steps or {}).get(code)
    plain = known or not todo or todo.startswith("GET ") or "/docs" in todo
    detail = problem["detail"] if plain else f"{problem['detail']}; {todo}"
    return GatewayError(detail, code=code, field=problem.get("field"), todo=known or next_step)


def everything(client: httpx.Client, path: str, *, next_step: str, **query: Any) -> list[dict[str, Any]]:
    """All pages of a list."""
    found: list[dict[str, Any]] = []
    wanted: dict[str, Any] = {"limit": 500, **query}
    while True:
        page = ask(client, "GET", path, next_step=next_step, params=wanted)
        found += page["data"]
        if page["next_cursor"] is None:
            return found
        wanted["cursor"] = page["next_cursor"]
