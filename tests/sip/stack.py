"""What a scenario knows of the running stack: addresses, keys, the REST API, the processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from gateway.stack.plan import StackRecord

# Where these callers are nobody has to be told anything; tests about disclosure say otherwise.
SAYS_NOTHING = {"tell_ai": "by_law", "caller_places": ["US-TX"]}
OWN_PLACES = '["US-TX"]'
PATIENCE = 60.0  # seconds until an awaited thing counts as missing; generous, the machine is shared


class RunningStack:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.record = StackRecord(folder)
        self.env = self.record.read_env()
        self.sip_host, self.sip_port = self.env["SIP_HOST"], int(self.env["SIP_PORT"])
        self.api = httpx.Client(
            base_url=self.env["GATEWAY_URL"],
            headers={"Authorization": f"Bearer {self.env['GATEWAY_API_KEY']}"},
            trust_env=False,
            timeout=30,
        )

    def uri(self, number: str) -> str:
        return f"sip:{number}@{self.sip_host}:{self.sip_port}"

    def pids(self) -> dict[str, int]:
        children = self.record.read()["children"]
        return {name: child["pid"] for name, child in children.items() if child["pid"]}

    def get(self, path: str, **query: Any) -> Any:
        answer = self.api.get(path, params=query)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def say_nothing(self) -> None:
        """Of the rules that are there callers hear the agent at once."""
        for rule in self.get("/v1/dispatch-rules")["data"]:
            self.api.patch(f"/v1/dispatch-rules/{rule['id']}", json={"disclosure": SAYS_NOTHING}).raise_for_status()

    def post(self, path: str, body: dict[str, Any], expect: int = 201) -> Any:
        if path == "/v1/dispatch-rules":
            body = {"disclosure": SAYS_NOTHING, **body}
        answer = self.api.post(path, json=body)
        assert answer.status_code == expect, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def calls(self) -> list[dict[str, Any]]:
        return self.get("/v1/calls", limit=100)["data"]

    def call_of(self, sip_call_id: str) -> dict[str, Any] | None:
        return next((call for call in self.calls() if call["sip_call_id"] == sip_call_id), None)

    def until(self, question: Any, what: str, patience: float = PATIENCE) -> Any:
        """Asks again and again until the answer is truthy; fails with `what` after `patience` seconds."""
        deadline = time.monotonic() + patience
        while True:
            try:
                if answer := question():
                    return answer
            except httpx.TransportError:
                pass  # the thing that answers is just restarting
            assert time.monotonic() < deadline, f"not within {patience} s: {what}"
            time.sleep(0.05)

    def was_told(self, sip_call_id: str, words: str, patience: float = PATIENCE) -> str:
        """Waits until the caller was told this, as the record has it: only what was played is in it. The call's id."""

        def told() -> str:
            call = self.call_of(sip_call_id)
            if not call:
                return ""
            lines = self.get(f"/v1/calls/{call['id']}/transcript")["data"]
            entries = self.get(f"/v1/calls/{call['id']}/events", limit=500)["data"]
            said = [line["text"] for line in lines if line["speaker"] == "agent"]
            said += [entry["body"]["text"] for entry in entries if entry["kind"] == "disclosure_played"]
            return call["id"] if any(words in text.lower() for text in said) else ""

        return self.until(told, f"the caller is told: {words}", patience)

    def ended_call(self, sip_call_id: str, patience: float = PATIENCE) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            call = self.call_of(sip_call_id)
            return call if call and call["termination"] else None

        return self.until(ended, f"the record of {sip_call_id} closed", patience)

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in (self.folder / "logs").glob("*.log"))

    def stop(self) -> None:
        self.api.close()
        if self.record.running():
            command = [sys.executable, "-m", "gateway", "down", "--state", str(self.folder)]
            subprocess.run(command, check=True, timeout=120, capture_output=True)

    def processes(self) -> list[int]:
        """Every process whose environment or command line names this stack's folder."""
        mark = str(self.folder).encode()
        found: list[int] = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                except OSError:
                    continue
                if mark in text:
                    found.append(int(entry.name))
        return found


def read_json(path: Path) -> Any:
    return json.loads(path.read_text())
