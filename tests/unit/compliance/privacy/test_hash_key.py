"""The same number has the same hash for ever, and nobody gets it without the key."""

from __future__ import annotations

import stat
from pathlib import Path

from compliance.privacy.hash_key import HashKey
from compliance.privacy.person import Person


def test_a_hash_is_the_same_after_a_restart_and_another_with_another_key(tmp_path: Path) -> None:
    ana, ben = Person("+15105550111"), Person("+15105550112")
    first = HashKey(tmp_path / "a" / "privacy.key").of(ana)
    assert HashKey(tmp_path / "a" / "privacy.key").of(ana) == first
    assert HashKey(tmp_path / "a" / "privacy.key").of(ben) != first
    assert HashKey(tmp_path / "b" / "privacy.key").of(ana) != first
    assert stat.S_IMODE((tmp_path / "a" / "privacy.key").stat().st_mode) == 0o600
    assert [one.name for one in (tmp_path / "a").iterdir()] == ["privacy.key"]
