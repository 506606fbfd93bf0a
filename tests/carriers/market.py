"""All doubles at once, for tests of what stands on carriers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from tests.carriers.bench import Bench
from tests.carriers.benches import BENCHES


class Market:
    """`benches` by kind of carrier. `elsewhere`: where they are, while it is open."""

    def __init__(self, kinds: tuple[str, ...] = ("telnyx", "twilio", "wavix")) -> None:
        self.benches: dict[str, Bench] = {kind: BENCHES[kind]() for kind in kinds}
        self.elsewhere: dict[str, str] = {}

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Market]:
        """Afterwards every exchange must have kept its carrier's contract."""
        async with AsyncExitStack() as stack:
            for bench in self.benches.values():
                self.elsewhere.update(await stack.enter_async_context(bench.double.running()))
            yield self

    def sold(self) -> list[str]:
        """Every purchase at any of them."""
        return [number for bench in self.benches.values() for number in bench.sold()]

    def writes(self) -> int:
        return sum(len(bench.double.writes()) for bench in self.benches.values())
