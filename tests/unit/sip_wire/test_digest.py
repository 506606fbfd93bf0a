"""Passwords: who proves to know one, and who replays."""

from __future__ import annotations

import hashlib

import pytest

from gateway.sip.wire.digest import NONCE_LIFETIME_S, DigestServer, credentials_for, parse_credentials, response_for

REALM, USER = "gateway", ("trunk", "s3cret")
URI = "sip:+15105550100@192.0.2.1"


@pytest.fixture
def server() -> DigestServer:
    return DigestServer(b"k" * 32)


def answer(server: DigestServer, user: tuple[str, str] = USER, now: float = 100.0, method: str = "INVITE") -> str:
    value = credentials_for(server.challenge(REALM, now), method, URI, *user)
    assert value is not None
    return value


def test_the_right_password_is_ok_once_and_its_replay_is_stale(server: DigestServer) -> None:
    value = answer(server)
    assert server.check([value], "INVITE", USER, REALM, 101.0) == "ok"
    assert server.check([value], "INVITE", USER, REALM, 102.0) == "stale"


def test_no_credentials_or_those_of_another_realm_are_missing(server: DigestServer) -> None:
    value = answer(server)
    assert server.check([], "INVITE", USER, REALM, 101.0) == "missing"
    assert server.check(["Basic abc"], "INVITE", USER, REALM, 101.0) == "missing"
    assert server.check([value], "INVITE", USER, "elsewhere", 101.0) == "missing"


@pytest.mark.parametrize("user", [("trunk", "guess"), ("other", "s3cret"), ("", "")])
def test_a_wrong_name_or_password_is_wrong(server: DigestServer, user: tuple[str, str]) -> None:
    assert server.check([answer(server, user)], "INVITE", USER, REALM, 101.0) == "wrong"


def test_credentials_for_another_method_are_wrong(server: DigestServer) -> None:
    assert server.check([answer(server, method="BYE")], "INVITE", USER, REALM, 101.0) == "wrong"


def test_an_old_a_foreign_and_a_future_nonce_are_stale(server: DigestServer) -> None:
    value = answer(server)
    assert server.check([value], "INVITE", USER, REALM, 101.0 + NONCE_LIFETIME_S) == "stale"
    assert server.check([value], "INVITE", USER, REALM, 99.0) == "stale"
    assert server.check([answer(DigestServer(b"x" * 32))], "INVITE", USER, REALM, 101.0) == "stale"


def test_a_nonce_survives_a_restart_of_nothing_but_needs_no_memory(server: DigestServer) -> None:
    assert DigestServer(b"k" * 32).check([answer(server)], "INVITE", USER, REALM, 101.0) == "ok"


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("qop", ["auth", ""])
def test_both_algorithms_and_the_old_form_are_accepted(server: DigestServer, algorithm: str, qop: str) -> None:
    challenge = server.challenge(REALM, 100.0).replace("algorithm=MD5", f"algorithm={algorithm}")
    value = credentials_for(challenge.replace('qop="auth"', f'qop="{qop}"'), "INVITE", URI, *USER)
    assert value is not None
    assert server.check([value], "INVITE", USER, REALM, 101.0) == "ok"


def test_a_higher_count_with_the_same_nonce_is_new_and_a_lower_one_is_not(server: DigestServer) -> None:
    offered = parse_credentials(answer(server))

    def counted(count: str) -> str:
        offered.update(nc=count)
        response = response_for(offered, "INVITE", *USER)
        return (
            f'Digest username="trunk", realm="{REALM}", nonce="{offered["nonce"]}", uri="{URI}", '
            f'response="{response}", qop=auth, nc={count}, cnonce="{offered["cnonce"]}"'
        )

    counts = ("00000002", "00000003", "00000001")
    outcomes = [server.check([counted(count)], "INVITE", USER, REALM, 101.0) for count in counts]
    assert outcomes == ["ok", "ok", "stale"]


@pytest.mark.parametrize(
    "spoilt",
    [
        'nonce="\udcff"',
        'nonce="é"',
        'nonce=""',
        'response="\udcff"',
        'username="\udcfe"',
        "algorithm=SHA-512",
        "qop=auth-int",
        'uri="\udcff"',
        "nc=zz",
    ],
)
def test_broken_credentials_are_never_ok_and_never_an_error(server: DigestServer, spoilt: str) -> None:
    value = f"{answer(server)}, {spoilt}"
    assert server.check([value], "INVITE", USER, REALM, 101.0) in ("wrong", "stale")


def test_the_example_of_rfc_2617_comes_out() -> None:
    offered = {
        "realm": "testrealm@host.com", "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093", "uri": "/dir/index.html",
        "qop": "auth", "nc": "00000001", "cnonce": "0a4f113b",
    }  # fmt: skip
    assert response_for(offered, "GET", "Mufasa", "Circle Of Life") == "6629fae49393a05397450978507c4ef1"


def test_without_qop_the_response_is_the_old_one() -> None:
    def h(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    expected = h(f"{h('u:r:p')}:n:{h('INVITE:sip:x')}")
    assert response_for({"realm": "r", "nonce": "n", "uri": "sip:x"}, "INVITE", "u", "p") == expected


@pytest.mark.parametrize("challenge", ["Basic x", 'Digest realm="r", nonce="n", qop="auth-int"', "Digest algorithm=X"])
def test_a_challenge_that_we_cannot_answer_gets_none(challenge: str) -> None:
    assert credentials_for(challenge, "INVITE", URI, *USER) is None
