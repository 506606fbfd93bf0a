"""Our tag in a name that people see, for carriers that keep no tags: `name [tag] mark`."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

MOST = 64  # characters; Twilio's limit, and taken where a carrier publishes none
_OURS = re.compile(r"(?P<name>.*?) ?\[(?P<tag>[^\[\]\s]+)\](?: (?P<mark>[0-9a-f]+))?", re.DOTALL)


@dataclass(frozen=True)
class Named:
    """`tag`: "" for what is not ours. `mark`: changes with a password that the carrier never shows."""

    tag: str
    name: str
    mark: str = ""


def written(tag: str, name: str, mark: str = "") -> str:
    """The name is cut where all would be too long."""
    end = f"[{tag}] {mark}" if mark else f"[{tag}]"
    return f"{name[: max(MOST - len(end) - 1, 0)].strip()} {end}".strip()


def read(text: str | None) -> Named:
    found = _OURS.fullmatch(text or "")
    return Named(found["tag"], found["name"], found["mark"] or "") if found else Named("", text or "")


def mark_of(password: str, salt: str) -> str:
    """Too short to find the password by; "" for none."""
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), 20_000, 3).hex() if password else ""
