from __future__ import annotations

import socket
from pathlib import Path

from gateway.stack.ports import HIGH, LOW, PortAllocator


def test_two_allocators_never_share_a_port(tmp_path: Path) -> None:
    first, second = PortAllocator(tmp_path), PortAllocator(tmp_path)
    ports = [allocator.one() for _ in range(50) for allocator in (first, second)]
    assert len(set(ports)) == 100
    assert all(LOW <= port < HIGH for port in ports)


def test_a_block_is_even_whole_and_locked(tmp_path: Path) -> None:
    allocator = PortAllocator(tmp_path)
    start = allocator.block(40)
    assert start % 2 == 0
    taken = {PortAllocator(tmp_path).one() for _ in range(50)}
    assert not taken & set(range(start, start + 40))


def test_a_port_that_somebody_listens_on_is_passed_over(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        allocator = PortAllocator(tmp_path)
        assert not allocator._take(range(other.getsockname()[1], other.getsockname()[1] + 1))


def test_closing_gives_the_ports_back(tmp_path: Path) -> None:
    first = PortAllocator(tmp_path)
    port = first.one()
    second = PortAllocator(tmp_path)
    assert not second._take(range(port, port + 1))
    first.close()
    assert second._take(range(port, port + 1))
