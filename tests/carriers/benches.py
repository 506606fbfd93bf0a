"""Every carrier that must pass the contract in tests/carriers/suite."""

from __future__ import annotations

from tests.carriers.bench import Make
from tests.carriers.telnyx.bench import TelnyxBench
from tests.carriers.twilio.bench import TwilioBench
from tests.carriers.wavix.bench import WavixBench

BENCHES: dict[str, Make] = {"telnyx": TelnyxBench, "twilio": TwilioBench, "wavix": WavixBench}
