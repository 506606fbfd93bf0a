"""With which name and password our calls are let in: a credential list of Twilio, one per trunk."""

from __future__ import annotations

import hashlib
import re

from twilio.rest import Client
from twilio.rest.api.v2010.account.sip.credential_list import CredentialListInstance
from twilio.rest.api.v2010.account.sip.credential_list.credential import CredentialInstance

from gateway.kernel.errors import BadInput
from trunks.carriers.port import TrunkSpec
from trunks.carriers.twilio.client import there
from trunks.carriers.twilio.names import friendly, ours, read

_PAGE = 100
_PASSWORD = re.compile(r"(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z]).{12,}", re.DOTALL)


def check(spec: TrunkSpec) -> None:
    """Raises BadInput for what Twilio does not take."""
    if len(spec.username) > 32:
        raise BadInput("Twilio takes at most 32 characters", field="username", todo="choose a shorter username")
    if spec.username and not _PASSWORD.fullmatch(spec.password):
        raise BadInput(
            "Twilio wants at least 12 characters in a password, with a digit, a small and a capital letter",
            field="password", todo="choose another password, or let the gateway make one",
        )  # fmt: skip


class Logins:
    """`see` first. Twilio never shows a password: the list's name bears a mark that changes with it, too short to find
    the password by."""

    def __init__(self, rest: Client, spec: TrunkSpec, trunk: str) -> None:
        self._lists = rest.api.account.sip.credential_lists
        self._attached_to = rest.trunking.v1.trunks(trunk).credentials_lists
        self._spec = spec
        self._mark = _mark(spec) if spec.username else ""
        self._list: CredentialListInstance | None = None
        self._spare: list[CredentialListInstance] = []
        self._credentials: list[CredentialInstance] = []
        self._attached: list[str] = []

    async def see(self) -> None:
        self._attached = [there(one.sid) for one in await self._attached_to.list_async(page_size=_PAGE)]
        lists = await self._lists.list_async(page_size=_PAGE)
        self._list, self._spare = ours(lists, self._spec.tag, self._attached)
        self._credentials = []
        if self._list:
            self._credentials = await self._lists(there(self._list.sid)).credentials.list_async(page_size=_PAGE)

    def differs(self) -> list[str]:
        if not self._spec.username:
            return ["username"] if self._list or self._attached else []
        if self._list is None:
            return ["username", "password"]
        names = [one.username for one in self._credentials]
        alone = names == [self._spec.username] and self._attached == [self._list.sid] and not self._spare
        same = read(self._list.friendly_name).mark == self._mark
        return ([] if alone else ["username"]) + ([] if same else ["password"])

    async def repair(self) -> None:
        if not self._spec.username:
            await self._take_off(keep="")
            return
        name = friendly(self._spec.tag, self._spec.name, self._mark)
        if self._list is None:
            self._list = await self._lists.create_async(friendly_name=name)
        sid = there(self._list.sid)
        mark = read(self._list.friendly_name).mark
        if mark and mark != self._mark:
            # No mark while nobody can know which password is there: whoever stops in between writes it again.
            await self._lists(sid).update_async(friendly_name=friendly(self._spec.tag, self._spec.name))
        await self._set_password(sid, stale=mark != self._mark)
        if mark != self._mark:
            await self._lists(sid).update_async(friendly_name=name)
        if sid not in self._attached:
            await self._attached_to.create_async(credential_list_sid=sid)
        await self._take_off(keep=sid)

    async def _set_password(self, sid: str, *, stale: bool) -> None:
        """Ours first, then whatever else lets somebody in goes."""
        credentials = self._lists(sid).credentials
        named = [one for one in self._credentials if one.username == self._spec.username]
        if not named:
            await credentials.create_async(username=self._spec.username, password=self._spec.password)
        elif stale:
            await credentials(there(named[0].sid)).update_async(password=self._spec.password)
        for one in self._credentials:
            if one not in named:
                await credentials(there(one.sid)).delete_async()

    async def _take_off(self, keep: str) -> None:
        """From the trunk what is not to be there, ours or not; ours are deleted, too."""
        for sid in self._attached:
            if sid != keep:
                await self._attached_to(sid).delete_async()
        for one in [*self._spare, *([self._list] if self._list else [])]:
            if one.sid != keep:
                await self._lists(there(one.sid)).delete_async()


def _mark(spec: TrunkSpec) -> str:
    salt = f"{spec.tag}/{spec.username}".encode()
    return hashlib.pbkdf2_hmac("sha256", spec.password.encode(), salt, 20_000, 3).hex()
