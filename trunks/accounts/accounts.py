"""The accounts at carriers, open: one connection each, whose pace all work of this process keeps together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from gateway.kernel.errors import BadInput
from gateway.kernel.secrets import SecretBox
from trunks.accounts.models import CarrierRow
from trunks.carriers.kinds import registered
from trunks.carriers.port import Carrier
from trunks.carriers.registry import Elsewhere, Keys


@dataclass(frozen=True)
class _Open:
    sealed: str
    carrier: Carrier


class Accounts:
    """`elsewhere`: base URLs in the place of carriers' hosts, by host; for doubles."""

    def __init__(self, box: SecretBox, elsewhere: Elsewhere) -> None:
        self.box, self._elsewhere = box, elsewhere
        self._open: dict[str, _Open] = {}
        self._outdated: list[Carrier] = []

    def of(self, row: CarrierRow) -> Carrier:
        """As its keys are now. Whoever still works with those before does so to the end."""
        known = self._open.get(row.id)
        if known and known.sealed == row.keys:
            return known.carrier
        if known:
            self._outdated.append(known.carrier)
        carrier = registered(row.kind).open(self.keys_of(row), self._elsewhere)
        self._open[row.id] = _Open(row.keys, carrier)
        return carrier

    def untried(self, kind: str, keys: Keys) -> Carrier:
        """An account that is not stored: the caller closes it."""
        return registered(kind).open(keys, self._elsewhere)

    async def close(self) -> None:
        for carrier in (*self._outdated, *(one.carrier for one in self._open.values())):
            await carrier.__aexit__(None, None, None)
        self._open.clear()
        self._outdated.clear()

    def seal(self, keys: Keys) -> str:
        return self.box.seal(json.dumps(_plain(keys)))

    def keys_of(self, row: CarrierRow) -> Keys:
        return registered(row.kind).keys.model_validate(json.loads(self.box.open(row.keys)))


def read_keys(kind: str, given: Mapping[str, Any]) -> Keys:
    """Raises BadInput, which names the field and says nothing of what was in it."""
    try:
        return registered(kind).keys.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(("keys", *(str(part) for part in first["loc"])))
        needed = ", ".join(registered(kind).keys.model_fields)
        raise BadInput(
            f"{place}: {first['msg'].removeprefix('Value error, ')}", code="carrier.keys", field=place,
            todo=f"the keys of {kind} are: {needed}",
        ) from error  # fmt: skip


def _plain(keys: BaseModel) -> dict[str, Any]:
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in keys.model_dump(mode="python").items()
    }
