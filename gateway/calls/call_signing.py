"""Vouches for the caller id of a call out, with the key of the provider that runs this gateway."""

from __future__ import annotations

from compliance.stir_shaken.signer import Signer
from compliance.stir_shaken.telephone import canonical
from gateway.calls.facts import NumbersPii
from gateway.kernel.clock import Clock, SystemClock
from gateway.kernel.errors import BadInput
from gateway.kernel.logs import get_logger

_log = get_logger(__name__)


class CallSigner:
    """`signer` None: calls go out unsigned, as they do at everybody who is no provider."""

    def __init__(self, signer: Signer | None = None, country: str = "US", clock: Clock | None = None) -> None:
        self._signer, self._country, self._clock = signer, country, clock or SystemClock()

    def identity(self, numbers: NumbersPii, *, own: bool) -> list[str]:
        """Identity headers. `own`: the number shown is the trunk's own (level A); else only the customer is known (B).

        A call that shows no number, or goes to no number, goes out unsigned.
        """
        orig, dest = canonical(numbers.ani, self._country), canonical(numbers.dnis, self._country)
        if self._signer is None or not orig or not dest:
            return []
        try:
            return [self._signer.shaken(orig, (dest,), int(self._clock.now().timestamp()), "A" if own else "B")]
        except BadInput as error:
            _log.warning("call_not_signed", reason=error.detail)
            return []
