"""An address that may be asked for a certificate, told from its text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.location import check_location


def refused(url: str) -> str:
    with pytest.raises(Fault) as fault:
        check_location(url)
    assert fault.value.sip_code == 436
    return fault.value.slug


@pytest.mark.parametrize(
    "url",
    [
        "https://cert.example.org/a.pem",
        "https://cert.example.org",
        "https://cert.example.org:443/a",
        "https://cert.example.org:8443/a/b%20c",
        "HTTPS://CERT.example.org./a",
        "https://1.cert.example.org/",
        "https://my_host.example/",
    ],
)
def test_https_to_a_host_by_name_may_be_asked(url: str) -> None:
    assert check_location(url) == url


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("http://cert.example.org/a", "x5u_scheme"),
        ("file:///etc/passwd", "x5u_scheme"),
        ("//cert.example.org/a", "x5u_scheme"),
        ("gopher://x/", "x5u_scheme"),
        ("", "x5u_scheme"),
        ("https://user@cert.example.org/", "x5u_userinfo"),
        ("https://a:b@cert.example.org/", "x5u_userinfo"),
        ("https://@cert.example.org/", "x5u_userinfo"),
        ("https://cert.example.org/?a=b", "x5u_parts"),
        ("https://cert.example.org/?", "x5u_parts"),
        ("https://cert.example.org/#a", "x5u_parts"),
        ("https://cert.example.org/a;b", "x5u_parts"),
        ("https://cert.example.org:444/", "x5u_port"),
        ("https://cert.example.org:0/", "x5u_port"),
        ("https://cert.example.org:22/", "x5u_port"),
        ("https://cert.example.org:99999/", "x5u_syntax"),
        ("https://cert.example.org:x/", "x5u_syntax"),
        ("https://127.0.0.1/", "x5u_host"),
        ("https://169.254.169.254/", "x5u_host"),
        ("https://2130706433/", "x5u_host"),
        ("https://0x7f.1/", "x5u_host"),
        ("https://0177.0.0.1/", "x5u_host"),
        ("https://127.1/", "x5u_host"),
        ("https://127.0.0.1./", "x5u_host"),
        ("https://[::1]/", "x5u_host"),
        ("https://[::ffff:127.0.0.1]/", "x5u_host"),
        ("https://[fe80::1%25eth0]/", "x5u_host"),
        ("https://[v1.x]/", "x5u_host"),
        ("https://[::1/", "x5u_syntax"),
        ("https:///a", "x5u_host"),
        ("https://./a", "x5u_host"),
        ("https://a..b/", "x5u_host"),
        ("https://-a.example/", "x5u_host"),
        ("https://" + "a." * 130 + "example/", "x5u_host"),
        ("https://" + "a" * 64 + ".example/", "x5u_host"),
        ("https://a.example%2f/", "x5u_host"),
        ("https://a.example\\@b.example/", "x5u_syntax"),
        ("https://a.example/ b", "x5u_syntax"),
        ("https://a.example/\tb", "x5u_syntax"),
        ("https://\u0430.example/", "x5u_syntax"),
        ("https://a.example/" + "x" * 1024, "x5u_syntax"),
    ],
)
def test_any_other_address_is_refused_and_says_why(url: str, slug: str) -> None:
    assert refused(url) == slug


def test_ports_of_the_settings_are_allowed_and_only_they() -> None:
    assert check_location("https://a.example:9443/", {9443})
    with pytest.raises(Fault):
        check_location("https://a.example:8443/", {9443})


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_is_an_address_or_a_fault(host: str, rest: str) -> None:
    for url in (host, f"https://{host}/{rest}", f"https://a.example{host}"):
        try:
            assert check_location(url) == url
        except Fault as fault:
            assert fault.sip_code == 436
