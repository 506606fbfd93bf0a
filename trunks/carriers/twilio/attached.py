"""A list at Twilio that lets our calls in on one trunk: of passwords, or of addresses. It bears our tag, and what else
is attached to the trunk goes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable
from typing import Any, Generic, Protocol, TypeVar

from trunks.carriers.named import read
from trunks.carriers.port import TrunkSpec
from trunks.carriers.twilio.client import there

_PAGE = 100


class Named(Protocol):
    sid: str | None
    friendly_name: str | None


AnyNamed = TypeVar("AnyNamed", bound=Named)
Row = TypeVar("Row")


class AttachedList(ABC, Generic[AnyNamed, Row]):
    """`see` first. `lists`: all of the account; `attached_to`: those of the trunk; both of the SDK."""

    sid_field: str  # what the SDK calls the list's SID when it is attached

    def __init__(self, spec: TrunkSpec, lists: Any, attached_to: Any) -> None:
        self._spec, self._lists, self._attached_to = spec, lists, attached_to
        self._list: AnyNamed | None = None
        self._spare: list[AnyNamed] = []
        self._rows: list[Row] = []
        self._attached: list[str] = []

    async def see(self) -> None:
        self._attached = [there(one.sid) for one in await self._attached_to.list_async(page_size=_PAGE)]
        lists = await self._lists.list_async(page_size=_PAGE)
        self._list, self._spare = ours(lists, self._spec.tag, self._attached)
        self._rows = await self._entries(there(self._list.sid)).list_async(page_size=_PAGE) if self._list else []

    @abstractmethod
    def differs(self) -> list[str]:
        """Fields of the spec."""

    @abstractmethod
    async def repair(self) -> None: ...

    @abstractmethod
    def _entries(self, sid: str) -> Any:
        """Those of one list, of the SDK."""

    def _is_there(self) -> bool:
        return bool(self._list or self._attached)

    def _is_alone(self) -> bool:
        return self._list is not None and self._attached == [self._list.sid] and not self._spare

    async def _made(self, name: str) -> AnyNamed:
        if self._list is None:
            self._list = await self._lists.create_async(friendly_name=name)
        assert self._list
        return self._list

    async def _attach(self, sid: str) -> None:
        if sid not in self._attached:
            await self._attached_to.create_async(**{self.sid_field: sid})

    async def _take_off(self, keep: str) -> None:
        """From the trunk what is not to be there, ours or not; ours are deleted, too."""
        for sid in self._attached:
            if sid != keep:
                await self._attached_to(sid).delete_async()
        for one in [*self._spare, *([self._list] if self._list else [])]:
            if one.sid != keep:
                await self._lists(there(one.sid)).delete_async()


def ours(lists: Iterable[AnyNamed], tag: str, attached: Collection[str]) -> tuple[AnyNamed | None, list[AnyNamed]]:
    """The list with this tag, one in use before all others; and those that are too many: what was sent once may have
    arrived twice."""
    found = sorted(
        (one for one in lists if read(one.friendly_name).tag == tag), key=lambda one: one.sid not in attached
    )
    return (found[0], found[1:]) if found else (None, [])
