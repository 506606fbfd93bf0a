"""A webhook that is played back is known again, however it is written; and the memory has an end."""

from __future__ import annotations

from gateway.carrier_webhooks.seen import Seen

FORM = b"CallSid=CA1&CallStatus=completed&To=%2B15105550100"


def test_the_same_again_is_not_new() -> None:
    seen = Seen()
    assert seen.is_new("car_1", FORM)
    assert not seen.is_new("car_1", FORM)
    assert seen.is_new("car_2", FORM)
    assert seen.is_new("car_1", FORM.replace(b"CA1", b"CA2"))


def test_a_form_in_another_order_or_another_spelling_is_the_same() -> None:
    seen = Seen()
    assert seen.is_new("car_1", FORM)
    assert not seen.is_new("car_1", b"To=%2b15105550100&CallStatus=completed&CallSid=CA1")


def test_json_and_bytes_that_are_no_text_are_told_apart() -> None:
    seen = Seen()
    bodies = [b'{"id":"1","a":"b=c&d"}', b'{"id":"2","a":"b=c&d"}', b"\xff", b"\xfe", b""]
    assert all(seen.is_new("car_1", body) for body in bodies)
    assert not any(seen.is_new("car_1", body) for body in bodies)


def test_the_oldest_is_forgotten_first_and_the_memory_is_bounded() -> None:
    seen = Seen(most=3)
    for place in range(3):
        seen.is_new("car_1", b"%d" % place)
    assert not seen.is_new("car_1", b"0")
    assert seen.is_new("car_1", b"3")
    assert len(seen) == 3
    assert not seen.is_new("car_1", b"0")
    assert seen.is_new("car_1", b"1")
