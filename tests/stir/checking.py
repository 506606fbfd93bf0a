"""The whole check in one call, as tests want it: what is not said is good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from compliance.stir_shaken.certificate import Profile
from compliance.stir_shaken.chain import Credential, read_credential
from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.replay import Seen
from compliance.stir_shaken.trust import Region
from compliance.stir_shaken.verdict import Verdict
from compliance.stir_shaken.verify import Rules, SipCall, judge, open_header
from tests.stir import maker

REGION = "tests"
CALL = SipCall(maker.ORIG, frozenset({maker.DEST}), "call-1")


@dataclass
class Now:
    """Not the machine's clock: how long things are kept is told by hand."""

    at: datetime = maker.NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


def region() -> Region:
    return Region(REGION, (maker.root().certificate,))


def credential(pem: bytes | None = None, profile: Profile = "shaken", now: datetime = maker.NOW) -> Credential | Fault:
    try:
        return read_credential(pem or maker.bundle(), [region()], profile, now)
    except Fault as fault:
        return fault


@dataclass(frozen=True)
class Check:
    """`served`: the bundle at each address; the others answer with the good one."""

    call: SipCall = CALL
    now: datetime = maker.NOW
    rules: Rules = field(default_factory=Rules)
    served: Mapping[str, bytes] | None = None

    def __call__(self, *headers: str, seen: Seen | None = None) -> Verdict:
        opened = [open_header(value, self.rules) for value in headers]
        served = self.served or {}
        credentials = {
            one.x5u: credential(served.get(one.x5u), self.rules.profile, self.now) for one in opened if one.token
        }
        return judge(opened, credentials, self.call, self.now, self.rules, Seen() if seen is None else seen)


check = Check()
