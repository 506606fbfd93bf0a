"""`gateway audit`: what was done, and the proof of it. `verify` needs no gateway, no database and no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.audit_pictures import checkpoint_lines, entry_table, report_lines
from gateway.cli.control_plane import ask, client_for, stream_to
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out

ENTRIES, CHECKPOINT, EXPORT = "/v1/audit/entries", "/v1/audit/checkpoint", "/v1/audit/export"
LIST = "gateway audit list"

app = typer.Typer(help="Show and prove what was done.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
CallId = Annotated[str | None, typer.Option("--call", help="Of one call only.")]
KindName = Annotated[str | None, typer.Option("--kind", help="consent, recording, dial, admin …: of one kind only.")]
Since = Annotated[str | None, typer.Option(help="Appended then or later: 2026-11-20T12:00:00Z.")]


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="An export.", exists=True, dir_okay=False)],
    key: Annotated[
        str | None,
        typer.Option(help="Whose signatures count: a key, or ledger.pub. Else the file's own."),
    ] = None,
    checkpoints: Annotated[
        list[Path] | None,
        typer.Option(help="Checkpoints that were kept elsewhere; repeat.", exists=True, dir_okay=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove an export, or name the first entry that is wrong; exits 1 then."""
    from gateway.cli.audit_checks import check_export, report_json

    report = check_export(file, key, checkpoints or [])
    if as_json:
        out(json.dumps(report_json(report), ensure_ascii=False))
    else:
        for line in report_lines(report, key_given=key is not None):
            out(line)
    raise typer.Exit(0 if report.good else 1)


@app.command()
def export(
    to: Annotated[Path, typer.Option("--out", help="A new file.")],
    state: StateDir = None,
    call_id: CallId = None,
    kind: KindName = None,
    since: Since = None,
    personal: Annotated[bool, typer.Option(help="With numbers and other personal values.")] = False,
) -> None:
    """Write the ledger, or a part of it with proofs, to a file. That it was exported is in the ledger."""
    query = _query(call_id, kind, since) | ({"personal": "true"} if personal else {})
    with client_for(state) as client:
        size = stream_to(client, EXPORT, to, next_step="gateway audit export --help", params=query)
    out(f"{size} bytes in {to}; next: gateway audit verify {to}")


@app.command()
def checkpoint(
    state: StateDir = None,
    since: Annotated[int | None, typer.Option(min=0, help="Prove that it goes on from a tree of this size.")] = None,
    as_json: AsJson = False,
) -> None:
    """Sign what is not signed yet, and show the checkpoint: keep it elsewhere."""
    with client_for(state) as client:
        told = ask(client, "GET", CHECKPOINT, next_step=LIST, params={} if since is None else {"since": since})
    for line in [json.dumps(told, ensure_ascii=False)] if as_json else checkpoint_lines(told):
        out(line)


@app.command("list")
def list_entries(
    state: StateDir = None,
    call_id: CallId = None,
    kind: KindName = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    as_json: AsJson = False,
) -> None:
    """The newest entries first."""
    query = _query(call_id, kind, since) | {"limit": limit}
    with client_for(state) as client:
        found = ask(client, "GET", ENTRIES, next_step="gateway audit list --help", params=query)["data"]
    if as_json:
        out(json.dumps(found, ensure_ascii=False))
        return
    for line in entry_table(found):
        out(line)
    if not found:
        out("none")


def _query(call_id: str | None, kind: str | None, since: str | None) -> dict[str, Any]:
    given = {"call_id": call_id, "kind": kind, "since": since}
    return {name: value for name, value in given.items() if value is not None}
