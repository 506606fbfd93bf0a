"""Readiness questions, each answered yes or no within a second."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import redis.asyncio as redis_client

Probe = Callable[[], Awaitable[bool]]


def http_ok(url: str) -> Probe:
    async def ask() -> bool:
        try:
            async with httpx.AsyncClient(timeout=1.0, trust_env=False) as client:
                return (await client.get(url)).status_code == 200
        except httpx.HTTPError:
            return False

    return ask


def redis_answers(url: str) -> Probe:
    async def ask() -> bool:
        client = redis_client.from_url(url, socket_timeout=1.0)
        try:
            return bool(await client.ping())
        except (redis_client.RedisError, OSError):
            return False
        finally:
            await client.aclose()

    return ask


def file_exists(path: Path) -> Probe:
    async def ask() -> bool:
        return path.exists()

    return ask


def sip_answers(host: str, port: int) -> Probe:
    """Asks OPTIONS over UDP (RFC 3261 §11), as a carrier does."""

    async def ask() -> bool:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            sock.bind((host, 0))
            own = sock.getsockname()[1]
            tag = secrets.token_hex(8)
            request = (
                f"OPTIONS sip:{host}:{port} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {host}:{own};branch=z9hG4bK{tag};rport\r\n"
                f"Max-Forwards: 70\r\nFrom: <sip:probe@{host}>;tag={tag}\r\nTo: <sip:{host}:{port}>\r\n"
                f"Call-ID: {tag}@{host}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
            )
            try:
                await loop.sock_sendto(sock, request.encode(), (host, port))
                answer = await asyncio.wait_for(loop.sock_recv(sock, 2048), 0.5)
            except (OSError, TimeoutError):
                return False
            return answer.startswith(b"SIP/2.0 200")

    return ask
