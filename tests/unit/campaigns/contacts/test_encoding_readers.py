"""Files in the encodings that spreadsheets write: found from the bytes, and said."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest

from gateway.campaigns.importing.decoding import SAMPLE, UNREADABLE, Encoding
from gateway.kernel.errors import BadInput
from tests.unit.campaigns.contacts.reading import decoded

WESTERN = "number,name\n+4917612345678,Jörg Müller\n+33612345678,Zoë François\n"
LATER = "number,name\n" + "+15105550100,Ana\n" * 9000


@pytest.mark.parametrize("piece", [1, 2, 3, 1000])
@pytest.mark.parametrize(
    ("text", "written", "found"),
    [
        ("number\n+15105550100\n", "ascii", ""),
        (WESTERN, "utf-8", "utf-8"),
        (WESTERN, "utf-8-sig", "utf-8-sig"),
        (WESTERN, "utf-16", "utf-16"),
        (WESTERN, "utf-16-le", "utf-16-le"),
        (WESTERN, "utf-16-be", "utf-16-be"),
        (WESTERN, "utf-32", "utf-32"),
        (WESTERN, "cp1252", "cp1252"),
        (WESTERN, "latin-1", "cp1252"),
        ("number,name\n+15105550100,José\n", "cp1252", "cp1252"),
        ("number,note\n+15105550100,5 € “off”\n", "cp1252", "cp1252"),
        ("number,name\n" + "+74951234567,Иван Петров\n" * 10, "cp1251", "cp1251"),
        ("number,name\n" + "+81312345678,山田太郎\n" * 10, "cp932", "cp932"),
    ],
)
def test_the_encoding_is_found(text: str, written: str, found: str, piece: int) -> None:
    assert decoded(text.encode(written), piece=piece) == (text, found)


@pytest.mark.parametrize("written", ["utf-8", "cp1252"])
def test_it_is_found_where_the_first_letter_beyond_ascii_comes(written: str) -> None:
    text = LATER + "+4917612345678,Jörg\n"
    assert decoded(text.encode(written), piece=1000) == (text, written)


def test_who_knows_better_names_it() -> None:
    polish = "number,name\n+48221234567,Gęśla\n"
    assert decoded(polish.encode("cp1250"), "cp1250") == (polish, "cp1250")


def test_a_mark_says_more_than_a_name() -> None:
    named: Encoding = "cp1252"
    assert decoded(WESTERN.encode("utf-8-sig"), named) == (WESTERN, "utf-8-sig")


def test_single_bytes_in_another_encoding_are_marked_and_the_rest_is_read() -> None:
    content = WESTERN.encode() * 20 + b"+15105550100,Jos\xe9\n"
    text, encoding = decoded(content)
    assert encoding == "utf-8" and text.count(UNREADABLE) == 1 and text.startswith(WESTERN)


def test_a_character_at_the_end_of_the_sample_is_whole() -> None:
    text = "é" * (SAMPLE + 7)
    assert decoded(b"a" + text.encode(), piece=999) == ("a" + text, "utf-8")


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
@pytest.mark.parametrize("piece", [1, 100])
def test_every_line_ends_with_a_line_feed(end: str, piece: int) -> None:
    assert decoded(f"number{end}é{end}".encode(), piece=piece)[0] == "number\né\n"


def test_what_is_no_text_is_refused_with_what_to_do() -> None:
    workbook = io.BytesIO()
    with zipfile.ZipFile(workbook, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    for content, todo in ((workbook.getvalue(), "CSV"), (gzip.compress(b"number"), "unpack"), (b"%PDF-1.7", "CSV")):
        with pytest.raises(BadInput) as refused:
            decoded(content)
        assert refused.value.code == "contacts.no_text" and todo in (refused.value.todo or "")
