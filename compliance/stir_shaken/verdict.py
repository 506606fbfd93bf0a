"""What the check of a call's Identity headers found. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from compliance.stir_shaken.caller_name import CallerName
from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.passport import Attestation

# as 3GPP TS 24.229 §7.2A.20 spells them in the tel URI parameter of that name
Verstat = Literal["TN-Validation-Passed", "TN-Validation-Failed", "No-TN-Validation"]
PASSED: Verstat = "TN-Validation-Passed"
FAILED: Verstat = "TN-Validation-Failed"
NONE: Verstat = "No-TN-Validation"


@dataclass(frozen=True)
class Checked:
    """One Identity header. `kind`: its ppt as far as it could be read. `fault` is None when it passed, and when it was
    left alone, its kind being none of ours (`verstat` NONE). `serial`: in hexadecimal. `host`: of the certificate."""

    kind: str
    verstat: Verstat
    fault: Fault | None = None
    attest: Attestation | None = None
    origid: str = ""
    code: str = ""
    region: str = ""
    serial: str = ""
    host: str = ""
    replayed: bool = False


@dataclass(frozen=True)
class Verdict:
    """`attest`, `origid`, `code` (of the service provider) and `name` are set only when every check has passed.

    `fault`: the first check that failed. `diverted`: over how many diversions the call came. `date_is_off`: the Date
    header is not of now, which alone refuses nothing.
    """

    verstat: Verstat
    headers: tuple[Checked, ...] = ()
    attest: Attestation | None = None
    origid: str = ""
    code: str = ""
    region: str = ""
    serial: str = ""
    name: CallerName | None = None
    fault: Fault | None = None
    diverted: int = 0
    replayed: bool = False
    date_is_off: bool = False

    @property
    def sip_code(self) -> int | None:
        """What RFC 8224 answers to this; None when there is nothing to complain of."""
        return self.fault.sip_code if self.fault else None

    @property
    def sentence(self) -> str:
        if self.fault:
            return self.fault.sentence
        if self.verstat == PASSED:
            return f"the caller's provider vouches for the number at level {self.attest}"
        return "nobody vouches for the caller's number"
