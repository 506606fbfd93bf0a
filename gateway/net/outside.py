"""HTTP to a place that somebody else chose (a webhook's receiver, a certificate's address): nowhere inside.

The name is resolved once, and the connection goes to an address that was looked at, with the name in Host and in
the TLS handshake; so a name that changes its mind in between gains nothing. No redirect is followed, no proxy of the
environment is used, and an answer has a bound in size and time.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from pathlib import Path

import httpx

from gateway.kernel.errors import BadInput, Unavailable
from gateway.net.addresses import Address, Network, is_allowed, refusal

MOST_BYTES = 65_536
ADDRESSES_TRIED = 3


class NotReached(Unavailable):
    """Nobody answered, or nobody may be asked; `code`: outside.forbidden, .name, .timeout, .tls, .connect, .http."""

    code = "outside.http"


@dataclass(frozen=True)
class Answer:
    """`body` is at most as long as was asked for; `cut`: there was more."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool


@cache
def _machines_own() -> ssl.SSLContext:
    """Some 150 certificates, which take 20 ms to read."""
    return ssl.create_default_context()


class Outside:
    """`allowed`: networks inside that may be reached all the same, also without TLS. `ca_file`: whose certificates are
    believed; default: those of the machine's authorities."""

    def __init__(self, allowed: Sequence[Network] = (), ca_file: Path | None = None) -> None:
        self._allowed = tuple(allowed)
        self._client = httpx.AsyncClient(
            verify=ssl.create_default_context(cafile=str(ca_file)) if ca_file else _machines_own(),
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113 - the whole exchange has one
            # none is kept: it would be found again by its address, under which another name may be meant
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def check(self, text: str) -> None:
        """What can be told from the URL alone; where its name leads is looked at with each request. Raises BadInput."""
        url = read_url(text)
        if url.scheme != "https" and not self._allowed:
            raise BadInput("it has to be an https URL", todo="write https://host/path")
        try:
            address = ip_address(url.host)
        except ValueError:
            return
        if what := refusal(address, self._allowed):
            raise BadInput(f"the host is not to be reached: it is {what}", todo="GATEWAY_OUTSIDE__NETWORKS")

    async def request(
        self,
        method: str,
        url: str,
        *,
        within_s: float,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> Answer:
        """Whatever status comes is an answer. Raises NotReached; BadInput for what is no URL for this."""
        wanted = read_url(url)
        try:
            async with asyncio.timeout(within_s):
                return await self._first_that_answers(method, wanted, body, headers or {}, most_bytes)
        except TimeoutError as error:
            raise NotReached(f"there was no whole answer within {within_s:g} s", code="outside.timeout") from error

    async def close(self) -> None:
        await self._client.aclose()

    async def _first_that_answers(
        self, method: str, url: httpx.URL, body: bytes, headers: Mapping[str, str], most_bytes: int
    ) -> Answer:
        addresses = await self._addresses(url)
        for left, address in zip(reversed(range(len(addresses))), addresses, strict=True):
            try:
                return await self._exchange(method, url, address, body, headers, most_bytes)
            except httpx.ConnectError as error:
                if left:
                    continue
                tls = _tls_error(error)
                said = f"TLS failed: {tls}" if tls else "the connection was refused or cut off"
                raise NotReached(said, code="outside.tls" if tls else "outside.connect") from error
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise NotReached("what came was no HTTP answer", code="outside.http") from error
        raise AssertionError("unreachable")

    async def _addresses(self, url: httpx.URL) -> list[Address]:
        """Where the name leads and a request may go. Raises NotReached."""
        name, port = url.raw_host.decode(), url.port or (443 if url.scheme == "https" else 80)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NotReached("the host's name does not resolve", code="outside.name") from error
        addresses = list(dict.fromkeys(ip_address(info[4][0]) for info in found))
        refused = {address: refusal(address, self._allowed) for address in addresses}
        good = [address for address in addresses if refused[address] is None]
        if not good:
            raise NotReached(f"the host is not to be reached: it is {refused[addresses[0]]}", code="outside.forbidden")
        if url.scheme != "https":
            good = [address for address in good if is_allowed(address, self._allowed)]
            if not good:
                raise NotReached("without TLS only networks of the settings are reached", code="outside.forbidden")
        return good[:ADDRESSES_TRIED]

    async def _exchange(
        self, method: str, url: httpx.URL, address: Address, body: bytes, headers: Mapping[str, str], most_bytes: int
    ) -> Answer:
        request = self._client.build_request(
            method,
            url.copy_with(host=str(address)),
            content=body,
            headers={**headers, "Host": url.netloc.decode(), "Accept-Encoding": "identity"},
            extensions={"sni_hostname": url.raw_host.decode()},
        )
        response = await self._client.send(request, stream=True)
        try:
            taken, cut = b"", False
            async for piece in response.aiter_raw():
                taken += piece
                if cut := len(taken) > most_bytes:
                    break
            return Answer(response.status_code, dict(response.headers), taken[:most_bytes], cut)
        finally:
            await response.aclose()


def read_url(text: str) -> httpx.URL:
    """Raises BadInput for what is not http(s) with a host, or carries a password or a fragment."""
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise BadInput("it is not a URL", todo="write https://host/path") from error
    if url.scheme not in ("https", "http") or not url.host:
        raise BadInput("it is not an https URL with a host", todo="write https://host/path")
    if url.userinfo or url.fragment:
        raise BadInput("a URL here has no user, no password and no fragment", todo="write https://host/path")
    return url


def _tls_error(error: BaseException) -> str:
    """The reason of the TLS library, "" when it is not about TLS."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return seen.verify_message
        if isinstance(seen, ssl.SSLError):
            return seen.reason or "the handshake failed"
        seen = seen.__cause__ or seen.__context__
    return ""
