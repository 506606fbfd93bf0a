"""One port number for UDP and TCP, or none of it."""

import socket

import pytest

from gateway.sip.wire.sockets import bind

HOST = "127.0.0.1"


def test_any_free_number_is_the_same_for_both() -> None:
    udp, tcp = bind(HOST, 0, tcp=True)
    assert tcp is not None
    with udp, tcp:
        assert udp.getsockname() == tcp.getsockname()


def test_without_tcp_only_udp_is_bound() -> None:
    udp, tcp = bind(HOST, 0, tcp=False)
    with udp:
        assert tcp is None


def test_a_number_taken_for_tcp_is_an_error_and_leaves_udp_free() -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        taken = other.getsockname()[1]
        with pytest.raises(OSError, match="taken for TCP"):
            bind(HOST, taken, tcp=True)
        udp, _ = bind(HOST, taken, tcp=False)
        udp.close()


def test_a_number_that_a_tcp_connection_has_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        taken = other.getsockname()[1]
        real = socket.socket.bind
        asked: list[int] = []

        def kernel_that_offers_the_taken_number_first(sock: socket.socket, address: tuple[str, int]) -> None:
            offered = taken if not asked and not address[1] else address[1]
            asked.append(offered)
            real(sock, (address[0], offered))

        monkeypatch.setattr(socket.socket, "bind", kernel_that_offers_the_taken_number_first)
        udp, tcp = bind(HOST, 0, tcp=True)
        assert tcp is not None
        with udp, tcp:
            assert asked[0] == taken
            assert udp.getsockname()[1] == tcp.getsockname()[1] != taken
