"""`gateway stir`: caller authentication from the terminal. Needs no running gateway, and no network without --fetch."""

from __future__ import annotations

import json
import os
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.terminal import out
from gateway.kernel.errors import BadInput

PASSPHRASE = "GATEWAY_STIR_PASSPHRASE"  # noqa: S105 - the name of the variable
VERIFY, INSPECT, SIGN = (f"gateway stir {name} --help" for name in ("verify", "inspect", "sign"))

app = typer.Typer(help="Check, look at and sign caller authentication (STIR/SHAKEN).", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
Now = Annotated[str | None, typer.Option(help="As of when: seconds since 1970, or 2026-11-20T12:00:00Z.")]
Country = Annotated[
    str, typer.Option(envvar="GATEWAY_STIR__COUNTRY", help="Whose numbers come without a country code.")
]


@app.command()
def verify(
    headers: Annotated[
        list[str] | None,
        typer.Argument(metavar="HEADER…", help="Values of Identity headers; - reads lines from stdin."),
    ] = None,
    vectors: Annotated[Path | None, typer.Option(help="A file of test vectors to run instead.")] = None,
    caller: Annotated[str, typer.Option("--from", help="Who calls: a number, or a tel or sip URI.")] = "",
    called: Annotated[list[str] | None, typer.Option("--to", help="Who is called; repeat.")] = None,
    now: Now = None,
    trust: Annotated[
        Path | None,
        typer.Option(envvar="GATEWAY_STIR__TRUST", help="Whom to believe: a PEM file, or a folder of regions."),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="What the certificate's address answers: a PEM file.")
    ] = None,
    fetch: Annotated[bool, typer.Option("--fetch", help="Ask the certificate's address.")] = False,
    country: Country = "US",
    profile: Annotated[
        str, typer.Option(envvar="GATEWAY_STIR__PROFILE", help="shaken, or rfc8226: also certificates for numbers.")
    ] = "shaken",
    as_json: AsJson = False,
) -> None:
    """Explain what the check finds, step by step; exits 1 unless the call is vouched for, or a vector differs."""
    from gateway.cli.stir_checks import check_call, read_headers, run_file
    from gateway.cli.stir_pictures import outcome_json, outcome_lines, verdict_json, verdict_lines

    if vectors is not None:
        outcomes, left = run_file(vectors)
        for line in (outcome_json if as_json else outcome_lines)(outcomes, left):
            out(line)
        raise typer.Exit(0 if all(one.matches for one in outcomes) else 1)
    found = check_call(
        read_headers(headers or []), caller, called or [], _time(now), trust, certificate, country, profile, fetch=fetch
    )
    if as_json:
        out(json.dumps(verdict_json(found), ensure_ascii=False))
    else:
        for line in verdict_lines(found):
            out(line)
    raise typer.Exit(0 if found.verdict.attest else 1)


@app.command()
def inspect(
    what: Annotated[str, typer.Argument(help="A file, a token, or the value of an Identity header; - reads stdin.")],
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Say in words what a token, a certificate, a list of withdrawn ones or a list of authorities holds."""
    from compliance.stir_shaken.describe import describe, kind_of
    from compliance.stir_shaken.faults import Fault
    from gateway.cli.stir_checks import read_anything
    from gateway.cli.stir_pictures import row_lines

    raw = read_anything(what)
    kind = kind_of(raw)
    if kind is None:
        raise BadInput("it is no token, certificate or list that STIR/SHAKEN has", todo=INSPECT)
    try:
        rows = describe(raw, kind, _time(now))
    except Fault as fault:
        raise BadInput(fault.sentence, todo=INSPECT) from fault
    if as_json:
        out(json.dumps({"kind": kind, "rows": rows}, ensure_ascii=False))
        return
    for line in row_lines(kind, rows):
        out(line)


@app.command()
def sign(
    key: Annotated[Path, typer.Option(help=f"Private key, PEM, mode 0600; its passphrase in {PASSPHRASE}.")],
    x5u: Annotated[str, typer.Option(help="Where verifiers find the key's certificate: an https URL.")],
    caller: Annotated[str, typer.Option("--from", help="Who calls.")],
    called: Annotated[list[str], typer.Option("--to", help="Who is called; repeat.")],
    attest: Annotated[str | None, typer.Option(help="How sure you are of the caller: A, B or C.")] = None,
    div: Annotated[str | None, typer.Option(help="Sign a diversion instead: the number that diverts.")] = None,
    origid: Annotated[str | None, typer.Option(help="UUID of where the call came in; default: a new one.")] = None,
    certificate: Annotated[Path | None, typer.Option(help="The key's certificate, to check that it fits.")] = None,
    now: Now = None,
    country: Country = "US",
    as_json: AsJson = False,
) -> None:
    """Sign a call: prints the value of an Identity header. In the US only a provider may, with its own certificate."""
    from compliance.stir_shaken.sign import Statement, sign_passport
    from compliance.stir_shaken.signing_key import check_fits, load_signing_key
    from gateway.cli.stir_checks import number_of, read_file

    private = load_signing_key(key, os.environ.get(PASSPHRASE, ""), PASSPHRASE)
    if certificate is not None:
        check_fits(private, read_file(certificate))
    if (attest is None) is (div is None):
        raise BadInput("give --attest for a call, or --div for a diversion", todo=SIGN)
    statement = Statement(
        "div" if div else "shaken",
        number_of(caller, country, "--from"),
        tuple(number_of(one, country, "--to") for one in called),
        int(_time(now).timestamp()),
        attest,  # type: ignore[arg-type] - what it is, is checked
        "" if div else origid or str(uuid.uuid4()),
        number_of(div, country, "--div") if div else "",
    )
    value = sign_passport(statement, private, x5u)
    out(json.dumps({"identity": value}) if as_json else value)


def _time(text: str | None) -> datetime:
    """Raises BadInput."""
    if text is None:
        return datetime.now(UTC)
    try:
        if text.lstrip("-").isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadInput("--now is no time", todo="--now 1795176000, or --now 2026-11-20T12:00:00Z") from error
