"""How turns are taken on a telephone: quick to answer, quick to fall silent."""

from __future__ import annotations

from collections.abc import Callable

from livekit.agents import AgentSession, TurnHandlingOptions, room_io

from agents.profile import AgentProfile
from agents.turn_end import WordsTurnEnd

END_OF_SPEECH_S = 0.25  # silence after which the detector calls a stretch of speech finished
BARGE_IN_S = 0.2  # of what can be words (barge_in.py); meanwhile the SIP node makes the agent quieter
FALSE_START_S = 0.6  # after a cough or a word that was no turn, until the agent goes on where it was
LONGEST_TURN_WAIT_S = 1.2
EARS_RATE, FRAME_MS = 16000, 20


def turn_handling(
    profile: AgentProfile, digits_expected: Callable[[], int] = lambda: 0,
    is_whole: Callable[[str], bool | None] = lambda _: None, early: bool = True,
) -> TurnHandlingOptions:  # fmt: skip
    """The reply is prepared, voice included, while the turn's end is still being decided. The short wait grows with the
    pauses that this caller makes in the middle of a turn; half a sentence gets the long one. Not `early`: nothing is
    asked before it is known whom the turn was meant for."""
    return TurnHandlingOptions(
        turn_detection=WordsTurnEnd(digits_expected, is_whole),
        endpointing={
            "mode": "dynamic",
            "min_delay": min(END_OF_SPEECH_S, profile.max_turn_wait_s),
            "max_delay": min(profile.max_turn_wait_s, LONGEST_TURN_WAIT_S),
        },
        interruption={
            "mode": "vad",
            "min_duration": BARGE_IN_S,
            "resume_false_interruption": True,
            "false_interruption_timeout": FALSE_START_S,
        },
        preemptive_generation={"enabled": early, "preemptive_tts": True},
    )


async def broken_off(session: AgentSession[None]) -> None:
    """Returns when what was interrupted is over: only then the tools that it called are part of the conversation, and
    an answer to it is one."""
    speech = session.current_speech
    if speech is not None and speech.interrupted:
        await speech


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
