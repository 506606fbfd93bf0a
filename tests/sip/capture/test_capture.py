"""A caller types a card, and nobody but the tokeniser learns it: not the room, another phone, the record or a file."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from gateway.phone.script import Say
from tests.sip.capture.colleague import Colleague, colleague_of
from tests.sip.capture.spy import Spy, key_frames, spy_in
from tests.sip.capture.till import Payer, Till, calling
from tests.sip.transfers.caller import seconds_with
from tests.sip.transfers.office import CALLER_HZ, tone

# no digit of one is in the next: what a phone tells again in another way within two seconds is the same press
CARDS = {"rfc4733": "5555555555554444", "info": "2223003122003222", "inband": "4444444444444448"}
WRONG = "5555555555554445"
TRIES = 5
ON_ITS_WAY = 25  # frames that were said before the shield was up


def learnt(spy: Spy, *secrets: str) -> list[str]:
    """What of it anybody in the room could see."""
    seen = [*spy.shown, "".join(spy.keys), *(packet.decode("latin-1") for packet in spy.packets)]
    return [text for text in seen if any(secret[:6] in text for secret in secrets)]


async def test_a_card_typed_in_any_way_becomes_a_token_and_nobody_else_learns_a_digit(payer: Payer) -> None:
    """Without and with the caller's voice; a key before and one after it are heard as ever. A colleague is on another
    phone in the same room all the time."""

    async def conversation() -> None:
        await payer.greeted()
        async with spy_in(payer.till.stack, payer.room) as spy, colleague_of(payer) as colleague:
            await payer.types("*", "rfc4733")
            await spy.until(lambda: spy.keys == ["*"])
            payer.phone.speak_frames(list(tone(CALLER_HZ, 240).reshape(-1, 160)))
            await spy.hears(CALLER_HZ)
            await colleague.hears(CALLER_HZ)
            for way, card in CARDS.items():
                await takes(payer, spy, colleague, way, card)
            await payer.types("8", "rfc4733")
            await spy.until(lambda: spy.keys == ["*", "8"])
            assert learnt(spy, *CARDS.values()) == []
            assert colleague.keys == [] and key_frames(colleague.heard) == 0

    await payer.phone.talk(payer.till.stack.uri(payer.till.number), conversation)
    record = await asyncio.to_thread(payer.till.stack.ended_call, payer.phone.sip_call_id)
    assert record["termination"]["slug"] == "completed"
    events = payer.till.events(payer.call_id)
    assert [e["pii"]["digit"] for e in events if e["kind"] == "digit_pressed"] == ["*", "8"]
    assert payer.till.kept_anywhere(*CARDS.values()) == []


async def takes(payer: Payer, spy: Spy, colleague: Colleague, way: str, card: str) -> None:
    talk = way == "inband"
    capture = await payer.begins("card_number", talk=talk)
    await spy.until(lambda: any(capture in one for one in spy.shown))
    start = len(spy.heard)
    if talk:
        await spy.hears(CALLER_HZ)
        await colleague.hears(CALLER_HZ)  # and helps
    else:
        await spy.hears_more(3 * ON_ITS_WAY)
    await payer.types(card, way)
    told = await payer.ends(capture)
    assert told["outcome"] == "taken" and told["pii"]["last4"] == card[-4:], told
    assert told["pii"]["token"].startswith("test_") and told["keys"] == told["of"] == len(card)
    await spy.until(lambda: spy.shown[-1] == "gateway.capture=")
    if not talk:
        assert seconds_with(spy.between(start + ON_ITS_WAY, spy.heard_then[-2]), CALLER_HZ) == 0  # to the last key
    await spy.hears(CALLER_HZ)
    assert key_frames(spy.between(start)) == 0


async def test_what_comes_to_nothing_is_told_and_the_call_goes_on(payer: Payer) -> None:
    """Wrong three times, too late, cancelled, begun twice; and hung up on in the middle."""
    till = payer.till
    told: dict[str, dict[str, object]] = {}

    async def conversation() -> None:
        await payer.greeted()
        wrong = await payer.begins("card_number")
        for attempt in (1, 2, 3):
            await asyncio.to_thread(till.told, payer.call_id, "capture_progress", attempt=attempt, keys=0)
            await payer.types(WRONG, "rfc4733")
        told["invalid"] = await payer.ends(wrong)
        await asyncio.to_thread(till.stack.until, lambda: said(payer, "was not valid"), "the agent says so and goes on")
        late = await payer.begins("pin", patience={"first_key_s": 3})
        told["timed_out"] = await payer.ends(late)
        cancelled = await payer.begins("card_number")
        await payer.types("55555", "rfc4733")
        refused = await asyncio.to_thread(lambda: till.capture(payer.call_id, "pin", expect=409))
        assert refused["code"] == "capture.under_way"
        await asyncio.to_thread(till.cancel, payer.call_id, cancelled)
        told["cancelled"] = await payer.ends(cancelled)
        told["hung_up"] = {"id": await payer.begins("card_number")}
        await payer.types("55555555", "rfc4733")
        await asyncio.to_thread(till.told, payer.call_id, "capture_progress", capture_id=told["hung_up"]["id"], keys=8)

    await payer.phone.talk(till.stack.uri(till.number), conversation)
    record = await asyncio.to_thread(till.stack.ended_call, payer.phone.sip_call_id)
    assert (record["termination"]["slug"], record["termination"]["ended_by"]) == ("completed", "caller")
    told["hung_up"] = await payer.ends(str(told["hung_up"]["id"]))
    assert {name: one["outcome"] for name, one in told.items()} == {name: name for name in told}
    assert all(one["pii"] is None for one in told.values())
    assert not any(event["kind"] == "digit_pressed" for event in till.events(payer.call_id))
    assert till.kept_anywhere(WRONG, WRONG[:8]) == []


async def test_the_agent_has_its_caller_type_and_says_what_came_of_it(payer: Payer, wish_to_pay: Path) -> None:
    """It hears none of it: nothing that is said meanwhile is in its transcript."""
    till, card = payer.till, "4242424242424242"

    async def conversation() -> None:
        await payer.greeted()
        capture = await asks_to_pay(payer, wish_to_pay)
        assert await payer.phone.say(Say("pay by card", wish_to_pay)) is None  # the agent is deaf now
        await payer.types(card + "#", "rfc4733")
        await payer.types("1239", "info")
        await payer.types("737", "inband")
        taken = await payer.ends(capture)
        assert (taken["outcome"], taken["brand"], taken["name"]) == ("taken", "visa", "card")
        await asyncio.to_thread(
            till.stack.until, lambda: said(payer, "ending in 4 2 4 2"), "the agent says what it has"
        )

    await payer.phone.talk(till.stack.uri(till.number), conversation)
    await asyncio.to_thread(till.stack.ended_call, payer.phone.sip_call_id)
    events = till.events(payer.call_id)
    [began] = [one["at"] for one in events if one["kind"] == "capture_began"]
    [ended] = [one["at"] for one in events if one["kind"] == "capture_ended"]
    spoken = [one["body"]["started_at"] for one in events if one["kind"] == "utterance"]
    assert spoken and not any(began < at < ended for at in spoken)
    assert till.kept_anywhere(card) == []


async def test_a_rule_has_its_callers_type_as_soon_as_they_are_greeted(till_first: Till) -> None:
    card = "4242424242424242"
    async with calling(till_first) as payer:

        async def conversation() -> None:
            await payer.greeted()
            asked = await asyncio.to_thread(till_first.told, payer.call_id, "capture_began")
            await payer.types(card + "#1239737", "rfc4733")
            taken = await payer.ends(asked["body"]["capture_id"])
            assert (taken["outcome"], taken["name"]) == ("taken", "card")
            await asyncio.to_thread(
                till_first.stack.until, lambda: said(payer, "ending in 4 2 4 2"), "the agent says what it has"
            )

        await payer.phone.talk(till_first.stack.uri(till_first.number), conversation)
        await asyncio.to_thread(till_first.stack.ended_call, payer.phone.sip_call_id)
        assert till_first.kept_anywhere(card) == []


async def asks_to_pay(payer: Payer, wish: Path) -> str:
    """Says it again, as anybody would, until the agent takes it up: it may not have been understood."""
    till = payer.till
    for left in reversed(range(TRIES)):
        await payer.phone.say(Say("pay by card", wish))
        try:
            asked = await asyncio.to_thread(
                till.stack.until, lambda: captures(payer), "the agent takes it up", 15.0 if left else 60.0
            )
        except AssertionError:
            if not left:
                raise
        else:
            await asyncio.to_thread(till.told, payer.call_id, "capture_began")
            return asked[0]["id"]
    raise AssertionError("unreachable")


def captures(payer: Payer) -> list[dict[str, str]]:
    return payer.till.stack.get(f"/v1/calls/{payer.call_id}/captures")["data"]


def said(payer: Payer, words: str) -> bool:
    turns = payer.till.stack.get(f"/v1/calls/{payer.call_id}/transcript")["data"]
    return any(turn["speaker"] == "agent" and words in turn["text"] for turn in turns)


@pytest.mark.parametrize("level", [300, 3000, 12000])
def test_the_ears_of_these_tests_hear_keys(level: int) -> None:
    """Else nothing that they do not hear would show anything."""
    at = np.arange(1600) / 8000
    key = (level * (np.sin(2 * np.pi * 770 * at) + np.sin(2 * np.pi * 1336 * at))).astype(np.int16)
    assert key_frames(np.concatenate([np.zeros(800, np.int16), key, np.zeros(800, np.int16)])) >= 5
    assert key_frames(tone(CALLER_HZ, 1)) == 0
