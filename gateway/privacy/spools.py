"""Facts that wait on disk for the control plane, left by processes that are gone. One that lives sends its own."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from compliance.privacy.erasable import Erased, Kept, Subject
from compliance.privacy.person import emptied
from gateway.calls.fact_spool import SUFFIX

_SENT = "its process is running and sends it; of an emptied call nothing personal is stored"


class ErasableSpools:
    name = "spools"
    covers: Collection[str] = frozenset()

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def find(self, subject: Subject) -> int:
        return len(await asyncio.to_thread(self._facts, subject))

    async def export(self, subject: Subject) -> list[dict[str, Any]]:
        facts = await asyncio.to_thread(self._facts, subject)
        return [{"call": fact.get("call_id"), "event": fact.get("kind"), "pii": fact.get("pii")} for fact in facts]

    async def erase(self, subject: Subject) -> Erased:
        return await asyncio.to_thread(self._erase, subject)

    def _facts(self, subject: Subject) -> list[dict[str, Any]]:
        wanted = _is_of(subject)
        return [fact for path in sorted(self._folder.glob(f"*{SUFFIX}")) for fact in _read(path) if wanted(fact)]

    def _erase(self, subject: Subject) -> Erased:
        wanted, count, sent = _is_of(subject), 0, 0
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            found = sum(wanted(fact) for fact in _read(path))
            if not found:
                continue
            if _rewritten(path, wanted):
                count += found
            else:
                sent += found
        return Erased(count, (Kept(sent, _SENT),) if sent else ())


def _is_of(subject: Subject) -> Callable[[dict[str, Any]], bool]:
    """Whether a fact says something of the person, or of one of the calls."""
    calls, held = set(subject.call_ids), set(subject.held)

    def wanted(fact: dict[str, Any]) -> bool:
        if fact.get("call_id") in held:
            return False
        if fact.get("call_id") in calls:
            return fact != _silent(fact)
        return subject.person is not None and subject.person.is_in(fact)

    return wanted


def _silent(fact: dict[str, Any]) -> dict[str, Any]:
    """`room` is named after the caller by LiveKit."""
    return fact | {name: emptied(fact[name]) for name in ("pii", "room") if name in fact}


def _read(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            fact = json.loads(line)
        except ValueError:
            continue  # a line that its writer could not finish
        if isinstance(fact, dict):
            yield fact


def _rewritten(path: Path, wanted: Callable[[dict[str, Any]], bool]) -> bool:
    """In its place, under the lock of whoever adopts spools; False when its writer lives."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        lines = [json.dumps(_silent(fact) if wanted(fact) else fact) + "\n" for fact in _read(path)]
        content = "".join(lines).encode()
        size = os.fstat(descriptor).st_size
        os.pwrite(descriptor, content.ljust(size, b"\n"), 0)  # over what was there, before the file gets shorter
        os.fsync(descriptor)
        os.ftruncate(descriptor, len(content))
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
