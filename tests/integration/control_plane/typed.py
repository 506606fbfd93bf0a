"""`gateway` as it is typed beside a control plane that is served, and calls that are put into its record."""

from __future__ import annotations

import fcntl
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.calls.own_facts import RecordedFact
from gateway.cli import main
from tests.carriers.market import Market
from tests.integration.control_plane.served import PATIENCE_S, Served, serving
from tests.integration.control_plane.test_target_commands import Printed


@dataclass(frozen=True)
class Typing:
    """`api` is the REST API of the control plane."""

    served: Served
    api: httpx.Client
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    group: tuple[str, ...] = ("calls",)

    def __call__(self, *arguments: str) -> Printed:
        """`gateway calls …`, or another group of commands."""
        self.monkeypatch.setattr(sys, "argv", ["gateway", *self.group, *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        printed = self.capsys.readouterr()
        code = left.value.code if isinstance(left.value.code, int) else 0
        return Printed(code, printed.out.splitlines(), printed.err.splitlines())

    def record(self, facts: Sequence[RecordedFact]) -> None:
        self.served.do(self.served.plane.container.calls.runner.take(facts))

    def made(self, path: str, **body: object) -> dict[str, Any]:
        answer = self.api.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def person(self, name: str, **fields: object) -> str:
        identity = f"{name.lower()}{len(self.api.get('/v1/transfer-targets').json()['data'])}"
        body = {"name": name, "kind": "operator", "identity": identity, **fields}
        return self.made("/v1/transfer-targets", **body)["id"]

    def told(self, kind: str) -> dict[str, Any]:
        """The first entry of this kind in anybody's record, as soon as it is there."""
        timeout = httpx.Timeout(PATIENCE_S)
        with self.api.stream("GET", "/v1/calls/events/stream", params={"after": 0}, timeout=timeout) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:") and (event := json.loads(line.removeprefix("data:")))["kind"] == kind:
                    return event
        raise AssertionError(f"the stream ended without {kind}")


@contextmanager
def typing_beside_a_stack(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *,
    group: tuple[str, ...] = ("calls",), market: Market | None = None,
) -> Iterator[Typing]:  # fmt: skip
    # `main` silences the logs of its process for good, which here is that of all tests.
    monkeypatch.setattr("gateway.kernel.logs.quiet_logs", lambda: None)
    monkeypatch.setenv("GATEWAY_STATE_DIR", str(folder))
    plane = folder / "plane"
    plane.mkdir()
    with serving(plane, market) as served, (folder / "stack.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # what a running stack holds
        headers = {"Authorization": f"Bearer {served.key}"}
        (folder / "stack.json").write_text("{}")
        (folder / "stack.env").write_text(f"GATEWAY_URL={served.url}\nGATEWAY_API_KEY={served.key}\n")
        with httpx.Client(base_url=served.url, headers=headers, trust_env=False, timeout=PATIENCE_S) as api:
            yield Typing(served, api, monkeypatch, capsys, group)


@contextmanager
def meanwhile(work: Callable[[], None]) -> Iterator[None]:
    """`work()` in a thread beside the command; what it raises is raised here."""
    with ThreadPoolExecutor(1, "meanwhile") as beside:
        done = beside.submit(work)
        yield
        done.result(PATIENCE_S)
