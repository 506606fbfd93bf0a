"""The story of a call: a plain sentence per step, and the transcript. Pure folds over its events.

No sentence carries a number, a digit or a word that was said; those stay in `pii` fields.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from gateway.calls import facts, own_facts
from gateway.calls.capture_facts import CaptureProgress, OfCapture
from gateway.calls.capture_words import sentence_of_capture
from gateway.calls.consent_facts import DisclosurePlayed, OfConsent
from gateway.calls.consent_words import sentence_of_consent
from gateway.calls.dial_facts import OfDial, sentence_of_dial
from gateway.calls.events import (
    AgentDispatched,
    AgentGivenUp,
    CallEnded,
    Event,
    Outcome,
    RecordingOrdered,
    RecordingWithheld,
)
from gateway.calls.facts import Strict
from gateway.calls.offer_facts import OfferMade, OfferTaken
from gateway.calls.own_facts import RecordedFact
from gateway.calls.recording_facts import OfRecording, RecordingAsked
from gateway.calls.recording_words import sentence_of_recording
from gateway.calls.refer_facts import ReferEnd, ReferEnded, ReferPlaced
from gateway.calls.slugs import SENTENCES
from gateway.calls.supervisor_facts import AgentNoted, OfSupervisor
from gateway.calls.supervisor_words import sentence_of_supervision
from gateway.calls.transfer_facts import OfTransfer
from gateway.calls.transfer_words import sentence_of_transfer


class TimelineEntry(Strict):
    at: datetime
    kind: str
    sentence: str


class TranscriptTurn(Strict):
    """What one side said; times of the speech itself."""

    speaker: Literal["caller", "agent", "human"]
    text: str
    at: datetime
    ended_at: datetime
    interrupted: bool


def timeline_of(events: Iterable[Event]) -> list[TimelineEntry]:
    """The steps in the order in which they happened; what two sources told is told once.

    How far a capture is (4 of 16) is for those who follow it live, and no step of the story.
    """
    told = (event for event in events if not (event.repeated or isinstance(event.what, CaptureProgress)))
    entries = [TimelineEntry(at=event.at, kind=event.what.kind, sentence=sentence_of(event)) for event in told]
    return sorted(entries, key=lambda entry: entry.at)


def transcript_of(events: Iterable[Event]) -> list[TranscriptTurn]:
    """What was said, in the order of speaking."""
    said = [event.what for event in events if isinstance(event.what, facts.Utterance) and event.what.pii.text]
    said.sort(key=lambda one: (one.started_at, one.at, one.seq))
    return [
        TranscriptTurn(
            speaker=one.speaker,
            text=one.pii.text,
            at=one.started_at,
            ended_at=one.ended_at,
            interrupted=one.interrupted,
        )
        for one in said
    ]


_REFERRED: dict[ReferEnd, str] = {
    "done": "The caller's phone has gone where it was sent.",
    "refused": "The caller's phone takes no REFER; the transfer goes on through us.",
    "failed": "The caller's phone tried, and the human was not reached.",
    "barred": "The caller was not sent on: calls do not go there.",
    "unknown": "Nobody said in time whether the caller's phone went where it was sent.",
}


def sentence_of(event: Event) -> str:
    """One plain sentence for one event."""
    return _sentence(event.what) + (" (reported after the end)" if event.late else "")


def _sentence(what: RecordedFact | Outcome) -> str:
    match what:
        case (
            own_facts.AdmissionDecided()
            | own_facts.RouteFound()
            | own_facts.TransferDecided()
            | own_facts.EffectFailed()
        ):
            return _of_ours(what)
        case facts.DialSent(transport=transport):
            return f"The INVITE left over {transport.upper()}."
        case facts.DialProgress() | facts.DialFailed() | facts.TransferAsked() | facts.TransferEnded():
            return _of_dialling(what)
        case CallEnded() | AgentDispatched() | AgentGivenUp():
            return _of_outcome(what)
        case ReferPlaced():
            return "The caller's own phone was asked to call the human (REFER)."
        case ReferEnded(outcome=outcome):
            return _REFERRED[outcome]
        case OfferMade():
            return "The call was offered to somebody at a browser."
        case OfferTaken():
            return "The offer was taken."
        case OfTransfer():
            return sentence_of_transfer(what)
        case OfCapture():
            return sentence_of_capture(what)
        case facts.NumbersSpoken():
            return "A card number, or what belongs to one, was spoken: it is kept nowhere."
        case DisclosurePlayed() | OfConsent():
            return sentence_of_consent(what)
        case OfDial():
            return sentence_of_dial(what)
        case OfRecording() | RecordingAsked() | RecordingOrdered() | RecordingWithheld():
            return sentence_of_recording(what)
        case OfSupervisor() | AgentNoted():
            return sentence_of_supervision(what)
        case facts.AgentJoined() | facts.AgentMissing() | facts.AgentLost() | facts.ToolCalled():
            return _of_agent(what)
        case facts.ProvidersUsed(stt=stt, llm=llm, tts=tts):
            return f"Who listens, thinks and speaks for the agent: {stt}, {llm}, {tts}."
        case facts.DigitPressed() | facts.Utterance() | facts.TurnMeasured() | facts.FirstAudio():
            return _of_media(what)
        case _:
            return _of_leg(what)


def _of_leg(what: object) -> str:
    match what:
        case facts.InviteReceived(direction="outbound"):
            return "A call out was asked for."
        case facts.InviteReceived(transport=transport, admitted_by="loss_policy"):
            return f"An INVITE came over {transport.upper()} and was let in by the trunk's loss policy."
        case facts.InviteReceived(transport=transport):
            return f"An INVITE came over {transport.upper()}."
        case facts.InviteRefused(sip_code=code, slug=slug):
            return f"The INVITE was refused with {code}: {_reason(slug)}"
        case facts.ChallengeMet(by=by):
            return "The caller pressed the key that was asked for." if by == "press_key" else "The caller knew the PIN."
        case facts.LegJoined():
            return "The phone joined a LiveKit room; an agent is expected."
        case facts.LegAnswered(codec=codec):
            return f"The call was answered, codec {codec}."
        case facts.LegLeft(ended_by=party, slug=slug):
            return f"The phone left the room, ended by the {party}: {_reason(slug)}"
        case facts.LegHeld(held=held, by=party):
            return f"The {party} put the call on hold." if held else f"The {party} took the call off hold."
        case facts.AudioSet(problem=problem):
            return f"The audio of the phone was not changed: {problem}." if problem else "The audio was changed."
        case facts.HangupAsked(asked_by=party):
            return f"The {party} asked to end the call."
        case facts.FallbackPlayed():
            return "No agent was there, so the caller heard the fallback prompt."
        case facts.CallLost(slug=slug):
            return f"The record was closed because nothing carries the call any more: {_reason(slug)}"
        case _:
            return "Something was reported."


def _of_dialling(what: facts.DialProgress | facts.DialFailed | facts.TransferAsked | facts.TransferEnded) -> str:
    match what:
        case facts.DialProgress(early_media=True):
            return "The far end sends sound before it answers."
        case facts.DialProgress(sip_code=300 | 301 | 302 as code):
            return f"The far end sent the call on to another number ({code})."
        case facts.DialProgress(sip_code=180):
            return "The far end rings."
        case facts.DialProgress(sip_code=code):
            return f"The far end made progress ({code})."
        case facts.DialFailed(sip_code=code, slug=slug):
            return f"The call out failed{f' with {code}' if code else ''}: {_reason(slug)}"
        case facts.TransferAsked():
            return "The call was asked to go on at another number."
        case facts.TransferEnded(outcome="success"):
            return "The transfer succeeded."
        case facts.TransferEnded(outcome="unknown"):
            return "Nobody said in time whether the transfer succeeded."
        case facts.TransferEnded(sip_code=code):
            return f"The transfer failed{f' with {code}' if code else ''}; the call went on."


def _of_agent(what: facts.AgentJoined | facts.AgentMissing | facts.AgentLost | facts.ToolCalled) -> str:
    match what:
        case facts.AgentJoined(resumed=resumed):
            return "An agent took the conversation over." if resumed else "An agent joined."
        case facts.AgentMissing(waited_ms=waited):
            return f"No agent was in the room after {waited / 1000:.1f} s."
        case facts.AgentLost(reason=reason):
            return "The agent left the room." if reason == "left" else "The agent gave no more signs of life."
        case facts.ToolCalled(name=name, ok=ok):
            return f"The agent used the tool {name}." if ok else f"The agent's tool {name} failed."


def _of_media(what: facts.DigitPressed | facts.Utterance | facts.TurnMeasured | facts.FirstAudio) -> str:
    match what:
        case facts.DigitPressed():
            return "The caller pressed a key."
        case facts.Utterance(speaker=speaker, interrupted=interrupted):
            return f"The {speaker} spoke" + (" and was interrupted." if interrupted else ".")
        case facts.TurnMeasured(turn=turn, stages=stages):
            total = stages.get("total")
            return f"Turn {turn} was answered" + (f" within {total:.0f} ms." if total is not None else ".")
        case facts.FirstAudio(after_invite_ms=after):
            return f"The caller heard the first sound {after:.0f} ms after the INVITE."


def _of_ours(
    what: own_facts.AdmissionDecided | own_facts.RouteFound | own_facts.TransferDecided | own_facts.EffectFailed,
) -> str:
    match what:
        case own_facts.AdmissionDecided(verdict=verdict) if verdict.verdict == "reject":
            return f"The call was refused with {verdict.sip_code}: {verdict.sentence}"
        case own_facts.AdmissionDecided(verdict=verdict) if verdict.caller_trust is not None:
            return f"The call was admitted: {verdict.caller_trust.reason}."
        case own_facts.AdmissionDecided():
            return "The call was admitted."
        case own_facts.TransferDecided(verdict=verdict) if verdict.verdict == "reject":
            return f"The transfer was refused: {verdict.sentence}"
        case own_facts.TransferDecided():
            return "The transfer was admitted."
        case own_facts.RouteFound():
            return "Trunk, rule and agent of the call were found."
        case own_facts.EffectFailed(effect=effect, reason=reason):
            return f"{effect.replace('_', ' ').capitalize()} failed ({reason})."


def _of_outcome(what: CallEnded | AgentDispatched | AgentGivenUp) -> str:
    match what:
        case CallEnded(termination=termination):
            return termination.sentence
        case AgentDispatched(attempt=attempt, resume=True):
            return f"Another agent was asked to take over (attempt {attempt})."
        case AgentDispatched(attempt=attempt):
            return f"An agent was asked for again (attempt {attempt})."
        case AgentGivenUp(attempts=attempts):
            return f"No agent came after {attempts} attempts."


def _reason(slug: str) -> str:
    return SENTENCES.get(slug, "an unlisted reason.")
