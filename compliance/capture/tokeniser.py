"""The port to whoever takes card data: digits go in, a token that stands for them comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from compliance.capture.entered import Entered
from compliance.capture.spec import CaptureSpec
from gateway.kernel.errors import BadInput, GatewayError

TOKENISE_WITHIN_S = 10.0
LONGEST_TOKEN = 500
SECRET_FROM = 8  # fewer digits may stand in any token by chance


class TokeniserRefused(GatewayError):
    """It does not take this card, or what was keyed in. `detail` is made of its code, never of its own words."""

    status, code, title = 422, "tokeniser.refused", "The tokeniser refused"


@dataclass(frozen=True)
class Token:
    """`brand` and `last4` as the tokeniser has them; empty where it says nothing."""

    token: str = field(repr=False)
    brand: str = ""
    last4: str = field(default="", repr=False)


class Tokeniser(Protocol):
    """A place that digits may be sent to."""

    def check(self, spec: CaptureSpec) -> None:
        """Raises BadInput for fields that it cannot make a token of, before the caller is asked for any."""
        ...

    async def tokenise(self, entered: Entered, *, request: str) -> Token:
        """The same `request` again makes no second token where the other side can tell.

        Raises TokeniserRefused; Unavailable when nobody answers, answers in time, or in a way that can be read. No
        exception has a digit, nor has any object that it refers to. It keeps nothing.
        """
        ...

    async def close(self) -> None: ...


def readable_token(text: object, entered: Entered) -> str:
    """A token that may be kept, or "": one with what was keyed in inside it is none."""
    given = text if isinstance(text, str) else ""
    if not (0 < len(given) <= LONGEST_TOKEN and given.isprintable()):
        return ""
    told = any(len(keys) >= SECRET_FROM and bytes(keys.digits) in given.encode() for keys in entered.fields.values())
    return "" if told else given


def need(spec: CaptureSpec, *kinds: str) -> None:
    """Raises BadInput when one of these fields is not asked for."""
    asked = {one.kind for one in spec.fields}
    if missing := [kind for kind in kinds if kind not in asked]:
        raise BadInput(
            f"the tokeniser makes no token without {' and '.join(missing)}", code="capture.fields", field="fields",
            todo=f"ask for {', '.join(kinds)}, or set GATEWAY_CAPTURE__TOKENISER to one that takes other fields",
        )  # fmt: skip
