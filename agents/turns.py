"""How turns are taken on a telephone: quick to answer, quick to fall silent."""

from __future__ import annotations

from livekit.agents import TurnHandlingOptions, room_io

from agents.profile import AgentProfile

END_OF_SPEECH_S = 0.25  # silence after which the detector calls a stretch of speech finished
BARGE_IN_S = 0.25
LONGEST_TURN_WAIT_S = 1.2
EARS_RATE, FRAME_MS = 16000, 20


def turn_handling(profile: AgentProfile) -> TurnHandlingOptions:
    """The reply is prepared, voice included, while the turn's end is still being decided."""
    return TurnHandlingOptions(
        turn_detection="vad",
        endpointing={
            "mode": "fixed",
            "min_delay": 0.0,
            "max_delay": min(profile.max_turn_wait_s, LONGEST_TURN_WAIT_S),
        },
        interruption={"mode": "vad", "min_duration": BARGE_IN_S},
        preemptive_generation={"enabled": True, "preemptive_tts": True},
    )


def room_options(caller_identity: str) -> room_io.RoomOptions:
    """Hears this caller only; nobody in the room may type to the agent."""
    return room_io.RoomOptions(
        participant_identity=caller_identity,
        audio_input=room_io.AudioInputOptions(
            sample_rate=EARS_RATE, frame_size_ms=FRAME_MS, auto_gain_control=False, pre_connect_audio=False
        ),
        audio_output=False,
        text_input=False,
        text_output=False,
        video_input=False,
        close_on_disconnect=False,
    )
