"""The private names of `livekit` that we touch are there and mean what we think."""

from __future__ import annotations

import asyncio
import json
import sys

import numpy as np
from livekit import rtc
from livekit.rtc._ffi_client import FfiClient
from livekit.rtc._proto.ffi_pb2 import FfiEvent

from gateway.livekit.own_events import only_its_own
from gateway.sip.caller_audio import CallerAudio


def frame_event(handle: int) -> FfiEvent:
    event = FfiEvent()
    event.audio_stream_event.stream_handle = handle
    event.audio_stream_event.eos.SetInParent()
    return event


async def test_a_stream_is_woken_by_its_own_frames_alone() -> None:
    source = rtc.AudioSource(8000, 1, queue_size_ms=40)
    track = rtc.LocalAudioTrack.create_audio_track("t", source)
    stream = rtc.AudioStream(track, sample_rate=8000, frame_size_ms=20, capacity=4)
    only_its_own(stream)
    (wanted,) = [keep for queue, _, keep in FfiClient.instance.queue._subscribers if queue is stream._ffi_queue]
    assert wanted is not None
    assert wanted(frame_event(stream._ffi_handle.handle))
    assert not wanted(frame_event(stream._ffi_handle.handle + 1))
    assert not wanted(FfiEvent())
    await stream.aclose()
    await source.aclose()


async def test_what_the_caller_says_reaches_the_source_whole_and_in_order() -> None:
    audio = CallerAudio()
    taken: list[int] = []
    done = asyncio.Event()

    def seen(event: FfiEvent) -> bool:
        if event.WhichOneof("message") == "capture_audio_frame":
            assert not event.capture_audio_frame.error
            taken.append(1)
            asyncio_loop.call_soon_threadsafe(done.set)
        return False

    asyncio_loop = asyncio.get_running_loop()
    queue = FfiClient.instance.queue.subscribe(asyncio_loop, filter_fn=seen)
    for value in range(5):
        audio.put(np.full(160, value, np.int16))
    await asyncio.wait_for(done.wait(), 5)
    FfiClient.instance.queue.unsubscribe(queue)
    assert len(taken) == 1
    assert audio.dropped == 2
    kept = np.frombuffer(audio._kept[0].data, dtype=np.int16)
    assert kept.reshape(3, 160)[:, 0].tolist() == [2, 3, 4]
    await audio.close()


async def test_a_caller_who_may_not_be_heard_becomes_silence_that_goes_on() -> None:
    audio = CallerAudio(16000)
    handed: list[np.ndarray] = []
    for speaking, value in ((True, 7), (False, 8), (True, 9)):
        audio.put(np.full(320, 5, np.int16))
        audio.speak(speaking)  # holds for what is not handed over yet, too
        audio.put(np.full(320, value, np.int16))
        await asyncio.sleep(0)
        handed.append(np.frombuffer(audio._kept[-1].data, dtype=np.int16)[::320])
    assert [part.tolist() for part in handed] == [[5, 7], [0, 0], [0, 9]]
    audio.put(np.zeros(160, np.int16))  # of a prompt, or of a held line
    await asyncio.sleep(0)
    assert audio._kept[-1].samples_per_channel == 320
    await audio.close()


async def test_whoever_asks_is_woken_by_its_own_answer_alone() -> None:
    """In a process of its own: from then on the whole process asks like this."""
    done = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.unit.sip_node.many_speak", stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(done.communicate(), 60)
    assert done.returncode == 0
    woken = json.loads(said)
    assert woken["frames"] == 150
    assert woken["in_vain"] < 150, "without it, each frame wakes the two others: 300"
    assert woken["left"] == woken["before"]
