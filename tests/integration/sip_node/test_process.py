"""`gateway sip` as a process: ready without a control plane, gone after SIGTERM."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from gateway.kernel.role_tokens import ensure_role_keys
from gateway.stack.program import Child
from gateway.stack.programs import sip_program
from tests.integration.switchboard import Switchboard


async def test_the_process_answers_options_and_ends_on_sigterm(switchboard: Switchboard, tmp_path: Path) -> None:
    ensure_role_keys(switchboard.plan.state_dir / "keys")
    child = Child(sip_program(switchboard.plan), tmp_path)
    await child.start()
    await child.wait_ready()
    assert child.pid is not None
    os.kill(child.pid, signal.SIGTERM)
    assert await child.ended() == 0
    await child.stop()
    assert "task_failed" not in child.log_path.read_text()
