"""Where a certificate may be fetched from, told from the URL alone (ATIS-1000074 §5.3.1). Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from compliance.stir_shaken.faults import bad_info

PORTS = frozenset({443, 8443})
LONGEST = 1024
LONGEST_NAME = 253
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC_LABEL = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")


def check_location(url: str, ports: Collection[int] = PORTS) -> str:
    """The URL, when it may be asked. Raises Fault 436; nothing was fetched then, and nothing resolved."""
    if len(url) > LONGEST or not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        raise bad_info("x5u_syntax", "the certificate's address is no URL")
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").lower()
    except ValueError as error:
        raise bad_info("x5u_syntax", "the certificate's address is no URL") from error
    if parts.scheme.lower() != "https":
        raise bad_info("x5u_scheme", "the certificate's address is not https")
    if "@" in parts.netloc:
        raise bad_info("x5u_userinfo", "the certificate's address carries a user")
    if "?" in url or "#" in url or ";" in parts.path:
        raise bad_info("x5u_parts", "the certificate's address has a query, a fragment or path parameters")
    if port is not None and port not in ports:
        raise bad_info("x5u_port", "the certificate's address has a port that is not allowed")
    if "[" in parts.netloc or _is_address(host):  # in brackets there is an address, of a kind to come perhaps
        raise bad_info("x5u_host", "the certificate's address names a machine by number")
    labels = host.removesuffix(".").split(".")
    if len(host) > LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise bad_info("x5u_host", "the certificate's address has no host name")
    return url


def _is_address(host: str) -> bool:
    """Also in the spellings that only resolvers understand: 2130706433, 0x7f.1, 0177.0.0.1."""
    try:
        ip_address(host)
    except ValueError:
        return _NUMERIC_LABEL.fullmatch(host.rstrip(".").rpartition(".")[2]) is not None
    return True
