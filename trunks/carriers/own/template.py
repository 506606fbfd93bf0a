"""What to enter at a PBX or a trunk of one's own, by its make."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from trunks.carriers.own.templates import asterisk, freeswitch, other, threecx
from trunks.carriers.own.templates.filled import Filled, Given, given
from trunks.carriers.port import TrunkSpec

Make = Literal["asterisk", "freeswitch", "3cx", "other"]

_FILL: Mapping[Make, Callable[[Given], Filled]] = {
    "asterisk": asterisk.fill, "freeswitch": freeswitch.fill, "3cx": threecx.fill, "other": other.fill,
}  # fmt: skip


def filled(make: Make, spec: TrunkSpec, numbers: Sequence[str] = (), *, show_password: bool = False) -> Filled:
    """`numbers`: E.164, whose calls are to come to us. The password is a placeholder unless it is asked for. Raises
    BadInput for a spec that cannot be written down."""
    return _FILL[make](given(spec, numbers, show_password=show_password))
