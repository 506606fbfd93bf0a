"""The trunk tests of a control plane, put together. What speaks and listens is loaded with the first test."""

from __future__ import annotations

from collections.abc import Callable

from gateway.calls.service import Calls
from gateway.kernel.secrets import SecretBox
from gateway.livekit.passes import LiveKitPasses
from gateway.settings import Settings
from gateway.trunk_test.plan import TestPlan
from gateway.trunk_test.service import Run, TrunkTests


def open_trunk_tests(settings: Settings, calls: Calls, box: SecretBox) -> TrunkTests:
    def new_run(test_id: str, plan: TestPlan, tell: Callable[[str], None]) -> Run:
        from gateway.livekit.echo import RoomEcho
        from gateway.trunk_test.run import TestServices, TrunkTestRun

        echo = RoomEcho(LiveKitPasses(settings.livekit, calls.clock))
        services = TestServices(calls.begin, calls.feed, calls.clock, settings.sip, echo)
        return TrunkTestRun(test_id, plan, services, tell)

    return TrunkTests(calls.begin, calls.clock, box, new_run)
