"""The ledger of an installation: its key, where its checkpoints go, and what writes to it by itself."""

from __future__ import annotations

from pathlib import Path

from compliance.ledger.acts import record_acts
from compliance.ledger.checkpoint_file import CheckpointFile
from compliance.ledger.checkpointer import Checkpointer
from compliance.ledger.signing_key import open_key, verifier_of
from gateway.db.session import Database
from gateway.kernel.clock import Clock

KEY_FILE = "ledger.key"


def open_ledger(database: Database, clock: Clock, keys: Path, folder: Path, origin: str = "") -> Checkpointer:
    """Once for a database. `keys` and `folder` are folders. Raises SetupError for a key file or a name that is none."""
    record_acts(database)
    private = open_key(keys / KEY_FILE)
    key = verifier_of(private, origin)
    return Checkpointer(database.begin, clock, CheckpointFile(folder, key), private, key)
