"""With which name and password our calls are let in: a credential list of Twilio, one per trunk."""

from __future__ import annotations

import re

from twilio.rest import Client
from twilio.rest.api.v2010.account.sip.credential_list import CredentialListInstance
from twilio.rest.api.v2010.account.sip.credential_list.credential import CredentialInstance, CredentialList

from trunks.carriers.conflicts import no_form
from trunks.carriers.named import mark_of, read, written
from trunks.carriers.port import TrunkSpec
from trunks.carriers.twilio.attached import AttachedList
from trunks.carriers.twilio.client import there

_PASSWORD = re.compile(r"(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z]).{12,}", re.DOTALL)


def check(spec: TrunkSpec) -> None:
    """Raises BadInput for what Twilio does not take."""
    if len(spec.username) > 32:
        raise no_form("username", "Twilio takes at most 32 characters", "choose a shorter username")
    if spec.username and not _PASSWORD.fullmatch(spec.password):
        raise no_form(
            "password", "Twilio wants at least 12 characters in a password, with a digit, a small and a capital letter",
            "choose another password, or let the gateway make one",
        )  # fmt: skip


class Logins(AttachedList[CredentialListInstance, CredentialInstance]):
    """Twilio never shows a password: the list's name bears a mark that changes with it."""

    sid_field = "credential_list_sid"

    def __init__(self, rest: Client, spec: TrunkSpec, trunk: str) -> None:
        lists = rest.api.account.sip.credential_lists
        super().__init__(spec, lists, rest.trunking.v1.trunks(trunk).credentials_lists)
        self._mark = mark_of(spec.password, f"{spec.tag}/{spec.username}") if spec.username else ""

    def differs(self) -> list[str]:
        if not self._spec.username:
            return ["username"] if self._is_there() else []
        if self._list is None:
            return ["username", "password"]
        right = self._is_alone() and [one.username for one in self._rows] == [self._spec.username]
        same = read(self._list.friendly_name).mark == self._mark
        return ([] if right else ["username"]) + ([] if same else ["password"])

    async def repair(self) -> None:
        if not self._spec.username:
            await self._take_off(keep="")
            return
        name = written(self._spec.tag, self._spec.name, self._mark)
        made = await self._made(name)
        sid, mark = there(made.sid), read(made.friendly_name).mark
        if mark and mark != self._mark:
            # No mark while nobody can know which password is there: whoever stops in between writes it again.
            await self._lists(sid).update_async(friendly_name=written(self._spec.tag, self._spec.name))
        await self._set_password(sid, stale=mark != self._mark)
        if mark != self._mark:
            await self._lists(sid).update_async(friendly_name=name)
        await self._attach(sid)
        await self._take_off(keep=sid)

    def _entries(self, sid: str) -> CredentialList:
        return self._lists(sid).credentials

    async def _set_password(self, sid: str, *, stale: bool) -> None:
        """Ours first, then whatever else lets somebody in goes."""
        credentials = self._entries(sid)
        named = [one for one in self._rows if one.username == self._spec.username]
        if not named:
            await credentials.create_async(username=self._spec.username, password=self._spec.password)
        elif stale:
            await credentials(there(named[0].sid)).update_async(password=self._spec.password)
        for one in self._rows:
            if one not in named:
                await credentials(there(one.sid)).delete_async()
