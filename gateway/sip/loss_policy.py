"""What to do with a trunk's calls while the control plane is away: its last word, kept on disk."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from gateway.calls.admission import LegPolicy
from gateway.kernel.logs import get_logger

MOST_TRUNKS = 2000

_log = get_logger(__name__)
_stored: TypeAdapter[dict[str, LegPolicy]] = TypeAdapter(dict[str, LegPolicy])


class LossPolicies:
    """LegPolicy by LiveKit trunk id; a trunk that was never heard of is refused."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._policies = self._read()

    def of(self, trunk_id: str) -> LegPolicy:
        return self._policies.get(trunk_id, LegPolicy(on_control_plane_loss="reject"))

    def remember(self, trunk_id: str, policy: LegPolicy) -> None:
        """Writes only what changed: a trunk's policy seldom does."""
        if not trunk_id or self._policies.get(trunk_id) == policy:
            return
        self._policies.pop(trunk_id, None)
        self._policies[trunk_id] = policy
        while len(self._policies) > MOST_TRUNKS:
            del self._policies[next(iter(self._policies))]
        self._write()

    def _read(self) -> dict[str, LegPolicy]:
        try:
            return _stored.validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError):
            _log.warning("loss_policies_unreadable", path=str(self._path))
            return {}

    def _write(self) -> None:
        fresh = self._path.with_suffix(f".{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh.write_bytes(_stored.dump_json(self._policies))
            fresh.replace(self._path)
        except OSError:
            _log.warning("loss_policies_not_written", path=str(self._path))
