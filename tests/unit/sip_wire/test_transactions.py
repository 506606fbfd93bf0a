"""Transactions as playbooks: at which second what is sent, on a clock that is only a number."""

from __future__ import annotations

from gateway.sip.wire.transactions import (
    ANSWER_S,
    LIFETIME,
    SPARE,
    T4,
    ClientTransaction,
    ServerTransaction,
    Transaction,
    TransactionTable,
)

KEY = ("z9hG4bKx", "h:5060", "INVITE")


def server(*, invite: bool = True, reliable: bool = False) -> ServerTransaction:
    return ServerTransaction(KEY, invite, reliable, 0.0)


def client(*, invite: bool = True, reliable: bool = False) -> ClientTransaction:
    return ClientTransaction(KEY, invite, reliable, 0.0, b"request")


def sent(transaction: Transaction, until: float = 1000.0) -> list[float]:
    """The times at which it sends something again, until it is over or silent."""
    times = []
    while (now := transaction.due) <= until:
        if transaction.tick(now) is not None:
            times.append(now)
        if transaction.over(now):
            break
    return times


def test_an_invite_is_sent_again_at_doubling_distances_and_given_up_after_32_s() -> None:
    invite = client()  # timers A and B
    assert sent(invite) == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert invite.timed_out


def test_another_request_is_sent_again_every_4_s_at_most() -> None:
    bye = client(invite=False)  # timers E and F
    assert sent(bye) == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert bye.timed_out


def test_on_tcp_nothing_is_sent_again_but_it_is_given_up_too() -> None:
    invite = client(reliable=True)
    assert sent(invite) == []
    assert invite.timed_out


def test_a_provisional_response_silences_the_invite_for_as_long_as_it_rings() -> None:
    invite = client()
    assert invite.receive(180, 0.2)
    assert invite.due == float("inf")
    assert not invite.over(10_000.0)


def test_a_provisional_response_slows_another_request_down() -> None:
    bye = client(invite=False)
    bye.receive(100, 0.2)
    assert sent(bye)[:3] == [0.5, 4.5, 8.5]


def test_a_final_response_is_shown_once_and_its_repetitions_absorbed() -> None:
    invite = client()
    assert invite.receive(486, 1.0)
    assert not invite.receive(486, 2.0)  # timer D: the layer only sends the ACK again
    assert sent(invite) == []
    assert invite.over(1.0 + LIFETIME)
    assert not invite.timed_out


def test_a_bye_is_over_5_s_after_its_answer_and_on_tcp_at_once() -> None:
    bye, quick = client(invite=False), client(invite=False, reliable=True)
    bye.receive(200, 1.0)  # timer K
    quick.receive(200, 1.0)
    assert (bye.over(5.9), bye.over(6.0), quick.over(1.0)) == (False, True, True)


def test_an_accepted_invite_waits_for_other_branches_on_tcp_as_well() -> None:
    invite = client(reliable=True)
    invite.receive(200, 1.0)  # timer M
    assert not invite.over(32.9)
    assert invite.over(33.0)


def test_a_cancelled_invite_that_nobody_ends_is_over_after_32_s() -> None:
    invite = client()
    invite.receive(180, 1.0)
    invite.give_up(10.0)
    assert sent(invite) == []
    assert invite.timed_out
    assert invite.over(10.0 + LIFETIME)


def test_a_refusal_is_repeated_until_the_ack() -> None:
    invite = server()  # timers G and H
    invite.respond(486, b"486", 0.0)
    assert sent(invite, until=4.0) == [0.5, 1.5, 3.5]
    invite.confirm(4.0)
    assert sent(invite) == []
    assert invite.over(4.0 + T4)  # timer I
    assert not invite.timed_out


def test_a_refusal_that_nobody_acknowledges_ends_after_32_s() -> None:
    invite = server()
    invite.respond(486, b"486", 0.0)
    assert sent(invite) == [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert invite.timed_out


def test_an_answer_is_repeated_until_the_ack_on_tcp_too() -> None:
    invite = server(reliable=True)  # RFC 3261 §13.3.1.4
    invite.respond(200, b"200", 10.0)
    assert sent(invite, until=14.0) == [10.5, 11.5, 13.5]
    invite.confirm(14.0)
    assert invite.over(14.0)


def test_an_acknowledged_answer_still_absorbs_late_invites() -> None:
    invite = server()
    invite.respond(200, b"200", 0.0)
    invite.confirm(1.0)  # timer L
    assert not invite.over(32.9)
    assert invite.over(33.0)


def test_a_refusal_on_tcp_is_sent_once() -> None:
    invite = server(reliable=True)
    invite.respond(486, b"486", 0.0)
    assert sent(invite) == []


def test_the_answer_to_another_request_is_kept_for_32_s() -> None:
    bye = server(invite=False)  # timer J
    bye.respond(200, b"200", 0.0)
    assert sent(bye) == []
    assert bye.over(LIFETIME)
    assert not bye.timed_out


def test_an_invite_that_the_core_forgets_is_not_kept_for_ever() -> None:
    invite = server()
    invite.respond(180, b"180", 1.0)
    assert not invite.over(ANSWER_S - 1)
    assert sent(invite) == []
    assert invite.timed_out
    assert invite.over(ANSWER_S)


def ticked(table: TransactionTable, now: float) -> list[bytes]:
    return [raw for transaction in table.due(now) if (raw := transaction.tick(now)) is not None]


def test_the_table_gives_each_transaction_its_turn_and_forgets_it_at_its_end() -> None:
    table = TransactionTable()
    table.put(client())
    assert table.next_due() == 0.5
    assert ticked(table, 0.4) == []
    assert ticked(table, 0.5) == [b"request"]
    assert ticked(table, 40.0) == []
    assert len(table) == 0
    assert table.next_due() is None


def test_a_repeated_put_takes_no_room() -> None:
    table = TransactionTable()
    invite = client()
    for _ in range(1000):
        table.put(invite)
    assert ticked(table, 0.5) == [b"request"]
    assert len(table._heap) == 1


def test_what_is_answered_is_not_due_when_it_would_have_been() -> None:
    table = TransactionTable()
    invite = client()
    table.put(invite)
    invite.receive(180, 0.1)
    table.put(invite)
    assert ticked(table, 100.0) == []
    assert table.get(KEY) is invite


def test_under_a_flood_calls_can_still_be_ended() -> None:
    table = TransactionTable(limit=1)
    table.put(server())
    assert table.full_for("INVITE")
    assert not table.full_for("BYE")


def test_a_flood_that_is_refused_at_once_leaves_no_trace_of_when_it_would_have_been_due() -> None:
    table, kept = TransactionTable(), client()
    table.put(kept)
    for number in range(20_000):
        now = number / 1000
        transaction = ServerTransaction((f"z9hG4bK{number}", "h", "INVITE"), True, False, now)
        table.put(transaction)
        transaction.respond(400, b"400", now)
        table.put(transaction)
        transaction.confirm(now)
        table.put(transaction)
        ticked(table, now)
        assert len(table._heap) <= 2 * len(table) + SPARE
    assert kept.due > 19.0  # it was still asked in time
    ticked(table, 19.999 + LIFETIME)
    assert len(table) == 0
