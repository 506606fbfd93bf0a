"""What a carrier refuses, in our words: by HTTP status, which all of them use alike. Their own codes come on top of it,
in the `errors.py` of each."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from gateway.kernel.errors import (
    BadInput,
    Conflict,
    GatewayError,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Overloaded,
    Unavailable,
)

_NOT_KNOWN = "whether it did what was asked is not known"


@dataclass(frozen=True)
class Refusals:
    """Of one carrier. `keys`, `rights`, `funds`: what to do where these are missing. `patience`: headers in which it
    says how many seconds to wait, the first that is there counts."""

    carrier: str
    keys: str
    rights: str
    funds: str = ""
    patience: tuple[str, ...] = ("retry-after",)

    def of(
        self, answer: httpx.Response, *, status: int = 0, why: str = "", todo: str = "", field: str | None = None
    ) -> GatewayError:
        """`status`: what the refusal counts as, where the carrier's own code says it better than HTTP. `why`: in the
        carrier's words, nothing personal in them. `todo`, `field`: where it is what was asked that is wrong."""
        own = answer.status_code
        status = own if own >= 500 or own == 429 else status or own
        match status:
            case 401:
                detail = f"{self.carrier} does not know these keys{why}"
                return NotAuthenticated(detail, code="carrier.keys", todo=self.keys)
            case 402:
                detail = f"the {self.carrier} account has no funds for this{why}"
                return NotAllowed(detail, code="carrier.no_funds", todo=self.funds or self.rights)
            case 403:
                detail = f"the {self.carrier} account, or its key, may not do this{why}"
                return NotAllowed(detail, code="carrier.right_missing", todo=self.rights)
            case 404:
                return NotFound(
                    f"{self.carrier} has nothing of that name in this account{why}", code="carrier.gone",
                    todo=todo or "look whether somebody has deleted it by hand, then plan again",
                )  # fmt: skip
            case 409:
                detail = f"{self.carrier} refuses this as it stands{why}"
                return Conflict(detail, code="carrier.conflict", field=field, todo=todo or "apply again")
            case 429:
                return Overloaded(
                    f"{self.carrier} takes no more requests from this account for now", code="carrier.busy",
                    todo="ask again in a while; nothing was done", headers=self._wait(answer),
                )  # fmt: skip
            case _ if status >= 500:
                return Unavailable(
                    f"{self.carrier} failed (HTTP {status}); {_NOT_KNOWN}{why}", code="carrier.unavailable",
                    todo="ask again: what was done is looked up before anything is sent twice",
                )  # fmt: skip
            case _:
                return BadInput(
                    f"{self.carrier} does not take this{why}", code="carrier.refused", field=field,
                    todo=todo or "correct it, and apply again",
                )  # fmt: skip

    def garbled(self) -> Unavailable:
        """It answered, but not with what it should."""
        return Unavailable(
            f"{self.carrier}'s answer cannot be understood; {_NOT_KNOWN}", code="carrier.unavailable",
            todo="ask again; should it stay so, look for an update of the gateway",
        )  # fmt: skip

    def _wait(self, answer: httpx.Response) -> dict[str, str]:
        told = next((answer.headers[name] for name in self.patience if name in answer.headers), "")
        return {"Retry-After": told} if told.isascii() and told.isdecimal() else {}
