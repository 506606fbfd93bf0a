"""Three sources speak at the same time; prints how often somebody was woken by what was not the answer to it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from livekit import rtc
from livekit.rtc._ffi_client import FfiClient
from livekit.rtc._utils import Queue

from gateway.livekit.own_events import each_answer_to_its_asker

RATE, FRAMES = 8000, 50


async def main() -> None:
    each_answer_to_its_asker()
    counted = {"woken": 0}
    put = Queue.put_nowait

    def counts(self: Any, event: Any) -> None:
        counted["woken"] += 1
        put(self, event)

    Queue.put_nowait = counts  # pyright: ignore[reportAttributeAccessIssue]
    before = len(FfiClient.instance.queue._subscribers)
    sources = [rtc.AudioSource(RATE, 1, queue_size_ms=100) for _ in range(3)]

    async def speak(source: rtc.AudioSource) -> None:
        for _ in range(FRAMES):
            await source.capture_frame(rtc.AudioFrame.create(RATE, 1, RATE // 50))

    await asyncio.gather(*(speak(source) for source in sources))
    left = len(FfiClient.instance.queue._subscribers)
    frames = FRAMES * len(sources)
    print(json.dumps({"frames": frames, "in_vain": counted["woken"] - frames, "before": before, "left": left}))


asyncio.run(main())
