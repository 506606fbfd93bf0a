"""Bytes of a file as text, in whatever encoding it is. Pure.

As long as everything is ASCII nothing has to be known. The first byte beyond it, and what follows, decide: UTF-8 can be
told from all others with certainty; of the others one is the likeliest, and a client who knows better names it.
"""

from __future__ import annotations

import codecs
import io
import re
from typing import Literal, get_args

from charset_normalizer import from_bytes

from gateway.kernel.errors import BadInput

SAMPLE = 64 * 1024  # bytes, from the first that is not ASCII
UNREADABLE = "\ufffd"  # stands where bytes are no character
Encoding = Literal[
    "utf-8", "utf-16", "latin-1", "cp1252", "iso8859_15", "cp1250", "cp1251", "cp1253", "cp1254", "cp932", "gb18030",
    "big5", "cp949",
]  # fmt: skip
# what spreadsheets and databases write on the machines of those who have no UTF-8
_CODE_PAGES = tuple(name for name in get_args(Encoding) if name not in ("utf-8", "utf-16", "latin-1"))
_USUAL = "cp1252"  # contains all printable characters of Latin-1
_ALIKE = 0.05  # of a measure from 0 to 1; below that it does not tell western from central Europe
_DENSE = 8 * 1024
_ONE_BAD_IN = 10
_FEW = 32  # letters beyond ASCII: too few to tell more than what most files are
_BEYOND = bytes(range(128, 256))
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_LONGEST_MARK = 4
_NO_TEXT = (
    (b"PK\x03\x04", "it is a workbook or an archive", "save the sheet as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "it is a workbook", "save the sheet as CSV (UTF-8)"),
    (b"\x1f\x8b", "it is compressed", "unpack it"),
    (b"%PDF", "it is a PDF", "send CSV or JSON"),
)
_WITH_OTHERS = re.compile(rb"[^\n]*[\x80-\xff][^\n]*")


class Decoded:
    """`feed` the pieces, then `finish`; every line of the text ends with a line feed. Holds 64 KiB at most."""

    def __init__(self, named: Encoding | None = None) -> None:
        """`named`: when the client knows."""
        self.encoding = named or ""
        self._named, self._begun, self._waiting = named, False, b""
        self._decoder: codecs.IncrementalDecoder | None = None
        self._lines = io.IncrementalNewlineDecoder(None, translate=True)

    def feed(self, piece: bytes) -> str:
        """Raises BadInput for what is no text."""
        return self._lines.decode(self._text(piece, final=False))

    def finish(self) -> str:
        return self._lines.decode(self._text(b"", final=True), final=True)

    def _text(self, piece: bytes, *, final: bool) -> str:
        if self._decoder is None:
            piece = self._waiting = self._waiting + piece
            if not self._decided(final=final):
                return ""
            self._waiting = b""
            if self._decoder is None:  # ASCII so far
                return piece.decode("ascii")
        return self._decoder.decode(piece, final)

    def _decided(self, *, final: bool) -> bool:
        """Whether what waits can be decoded by now: it is ASCII, or there is a decoder."""
        waiting = self._waiting
        if not self._begun:
            if len(waiting) < _LONGEST_MARK and not final:
                return False
            self._begun = True
            if encoding := _from_the_start(waiting, self._named):
                self._use(encoding)
                return True
        if waiting.isascii():
            return True
        first = next(index for index, byte in enumerate(waiting) if byte > 127)
        if len(waiting) - first < SAMPLE and not final:
            return False
        self._use(encoding_of(waiting[first:], final=final))
        return True

    def _use(self, encoding: str) -> None:
        self.encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")


def _from_the_start(start: bytes, named: str | None) -> str | None:
    for mark, what, todo in _NO_TEXT:
        if start.startswith(mark):
            raise BadInput(f"this is no text: {what}", code="contacts.no_text", field="body", todo=todo)
    marked = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)
    if marked or named:
        return marked or named
    even, odd = start[0:_LONGEST_MARK:2].count(0), start[1:_LONGEST_MARK:2].count(0)
    if even or odd:  # letters as UTF-16 has them, without a mark
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def encoding_of(sample: bytes, *, final: bool) -> str:
    """The likeliest. `sample` has bytes beyond ASCII, and may end within a character unless it is `final`."""
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(sample, final)
    bad = text.count(UNREADABLE)
    if bad * _ONE_BAD_IN <= sum(not character.isascii() for character in text) - bad:
        return "utf-8"
    if len(sample) - len(sample.translate(None, _BEYOND)) < _FEW and _can_be(_USUAL, sample):
        return _USUAL
    dense = b"\n".join(_WITH_OTHERS.findall(sample))[:_DENSE]
    found = list(from_bytes(dense, cp_isolation=list(_CODE_PAGES)))
    if not found:
        return "latin-1"  # every byte is a character of it
    best = min(one.chaos for one in found)
    alike = (name for one in found if one.chaos <= best + _ALIKE for name in one.could_be_from_charset)
    return _USUAL if _USUAL in alike else found[0].encoding


def _can_be(encoding: str, sample: bytes) -> bool:
    try:
        sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
