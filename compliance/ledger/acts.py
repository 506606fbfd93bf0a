"""What administrators do, as entries: every act that is audited is in the ledger too, in its transaction.

It listens to the database's sessions, so that no endpoint can leave it out: the row of the audit table says who did
what to which object; the object's own row, changed in the same transaction, says which columns, from what to what.
Columns that hold a secret are named, and their values are not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from compliance.ledger.kinds import Kind
from compliance.ledger.leaf import iso
from compliance.ledger.ledger import Entry, put, write_waiting
from gateway.auth.models import AuditRow
from gateway.db.session import Database
from gateway.kernel.ids import is_id

_NOTED = "ledger_acts"
_SECRET = ("secret", "password", "pin", "hash")


@dataclass
class _Noted:
    """Rows by their id. `changed`: column → (before, after)."""

    acts: list[AuditRow] = field(default_factory=list)
    made: dict[str, object] = field(default_factory=dict)
    gone: dict[str, object] = field(default_factory=dict)
    changed: dict[str, dict[str, tuple[Any, Any]]] = field(default_factory=dict)


def record_acts(database: Database) -> None:
    """From now on; once for a database."""
    event.listen(database.session_class, "before_flush", _note)
    event.listen(database.session_class, "before_commit", _write)
    event.listen(database.session_class, "after_rollback", _forget)


def _note(session: Session, _context: object, _instances: object) -> None:
    noted: _Noted = session.info.setdefault(_NOTED, _Noted())
    for row in session.new:
        if isinstance(row, AuditRow):
            noted.acts.append(row)
        elif identifier := getattr(row, "id", None):
            noted.made[str(identifier)] = row
    for row in session.deleted:
        if identifier := getattr(row, "id", None):
            noted.gone[str(identifier)] = row
    for row in session.dirty:
        if (identifier := getattr(row, "id", None)) and (found := _changes(row)):
            known = noted.changed.setdefault(str(identifier), {})
            known |= {name: (known.get(name, (before,))[0], after) for name, (before, after) in found.items()}


def _changes(row: object) -> dict[str, tuple[Any, Any]]:
    found: dict[str, tuple[Any, Any]] = {}
    for column in inspect(row).attrs:  # pyright: ignore[reportOptionalMemberAccess]
        history = column.history
        if history.has_changes():
            found[column.key] = (next(iter(history.deleted), None), next(iter(history.added), None))
    return found


def _write(session: Session) -> None:
    session.flush()
    noted: _Noted | None = session.info.pop(_NOTED, None)
    if noted is None or not noted.acts:
        return
    for act in noted.acts:
        put(session, _entry(act, noted))
    write_waiting(session)


def _forget(session: Session) -> None:
    session.info.pop(_NOTED, None)


def _entry(act: AuditRow, noted: _Noted) -> Entry:
    facts: dict[str, Any] = {"verb": act.verb, "object": act.object}
    values: dict[str, Any] = {}
    if act.object in noted.made:
        values = {"after": _values(noted.made[act.object])}
    elif act.object in noted.gone:
        values = {"before": _values(noted.gone[act.object])}
    elif changed := noted.changed.get(act.object):
        facts["fields"] = sorted(changed)
        told = {name: both for name, both in changed.items() if not _is_secret(name)}
        values = {
            "before": {name: _plain(before) for name, (before, _) in told.items()},
            "after": {name: _plain(after) for name, (_, after) in told.items()},
        }
    call_id = act.object if is_id("call", act.object) else None
    return Entry(Kind.ADMIN, act.at, act.subject, call_id, facts, values)


def _values(row: object) -> dict[str, Any]:
    columns = inspect(row).mapper.column_attrs  # pyright: ignore[reportOptionalMemberAccess]
    loaded = vars(row)
    return {one.key: _plain(loaded[one.key]) for one in columns if one.key in loaded and not _is_secret(one.key)}


def _is_secret(name: str) -> bool:
    return any(word in name for word in _SECRET)


def _plain(value: Any) -> Any:
    """As canonical JSON has it: fractions and whatever is no JSON as text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return str(value)
