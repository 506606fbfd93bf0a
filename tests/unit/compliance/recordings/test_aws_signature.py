"""Signatures of requests to S3 against the examples that AWS publishes with the signing process."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from compliance.recordings.aws_signature import EMPTY_SHA256, Credentials, signed_headers

# the published example account; it opens nothing
EXAMPLE = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
AT = datetime(2013, 5, 24, tzinfo=UTC)
HOST = {"Host": "examplebucket.s3.amazonaws.com"}


@pytest.mark.parametrize(
    ("path", "query", "more", "signature"),
    [
        (
            "/test.txt", [], {"Range": "bytes=0-9"},
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        ("/", [("lifecycle", "")], {}, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        (
            "/", [("max-keys", "2"), ("prefix", "J")], {},
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)  # fmt: skip
def test_a_request_is_signed_as_the_published_example_is(
    path: str, query: list[tuple[str, str]], more: dict[str, str], signature: str
) -> None:
    headers = signed_headers(EXAMPLE, "GET", path, query, HOST | more, EMPTY_SHA256, AT)
    assert headers["authorization"].endswith(f"Signature={signature}")


def test_the_secret_is_in_no_picture_of_the_credentials() -> None:
    assert "wJalr" not in repr(EXAMPLE)
