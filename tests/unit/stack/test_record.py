"""What a stack writes down about itself."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from gateway.kernel.errors import SetupError
from gateway.stack.plan import StackPlan, StackPorts, StackRecord
from gateway.stack.ports import PortAllocator


def plan_in(folder: Path, host: str) -> StackPlan:
    return StackPlan(folder, StackPorts.allocate(PortAllocator(), sip=None, api=None), host=host)


def started(plan: StackPlan) -> StackRecord:
    record = StackRecord(plan.state_dir)
    record.claim()
    record.write("ready", plan, {}, {})
    record.write_env(plan, "gw_live_x")
    return record


def test_other_tools_on_this_machine_get_addresses_and_a_key(tmp_path: Path) -> None:
    record = started(plan_in(tmp_path, "127.0.0.1"))
    assert record.read_env()["GATEWAY_API_KEY"] == "gw_live_x"
    assert stat.S_IMODE((tmp_path / "stack.env").stat().st_mode) == 0o600


def test_beyond_loopback_there_is_no_such_key(tmp_path: Path) -> None:
    record = started(plan_in(tmp_path, "192.0.2.1"))
    with pytest.raises(SetupError, match="beyond loopback"):
        record.read_env()


def test_a_second_stack_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    plan = plan_in(tmp_path, "127.0.0.1")
    record = started(plan)
    with pytest.raises(SetupError, match="runs in"):
        StackRecord(tmp_path).claim()
    assert record.running()
