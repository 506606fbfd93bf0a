"""Breaks things: bytes and texts in the ways in which they are broken on the wire, or by somebody who tries.

Every mutator takes a `random.Random` of its case, so that a case can be made again from its number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from compliance.stir_shaken import der

LENGTHS = (
    b"\x80",
    b"\x81\xff",
    b"\x82\xff\xff",
    b"\x83\xff\xff\xff",
    b"\x84\xff\xff\xff\xff",
    b"\x88" + b"\xff" * 8,
    b"\xff",
)
TAGS = bytes((0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0C, 0x16, 0x17, 0x1F, 0x30, 0x31, 0xA0, 0xA1, 0xA2, 0xA3, 0xBF))
CHARACTERS = "AZaz09-_=+/.;,:<>\"'\\ \t\r\n\x00\x7f\x85é\u202e\u2028\ud7ff😀{}[]"


def case(kind: str, number: int) -> Random:
    return Random(f"{kind} {number}")


def flip(random: Random, raw: bytes) -> bytes:
    at = random.randrange(len(raw))
    return raw[:at] + bytes((raw[at] ^ (1 << random.randrange(8)),)) + raw[at + 1 :]


def put(random: Random, raw: bytes) -> bytes:
    at = random.randrange(len(raw))
    return (
        raw[:at]
        + bytes((random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256), random.choice(TAGS))),))
        + raw[at + 1 :]
    )


def cut(random: Random, raw: bytes) -> bytes:
    at = random.randrange(len(raw))
    return raw[:at] + raw[at + random.randint(1, 1 + len(raw) // 4) :]


def end(random: Random, raw: bytes) -> bytes:
    return raw[: random.randrange(len(raw))]


def insert(random: Random, raw: bytes) -> bytes:
    at = random.randint(0, len(raw))
    return raw[:at] + random.randbytes(random.choice((1, 1, 2, 8, 300))) + raw[at:]


def repeat(random: Random, raw: bytes) -> bytes:
    first, last = sorted((random.randrange(len(raw)), random.randint(0, len(raw))))
    return raw[:last] + raw[first:last] * random.choice((1, 2, 50)) + raw[last:]


def swap(random: Random, raw: bytes) -> bytes:
    a, b, c, d = sorted(random.randint(0, len(raw)) for _ in range(4))
    return raw[:a] + raw[c:d] + raw[b:c] + raw[a:b] + raw[d:]


def lengthen(random: Random, raw: bytes) -> bytes:
    """An absurd length where perhaps one stands."""
    at = random.randrange(len(raw))
    return raw[:at] + random.choice(LENGTHS) + raw[at + random.randint(0, 2) :]


BYTES: tuple[Callable[[Random, bytes], bytes], ...] = (flip, put, cut, end, insert, repeat, swap, lengthen)


def broken(random: Random, raw: bytes) -> bytes:
    """Other bytes than `raw`, broken in one to three ways."""
    made = raw
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        made = random.choice(BYTES)(random, made) if made else random.randbytes(3)
    return made if made != raw else flip(random, raw)


def broken_der(random: Random, raw: bytes) -> bytes:
    """Other DER than `raw`: one element of it, at any depth, is broken, and all lengths around it fit again."""
    made = _broken_inside(random, raw)
    return made if made != raw else broken_der(random, raw)


def _broken_inside(random: Random, raw: bytes) -> bytes:
    try:
        rows = list(der.elements(raw))
    except der.NotDer:
        return broken(random, raw)
    if not rows:
        return random.choice((b"", b"\x05\x00", random.randbytes(4)))
    at = random.randrange(len(rows))
    tag, inside = rows[at]
    if tag & 0x20 and inside and random.random() < 0.8:  # most of what matters lies deep
        rows[at] = (tag, _broken_inside(random, inside))
        return b"".join(der.element(one, content) for one, content in rows)
    match random.randrange(9):
        case 0:
            del rows[at]
        case 1:
            rows.insert(random.randint(0, len(rows)), random.choice(rows))
        case 2:
            rows[at] = (random.choice([one for one in TAGS if one & 0x1F != 0x1F]), inside)
        case 3:
            rows[at] = (tag, broken(random, inside) if inside else b"\x00")
        case 4:
            random.shuffle(rows)
        case _:
            rows[at] = (tag, flip(random, inside) if inside else b"\x01")
    return b"".join(der.element(one, content) for one, content in rows)


def broken_text(random: Random, text: str) -> str:
    """Another text than `text`."""
    made = list(text)
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.randint(0, len(made))
        match random.randrange(5):
            case 0:
                made[at : at + 1] = [random.choice(CHARACTERS)]
            case 1:
                made[at:at] = random.choices(CHARACTERS, k=random.choice((1, 3, 40)))
            case 2:
                del made[at : at + random.randint(1, 20)]
            case 3:
                made[at:at] = made[: random.randint(1, 60)]
            case _:
                made[at : at + 1] = [one.swapcase() for one in made[at : at + 1]]
    changed = "".join(made)
    return changed if changed != text else text + random.choice(CHARACTERS)


STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 60, 2**31, 2**63, 10**40, -(10**40), 0.5, 1e300, "", " ", "A", "a", "D", "AA", "ES256",
    "none", "+1", "1 2", "1" * 16, "١", "\x00", "\u202e", "x" * 300, "é", [], [[]], [1], ["1"], [None], {}, {"tn": []},
    {"tn": None}, {"tn": ""}, {"tn": ["+1"]}, {"tn": "1", "x": 1}, {"uri": []}, {"tn": {"tn": "1"}},
    [[[[[[[[[[]]]]]]]]]],
)  # fmt: skip


def strange_members(random: Random, members: dict[str, Any]) -> dict[str, Any]:
    """`members` with one to three of them gone, of another type, renamed, or nested; or with another one."""
    made = dict(members)
    for _ in range(random.choice((1, 1, 2, 3))):
        name = random.choice(sorted(made) or ["iat"])
        match random.randrange(6):
            case 0:
                made.pop(name, None)
            case 1 | 2:
                made[name] = random.choice(STRANGE)
            case 3:
                made[random.choice((name.upper(), f"{name} ", f"{name}\x00", "crit", "jku", "x5c", "b64"))] = (
                    random.choice(STRANGE)
                )
            case 4 if isinstance(made.get(name), dict):
                made[name] = strange_members(random, made[name])
            case _:
                made[name] = random.choice(([made.get(name)], {"tn": made.get(name)}, str(made.get(name))))
    return made


def cases(kind: str, number: int) -> Iterator[tuple[str, Random]]:
    """(name to say in a failure, randomness) of each case."""
    for one in range(number):
        yield f"{kind} {one}", case(kind, one)
