"""What the check of a caller's Identity header costs: CPU of one core, one process, without the network.

The floor is the one thing that nobody can leave out, ES256 over the token with the bare library. With a certificate
that is kept the rest is reading: header, JSON, claims, times. "Whole chain" is the first call of a provider: its
certificate and the one above are read and led to an authority as well, with one signature more; with two when that is
the first provider under this issuer.

Run alone: `python -m bench.stir`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from bench.figures import Series, against, show
from compliance.stir_shaken import base64url, chain
from compliance.stir_shaken.chain import read_credential
from compliance.stir_shaken.replay import Seen
from compliance.stir_shaken.verdict import PASSED
from compliance.stir_shaken.verify import Rules, judge, open_header
from tests.stir import maker
from tests.stir.checking import CALL, region

CHECKS = 1000
RULES = Rules()


def seconds(step: Callable[[int], object], times: int = CHECKS) -> float:
    """CPU of one call of `step`, which is given its number."""
    begin = time.process_time()
    for number in range(times):
        step(number)
    return (time.process_time() - begin) / times


def bare(headers: list[str]) -> float:
    """The signature alone, over bytes that are ready."""
    key, ready = maker.leaf().key.public_key(), []
    for header in headers:
        signed, _, signature = header.partition(";")[0].rpartition(".")
        raw = base64url.decode(signature, "signature")
        r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        ready.append((encode_dss_signature(r, s), signed.encode()))
    algorithm = ec.ECDSA(SHA256())
    return seconds(lambda number: key.verify(*ready[number], algorithm))


def kept(headers: list[str]) -> float:
    """A call whose provider's certificate is at hand."""
    found, seen = read_credential(maker.bundle(), [region()], "shaken", maker.NOW), Seen()

    def step(number: int) -> None:
        opened = [open_header(headers[number], RULES)]
        assert judge(opened, {maker.X5U: found}, CALL, maker.NOW, RULES, seen).verstat == PASSED

    return seconds(step)


def whole(headers: list[str], *, first: bool = False) -> float:
    """A call whose provider's certificates have just come. `first`: of a provider under an issuer not seen before."""
    bundle, regions, seen = maker.bundle(), [region()], Seen()

    def step(number: int) -> None:
        if first:
            chain._check_vouched_for.cache_clear()  # pyright: ignore[reportPrivateUsage]
        opened = [open_header(headers[number], RULES)]
        found = read_credential(bundle, regions, "shaken", maker.NOW)
        assert judge(opened, {maker.X5U: found}, CALL, maker.NOW, RULES, seen).verstat == PASSED

    return seconds(step)


def refused(headers: list[str]) -> float:
    """A header that is cut short: what a flood of them costs."""
    found, seen = read_credential(maker.bundle(), [region()], "shaken", maker.NOW), Seen()

    def step(number: int) -> None:
        opened = [open_header(headers[number][:200], RULES)]
        assert judge(opened, {maker.X5U: found}, CALL, maker.NOW, RULES, seen).verstat != PASSED

    return seconds(step)


def measure(rounds: int, tick: Callable[[str], None]) -> list[Series]:
    """Floor and check in turn, so that both meet the same machine."""
    headers = [maker.identity(maker.claims(origid=f"{number}")) for number in range(CHECKS)]
    parts: dict[str, Callable[[list[str]], float]] = {
        "bare ES256": bare,
        "certificate kept": kept,
        "whole chain": whole,
        "whole chain, new issuer": partial(whole, first=True),
        "refused": refused,
    }
    aims = {"certificate kept": ">= 5000", "whole chain": ">= 2000"}
    speeds = {name: Series(f"stir: {name}", unit="per s", aim=aims.get(name, "")) for name in parts}
    costs = {name: Series(f"stir: {name}", unit="µs") for name in parts}
    for number in range(rounds):
        tick(f"caller authentication, round {number + 1} of {rounds}")
        for name, one in parts.items():
            cost = one(headers)
            speeds[name].add(1 / cost)
            costs[name].add(cost * 1e6)
    floor = costs["bare ES256"]
    return [*speeds.values(), *(against(costs[name], floor) for name in parts if name.startswith(("cert", "whole")))]


if __name__ == "__main__":
    show(measure(10, lambda name: None))
