"""A certificate server over TLS, and who fetches from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from pathlib import Path

import pytest

from compliance.stir_shaken import certificates as module
from compliance.stir_shaken.certificates import Certificates
from compliance.stir_shaken.chain import Credential, read_credential
from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.replay import Seen
from compliance.stir_shaken.verdict import Verdict
from compliance.stir_shaken.verify import Rules, judge, open_header
from gateway.net.outside import Outside
from tests.integration.net.names import resolve_by, server_for
from tests.integration.receiver import Answering, Receiver, receiver
from tests.stir import maker
from tests.stir.checking import CALL, Now, region

NAME = "cert.example"
GENEROUS_S = 90  # for an answer that is due after two seconds: who hangs, hangs for ever
PATIENCE_S = 60.0  # instead of the two seconds, where a good answer is due: this machine may be busy


@dataclass(frozen=True)
class Setting:
    """A server with a TLS certificate for NAME, to which NAME leads, and the certificates that are fetched from it."""

    server: Receiver
    certificates: Certificates
    clock: Now
    monkeypatch: pytest.MonkeyPatch

    def be_patient(self) -> None:
        self.monkeypatch.setattr(module, "FETCH_S", PATIENCE_S)

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.server.port}/passport.pem"

    async def found(self, url: str = "") -> Credential | Fault:
        """As a call asks for it. Raises TimeoutError for what never comes back."""
        found = self.certificates.known(url or self.url)
        if found is None:
            async with asyncio.timeout(GENEROUS_S):
                await self.certificates.fetch(url or self.url)
            found = self.certificates.known(url or self.url)
        assert found is not None
        return found

    async def slug(self, url: str = "") -> str:
        found = await self.found(url)
        assert isinstance(found, Fault) and found.sip_code == 436, found
        return found.slug

    async def verdict(self, by: maker.Made | None = None) -> Verdict:
        jose = maker.jose_header(x5u=self.url)
        rules = Rules(ports=frozenset({self.server.port}))
        opened = [open_header(maker.identity(jose=jose, by=by), rules)]
        return judge(opened, {self.url: await self.found()}, CALL, maker.NOW, rules, Seen())


Serve = Callable[..., Awaitable[Setting]]


@pytest.fixture
async def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Serve]:
    async with AsyncExitStack() as stack:

        async def serve(*answers: Answering, name: str = NAME, networks: str = "127.0.0.0/8") -> Setting:
            context, authority = server_for(name, tmp_path)
            server = await stack.enter_async_context(receiver(*answers, tls=context))
            resolve_by(monkeypatch, {NAME: [["127.0.0.1"]]})
            return await stack.enter_async_context(setting(server, authority, networks, monkeypatch))

        yield serve


@asynccontextmanager
async def setting(
    server: Receiver, authority: Path, networks: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Setting]:
    clock = Now()
    outside = Outside([ip_network(networks)], authority)
    read = partial(read_credential, regions=[region()], profile="shaken", now=maker.NOW)
    certificates = Certificates(outside, read, clock)
    try:
        yield Setting(server, certificates, clock, monkeypatch)
    finally:
        await certificates.close()
        await outside.close()
