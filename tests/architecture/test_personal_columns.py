"""Every column that says it is personal is answered for by a place of privacy: it can be found, exported and erased."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

from gateway.db.session import Database
from gateway.kernel.clock import SystemClock
from gateway.privacy.places import PrivacyDesk
from gateway.recording.service import Storage
from gateway.settings import Settings
from gateway.tables import metadata

# Addresses of machines that nobody let in, kept for a month; a telephone number names no address.
NO_PERSON = {"refused_sources.pii"}


def personal_columns() -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.name.startswith("pii") or re.search(r"\bpersonal\b", str(column.comment or ""))
    }


def covered(folder: Path) -> set[str]:
    settings = Settings(state_dir=folder, database_url=f"sqlite+aiosqlite:///{folder / 'none.db'}")
    desk = PrivacyDesk(settings, Database(settings.database), SystemClock(), cast("Storage", None))
    return {column for place in desk.privacy.places for column in place.covers}


def test_every_personal_column_has_a_place(tmp_path: Path) -> None:
    assert personal_columns() - covered(tmp_path) == NO_PERSON


def test_no_place_covers_a_column_that_is_not_there(tmp_path: Path) -> None:
    there = {f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.columns}
    assert covered(tmp_path) <= there


def test_the_check_sees_a_personal_column() -> None:
    assert {"calls.pii", "refusals.pii_caller", "screening_entries.value", "transfer_targets.uri"} <= personal_columns()
