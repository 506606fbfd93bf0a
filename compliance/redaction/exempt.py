"""Fields of JSON that are left as they are: ids, times, counts. As data, for redactor and search. Pure.

A field is exempt by its name, whatever it holds. So nothing that a caller or a model writes may have such a name.
"""

from __future__ import annotations

import re


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# whole names
EXEMPT_NAMES = _names(
    "id seq sid uuid iat nbf jti at timestamp created updated version offset port bytes size length count index pid "
    "sip_code status_code sequence hash hashes digest"
)
# how names end
EXEMPT_ENDINGS = tuple(
    _names(
        "_id _ids _at _ms _ns _us _s _seconds _timestamp _seq _count _bytes _hash _sha256 _digest _signature _version "
        "_port _hz"
    )
)
# names of what goes whatever it looks like, without separators
NUMBER_NAMES = _names("pan cardnumber creditcard creditcardnumber debitcard debitcardnumber cardno ccnumber ccnum")
CODE_NAMES = _names("cvv cvv2 cvc cvc2 cv2 csc cvn cardcode securitycode cardsecuritycode pin pincode")
EXPIRY_NAMES = _names(
    "expiry expiration expirydate expirationdate expmonth expyear expirymonth expiryyear expirationmonth "
    "expirationyear cardexpiry cardexpirydate cardexpiration validthru"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATORS = re.compile(r"[\s_\-.]+")


def snake(name: str) -> str:
    """`callId`, `call-id` and `call_id` are one name."""
    return _SEPARATORS.sub("_", _CAMEL.sub("_", name)).lower()


def is_exempt(name: str) -> bool:
    """Whether a field of this name is left as it is."""
    bare = snake(name)
    return bare in EXEMPT_NAMES or bare.endswith(EXEMPT_ENDINGS)
