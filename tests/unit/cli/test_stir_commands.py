"""`gateway stir` as it is typed: without a gateway, and without a network unless it is asked for."""

from __future__ import annotations

import io
import json
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from compliance.stir_shaken.steps import STEPS
from gateway.cli import main
from gateway.net.outside import Answer, NotReached
from tests import stir
from tests.stir import maker

VECTORS = Path(stir.__file__).parent / "vectors" / "made-here.json"
NOW = ("--now", "2026-11-20T12:00:00Z")
CALL = ("--from", f"+{maker.ORIG}", "--to", f"sip:+{maker.DEST}@here.example", *NOW)


@dataclass(frozen=True)
class Printed:
    code: int
    lines: list[str]
    errors: list[str]


Run = Callable[..., Printed]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """In a folder with root.pem and bundle.pem, and with no network."""
    monkeypatch.setattr("gateway.kernel.logs.quiet_logs", lambda: None)  # it would silence this process for good
    monkeypatch.chdir(tmp_path)
    for name in ("GATEWAY_STIR__TRUST", "GATEWAY_STIR__COUNTRY", "GATEWAY_STIR__PROFILE", "GATEWAY_STIR_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "root.pem").write_bytes(maker.root().pem)
    (tmp_path / "bundle.pem").write_bytes(maker.bundle())

    def nowhere(*_: object, **__: object) -> Any:
        raise AssertionError("something was resolved")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)

    def run(*arguments: str) -> Printed:
        monkeypatch.setattr(sys, "argv", ["gateway", "stir", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        code = left.value.code if isinstance(left.value.code, int) else 0
        return Printed(code, printed.out.splitlines(), printed.err.splitlines())

    return run


def refused(printed: Printed) -> tuple[str, str]:
    """(what is wrong, what to type next)."""
    assert printed.code == 1 and not printed.lines
    what, todo = printed.errors
    return what.removeprefix("error: "), todo.removeprefix("  next: ")


def marks(printed: Printed) -> dict[str, str]:
    """step -> ✓, ✗ or ·."""
    rows = [line.split(maxsplit=1) for line in printed.lines if line.startswith("  ") and line.strip()[0] in "✓✗·"]
    return {step.name: mark for step, (mark, _) in zip(STEPS, rows, strict=True)}


def test_the_vectors_all_match_and_the_last_line_says_so(run: Run) -> None:
    printed = run("verify", "--vectors", str(VECTORS))
    assert printed.code == 0 and printed.lines[-1] == "66 matched, 0 differ"
    assert "compact-form (rfc8224)" in printed.lines[-2]
    assert printed.lines[0].split() == ["vector", "profile", "expected", "found", "words"]
    assert len(printed.lines) == 1 + 66 + 2
    told = json.loads(run("verify", "--vectors", str(VECTORS), "--json").lines[0])
    assert (told["matched"], told["differ"], len(told["vectors"])) == (66, 0, 66)


def test_a_vector_that_differs_is_shown_with_what_was_found_and_exits_1(run: Run, tmp_path: Path) -> None:
    file = json.loads(VECTORS.read_text())
    file["vectors"] = file["vectors"][:2]
    file["vectors"][1]["expect"] = {"verstat": "TN-Validation-Failed", "sip_code": 438, "reason": ""}
    (tmp_path / "v.json").write_text(json.dumps(file))
    printed = run("verify", "--vectors", "v.json")
    assert printed.code == 1 and printed.lines[-1] == "1 matched, 1 differ"
    assert "TN-Validation-Failed 438  TN-Validation-Passed" in printed.lines[2] and "DIFFERS" in printed.lines[2]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "no file of vectors"),
        ("[]", "no file of vectors"),
        ("{}", "'certs'"),
        ('{"certs": {}, "trust": ["root"], "vectors": []}', "'root'"),
        ('{"certs": {"root": "x"}, "trust": ["root"], "vectors": []}', "cannot be read"),
        ('{"certs": {}, "trust": [], "vectors": [{}]}', "lacks the member"),
        ('{"certs": {}, "trust": [], "vectors": 1}', "no file of vectors"),
    ],
)
def test_a_file_of_another_form_is_told_with_what_is_wrong(run: Run, tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "v.json").write_text(content)
    what, todo = refused(run("verify", "--vectors", "v.json"))
    assert words in what and todo.startswith("gateway stir")


def test_a_good_header_is_explained_step_by_step_and_exits_0(run: Run) -> None:
    header = maker.identity()
    printed = run("verify", f"Identity: {header}", *CALL, "--trust", "root.pem", "--certificate", "bundle.pem")
    assert printed.code == 0
    assert {name: mark for name, mark in marks(printed).items() if mark != "✓"} == {"revocation": "·"}
    assert printed.lines[-1] == "TN-Validation-Passed: level A by provider 709J (root)"


def test_a_stale_header_is_explained_up_to_where_it_fails_with_the_next_command(run: Run) -> None:
    iat = int(maker.NOW.timestamp()) - 100
    header = maker.identity(maker.claims(iat=iat))
    printed = run("verify", header, *CALL, "--trust", "root.pem", "--certificate", "bundle.pem")
    assert printed.code == 1
    found = marks(printed)
    assert found["signature"] == "✓" and found["freshness"] == "✗" and found["orig"] == "·"
    assert printed.lines[-2].startswith("TN-Validation-Failed: 403 Stale Date")
    assert printed.lines[-1] == f"  next: as of when it was made: --now {iat}"


def test_without_a_certificate_nothing_is_asked_and_the_next_step_is_told(run: Run) -> None:
    printed = run("verify", maker.identity(), *CALL, "--trust", "root.pem")
    assert marks(printed)["fetch"] == "✗" and "--fetch" in printed.lines[-1] and printed.code == 1


def test_without_authorities_nobody_is_believed_and_the_next_step_is_told(run: Run) -> None:
    printed = run("verify", maker.identity(), *CALL, "--certificate", "bundle.pem")
    assert marks(printed)["authority"] == "✗" and "--trust" in printed.lines[-1]


def test_with_fetch_the_certificates_address_is_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Outside:
        async def request(self, _: str, url: str, **__: object) -> Answer:
            asked.append(url)
            if len(asked) > 1:
                raise NotReached("there was no whole answer within 2 s", code="outside.timeout")
            return Answer(200, {}, maker.bundle(), cut=False)

        async def close(self) -> None:
            pass

    monkeypatch.setattr("gateway.cli.stir_checks.Outside", Outside)
    assert run("verify", maker.identity(), *CALL, "--trust", "root.pem", "--fetch").code == 0
    late = run("verify", maker.identity(), *CALL, "--trust", "root.pem", "--fetch")
    assert asked == [maker.X5U] * 2
    assert "436" in late.lines[-1] and "within 2 s" in late.lines[-1]


def test_several_headers_come_from_a_trace_on_stdin(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = f"Identity: {maker.identity()}\n\ny: {maker.div_identity(maker.DEST, maker.OTHER)}\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    call = ("--from", maker.ORIG, "--to", maker.OTHER, *NOW)
    printed = run("verify", "-", *call, "--trust", "root.pem", "--certificate", "bundle.pem")
    assert printed.code == 0 and printed.lines[-1].endswith("over 1 diversions")
    assert [line.split(",")[0] for line in printed.lines if line.startswith("header")] == [
        "header 1: shaken", "header 2: div"
    ]  # fmt: skip


def test_a_folder_of_regions_says_whom_to_believe_and_who_is_withdrawn(run: Run, tmp_path: Path) -> None:
    us = tmp_path / "trust" / "us"
    us.mkdir(parents=True)
    (us / "authorities.pem").write_bytes(maker.root().pem)
    (us / "revocation-signers.pem").write_bytes(maker.crl_signer().pem)
    (us / "revoked.crl").write_bytes(maker.revocation_list().public_bytes(Encoding.DER))
    for folder in ("trust", "trust/us"):
        printed = run("verify", maker.identity(), *CALL, "--trust", folder, "--certificate", "bundle.pem")
        assert printed.code == 0 and set(marks(printed).values()) == {"✓"}
        assert printed.lines[-1].endswith("(us)")
    (us / "revoked.crl").write_bytes(maker.revocation_list(maker.leaf().certificate).public_bytes(Encoding.DER))
    printed = run("verify", maker.identity(), *CALL, "--trust", "trust", "--certificate", "bundle.pem")
    assert marks(printed)["revocation"] == "✗"


def test_as_json_every_step_is_told(run: Run) -> None:
    arguments = (*CALL, "--trust", "root.pem", "--certificate", "bundle.pem", "--json")
    told = json.loads(run("verify", maker.identity(maker.claims(attest="B")), *arguments).lines[0])
    assert (told["verstat"], told["attest"], told["code"]) == ("TN-Validation-Passed", "B", "709J")
    (header,) = told["headers"]
    assert [one["step"] for one in header["steps"]] == [step.name for step in STEPS]
    told = json.loads(run("verify", "garbage", *arguments).lines[0])
    assert (told["verstat"], told["sip_code"], told["reason"]) == ("TN-Validation-Failed", 436, "no_info")


@pytest.mark.parametrize(
    ("arguments", "what", "todo"),
    [
        (["verify"], "no header", "--vectors"),
        (["verify", "x"], "against a call", "--from"),
        (["verify", "x", "--from", "1"], "against a call", "--to"),
        (["verify", "x", "--from", "alice", "--to", "1"], "--from is no telephone number", "--from +"),
        (["verify", "x", "--from", "1", "--to", "1", "--now", "soon"], "--now is no time", "--now"),
        (["verify", "x", "--from", "1", "--to", "1", "--now", "9" * 30], "--now is no time", "--now"),
        (["verify", "x", "--from", "1", "--to", "1", "--profile", "x"], "no profile", "--profile shaken or rfc8226"),
        (["verify", "x", "--from", "1", "--to", "1", "--trust", "none"], "no folder", "GATEWAY_STIR__TRUST"),
        (["verify", "x", "--from", "1", "--to", "1", "--trust", "empty"], "no folder of a region", "authorities.pem"),
        (["verify", "x", "--from", "1", "--to", "1", "--trust", "junk"], "cannot be read", "--trust"),
        (["verify", maker.identity(), "--from", "1", "--to", "1", "--certificate", "none"], "cannot be read", "ls"),
        (["verify", "--vectors", "none"], "cannot be read", "ls"),
        (["inspect", "none"], "there is no file", "gateway stir inspect"),
        (["inspect", "junk"], "no token, certificate or list", "gateway stir inspect"),
        (["inspect", "broken.pem"], "cannot be read", "gateway stir inspect"),
    ],
)
def test_bad_input_is_told_with_the_next_command(
    run: Run, tmp_path: Path, arguments: list[str], what: str, todo: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "junk").write_bytes(b"\x00junk")
    (tmp_path / "broken.pem").write_bytes(maker.leaf().pem[:300])
    said, next_command = refused(run(*arguments))
    assert what in said and todo in next_command


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (maker.identity().encode(), ["token", maker.ORIG, '"attest": "A"', "2026-11-20 12:00:00 UTC", "good"]),
        (maker.identity().split(";")[0].encode(), ["token", maker.DEST, "token alone", "good"]),
        (maker.identity(maker.claims(attest="D")).encode(), ["token", "refused with 438", "not A, B or C"]),
        (b"a.b.c;info=<https://a.example/>", ["token", "refused with 438", "base64url"]),
        (maker.identity(maker.claims(iat=10**30)).encode(), ["token", "no time that there is"]),
        (maker.bundle(), ["certificate", "CN=SHAKEN 709J", "the provider 709J", "secp256r1", "good in its form"]),
        (maker.leaf().certificate.public_bytes(Encoding.DER), ["certificate", "the provider 709J"]),
        (
            maker.revocation_list(maker.leaf().certificate).public_bytes(Encoding.PEM),
            ["revocation list", f"{maker.leaf().certificate.serial_number:x}", "a test's issuer"],
        ),
        (maker.revocation_list().public_bytes(Encoding.DER), ["revocation list", "a test's list of the withdrawn"]),
        (
            maker.trust_list(maker.root().certificate, by=maker.root(), sequence=7).encode(),
            ["trust list", "sequence", "7", "CN=a test's root"],
        ),
    ],
)
def test_what_is_looked_at_is_told_in_words(run: Run, tmp_path: Path, content: bytes, words: list[str]) -> None:
    (tmp_path / "thing").write_bytes(content)
    printed = run("inspect", "thing", *NOW)
    assert printed.code == 0, printed.errors
    for word in words:
        assert word in "\n".join(printed.lines)
    assert json.loads(run("inspect", "thing", "--json").lines[0])["kind"] == words[0]


def test_a_token_may_be_given_itself(run: Run) -> None:
    assert run("inspect", maker.identity()).lines[0] == "token"


def signing(tmp_path: Path, *rest: str) -> list[str]:
    key = tmp_path / "sign.key"
    key.write_bytes(maker.leaf().key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key.chmod(0o600)
    call = ["--x5u", maker.X5U, "--from", maker.ORIG, "--to", f"tel:+{maker.DEST}", *NOW]
    return ["sign", "--key", str(key), *call, *rest]


def test_what_is_signed_here_is_believed_here(run: Run, tmp_path: Path) -> None:
    (value,) = run(*signing(tmp_path, "--attest", "B", "--certificate", "bundle.pem")).lines
    printed = run("verify", value, *CALL, "--trust", "root.pem", "--certificate", "bundle.pem")
    assert printed.code == 0 and "level B" in printed.lines[-1]
    diverted = json.loads(run(*signing(tmp_path, "--div", maker.OTHER, "--json")).lines[0])["identity"]
    assert "ppt=div" in diverted


@pytest.mark.parametrize(
    ("rest", "what", "todo"),
    [
        ([], "--attest", "gateway stir sign"),
        (["--attest", "A", "--div", "1"], "--attest", "gateway stir sign"),
        (["--attest", "D"], "A, B or C", "give"),
        (["--attest", "A", "--to", "alice"], "--to is no telephone number", "--to +"),
        (["--attest", "A", "--x5u", "http://a.example/"], "not https", "https"),
        (["--attest", "A", "--certificate", "root.pem"], "verifiers would refuse", "gateway stir inspect"),
        (["--attest", "A", "--key", "root.pem"], "0644", "chmod 600"),
    ],
)
def test_what_nobody_would_believe_is_not_signed(
    run: Run, tmp_path: Path, rest: list[str], what: str, todo: str
) -> None:
    (tmp_path / "root.pem").chmod(0o644)
    said, next_command = refused(run(*signing(tmp_path, *rest)))
    assert what in said and todo in next_command
