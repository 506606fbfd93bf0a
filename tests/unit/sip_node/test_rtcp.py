"""RTCP written and read, and the quality it tells of."""

from __future__ import annotations

import random
import struct
from dataclasses import replace

import pytest

from gateway.sip.rtp import quality, rtcp, rtcp_read
from gateway.sip.rtp.incoming import Incoming
from gateway.sip.rtp.outgoing import Outgoing
from gateway.sip.rtp.packet import build
from gateway.sip.rtp.reception import Reception
from tests.unit.sip_node.test_playout import Line, packet

WALL = 1_800_000_000.25


def report(**change: float) -> rtcp.Report:
    usual = {
        "ssrc": 11, "timestamp": 800, "packets": 5, "octets": 800, "heard_ssrc": 22, "lost": 3, "fraction_lost": 0.25,
        "highest_sequence": 70000, "jitter": 16, "last_sr": 0, "since_last_sr_s": 0.0,
    }  # fmt: skip
    return rtcp.Report(**{**usual, **change})  # type: ignore[arg-type]


def test_what_we_write_can_be_read() -> None:
    heard = rtcp_read.read(rtcp.compound(report(), "a@b", wall=WALL))
    assert heard
    assert (heard.ssrc, heard.packets, heard.sender_middle) == (11, 5, rtcp.middle(WALL))
    assert heard.blocks == [rtcp_read.Block(22, 0.25, 3, 70000, 16, 0, 0)]
    assert heard.left == set()
    silent = rtcp_read.read(rtcp.compound(report(heard_ssrc=None), "a@b", wall=WALL, bye=True))  # type: ignore[arg-type]
    assert silent
    assert (silent.blocks, silent.left) == ([], {11})


def test_more_packets_than_were_expected_are_a_negative_loss() -> None:
    heard = rtcp_read.read(rtcp.compound(report(lost=-2, fraction_lost=-1), "a@b", wall=WALL))
    assert heard
    assert (heard.blocks[0].lost, heard.blocks[0].fraction_lost) == (-2, 0)


def test_the_round_trip_is_what_is_left_when_the_waiting_is_taken_away() -> None:
    sent = rtcp.middle(WALL)
    block = rtcp_read.Block(1, 0, 0, 0, 0, last_sr=sent, since_last_sr=int(2.5 * 65536))
    assert rtcp_read.round_trip_ms(block, rtcp.middle(WALL + 2.58)) == pytest.approx(80, abs=0.1)
    assert rtcp_read.round_trip_ms(block, rtcp.middle(WALL + 2.4)) is None
    assert rtcp_read.round_trip_ms(replace(block, last_sr=0), sent) is None


def test_rtcp_and_rtp_on_one_port_are_told_apart() -> None:
    assert rtcp_read.is_rtcp(rtcp.compound(report(), "a@b", wall=WALL))
    rtp = [build(kind, mark, 1, 1, 1, b"x" * 20) for kind in (0, 9, 13, 101) for mark in (False, True)]
    assert not any(map(rtcp_read.is_rtcp, rtp))


def test_no_mutation_of_a_report_raises_anything() -> None:
    chance = random.Random(3550)
    seed = rtcp.compound(report(), "a@b", wall=WALL, bye=True)
    outcomes = []
    for _ in range(5000):
        raw = bytearray(seed)
        for _ in range(chance.randint(1, 4)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        outcomes.append(rtcp_read.read(bytes(raw[: chance.randint(0, len(raw))])) is None)
    assert 100 < outcomes.count(True) < 4990
    assert rtcp_read.read(b"") is None


class TestReception:
    def test_both_sides_learn_of_loss_jitter_and_round_trip(self) -> None:
        line = Line().play((n * 0.02, packet(n)) for n in range(1, 101) if n % 10)
        ours, theirs = Outgoing("PCMU", 0, None), Outgoing("PCMU", 0, None)
        here, there = Reception(line.incoming, ours, "PCMU"), Reception(Incoming("PCMU"), theirs, "PCMU")
        assert here.take(there.report("t", 10.0, WALL), 10.0, WALL)
        told = rtcp_read.read(here.report("o", 12.0, WALL + 2.0))
        assert told
        (block,) = told.blocks
        assert (block.ssrc, block.lost, round(block.fraction_lost, 2)) == (1, 9, 0.09)
        assert (block.last_sr, block.since_last_sr) == (rtcp.middle(WALL), 2 * 65536)
        # the other end hears the same stream under its own SSRC
        mirrored = replace(block, ssrc=theirs.ssrc)
        theirs.packets = 100
        assert there.take(_with_block(11, mirrored), 12.1, WALL + 2.1)
        figures = there.figures
        assert figures["rtt_ms"] == pytest.approx(100, abs=1)
        assert (figures["remote_lost"], figures["remote_loss_percent"]) == (9, 9.0)
        assert 1 < figures["remote_mos"] < 4
        assert here.figures["loss_percent"] == pytest.approx(9.09, abs=0.02)
        assert here.figures["mos"] < 4.2

    def test_a_clean_call_sounds_as_good_as_a_telephone_can(self) -> None:
        line = Line().play((n * 0.02, packet(n)) for n in range(100))
        figures = Reception(line.incoming, Outgoing("PCMU", 0, None), "PCMU").figures
        assert figures["mos"] >= 4.39
        assert figures["loss_percent"] == 0
        assert "rtt_ms" not in figures

    def test_the_peers_goodbye_is_noticed_for_its_own_stream_only(self) -> None:
        line = Line().play([(0.0, packet(1, ssrc=22))])
        reception = Reception(line.incoming, Outgoing("PCMU", 0, None), "PCMU")
        reception.take(rtcp.compound(report(ssrc=23), "x", wall=WALL, bye=True), 1.0, WALL)
        assert not reception.peer_left
        reception.take(rtcp.compound(report(ssrc=22), "x", wall=WALL, bye=True), 1.0, WALL)
        assert reception.peer_left


def _with_block(ssrc: int, block: rtcp_read.Block) -> bytes:
    losses = int(block.fraction_lost * 256) << 24 | block.lost
    body = struct.pack("!IIIIII", block.ssrc, losses, block.highest_sequence, block.jitter, block.last_sr,
                       block.since_last_sr)  # fmt: skip
    return struct.pack("!BBHI", 0x81, rtcp.RR, 7, ssrc) + body


class TestEModel:
    @pytest.mark.parametrize(("r", "mos"), [(90, 4.34), (80, 4.03), (70, 3.60), (60, 3.10), (50, 2.58)])
    def test_r_becomes_the_score_that_g107_annex_b_gives(self, r: float, mos: float) -> None:
        assert quality.mos(r) == pytest.approx(mos, abs=0.01)

    def test_the_ends_of_the_scale(self) -> None:
        assert (quality.mos(-5), quality.mos(0), quality.mos(100), quality.mos(120)) == (1, 1, 4.5, 4.5)
        assert quality.mos(quality.BASE) == pytest.approx(4.41, abs=0.005)

    def test_delay_hurts_little_up_to_177_ms_and_much_beyond(self) -> None:
        assert quality.delay_impairment(100) == pytest.approx(2.4)
        assert quality.delay_impairment(177.3) == pytest.approx(4.26, abs=0.01)
        assert quality.delay_impairment(400) == pytest.approx(34.1, abs=0.01)

    def test_loss_hurts_as_g113_has_it_and_bursts_hurt_more(self) -> None:
        with_concealment = quality.CODECS["PCMU"]
        assert quality.loss_impairment(with_concealment, 0) == 0
        assert quality.loss_impairment(with_concealment, 1) == pytest.approx(3.64, abs=0.01)
        assert quality.loss_impairment(with_concealment, 5) == pytest.approx(15.78, abs=0.01)
        assert quality.loss_impairment(quality.Impairment(0, 4.3), 2) == pytest.approx(30.16, abs=0.01)
        assert quality.loss_impairment(with_concealment, 5, burst_ratio=2) > 17
        assert quality.burst_ratio(10, 10, 1) == 1
        assert quality.burst_ratio(30, 10, 10) == pytest.approx(2.7)

    def test_the_rating_stays_within_its_scale(self) -> None:
        assert quality.rating("PCMU", one_way_ms=0, loss_percent=0) == 93.2
        assert quality.rating("PCMA", one_way_ms=3000, loss_percent=100) == 0
