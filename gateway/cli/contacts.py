"""`gateway contacts`: who a campaign calls. Files of them, one at a time, and what was wrong with a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from gateway.cli.campaign_file import LIST, PATH, CampaignName, campaign_of
from gateway.cli.contact_pictures import (
    contact_lines,
    contact_table,
    import_lines,
    import_table,
    rejected_line,
)
from gateway.cli.control_plane import ask, client_for, everything, stream_to
from gateway.cli.sending import pieces_of
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out
from gateway.kernel.errors import BadInput, NotFound

IMPORT = "gateway contacts import --help"
SHOWN = 20  # rejected rows at the end of an import
_JSON = (".json", ".jsonl", ".ndjson")

app = typer.Typer(help="Say who a campaign calls.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="As the REST API tells it.")]
Country = Annotated[str | None, typer.Option(help="US, GB: whose numbers are written without +.")]
Contact = Annotated[str, typer.Argument(metavar="CONTACT", help="Its number, or its position in the campaign.")]


@app.command("import")
def import_file(
    campaign: CampaignName,
    file: Annotated[typer.FileBinaryRead, typer.Argument(help="CSV or JSON; - reads from the pipe.")],
    state: StateDir = None,
    country: Country = None,
    number_column: Annotated[str | None, typer.Option(help="Its name, if it is not number or phone.")] = None,
    file_format: Annotated[str | None, typer.Option("--format", help="csv or json; else by the file's name.")] = None,
    encoding: Annotated[str | None, typer.Option(help="utf-8, cp1252 …; else it is found.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take everybody in a file. The same file again takes only those who are not in the campaign yet."""
    by_name = "json" if file.name.lower().endswith(_JSON) else "csv"
    given = {"format": file_format or by_name, "country": country, "number_column": number_column, "encoding": encoding}
    query = {name: value for name, value in given.items() if value is not None}
    with client_for(state) as client:
        campaign_id = campaign_of(client, campaign)["id"]
        again = f"gateway contacts import {campaign_id} {file.name}"
        steps = {
            "campaign.state": LIST, "contacts.no_number_column": f"{again} --number-column NAME",
            "contacts.no_json": f"{again} --format csv", "contacts.cut_off": again, "contacts.broke_off": again,
        }  # fmt: skip
        path = f"{PATH}/{campaign_id}/imports"
        with pieces_of(file) as pieces:
            taken = ask(client, "PUT", path, next_step=IMPORT, next_steps=steps, params=query, content=pieces)
        first = ask(client, "GET", f"{path}/{taken['id']}/rejected", next_step=LIST, params={"limit": SHOWN})["data"]
    if as_json:
        out(json.dumps(taken))
    else:
        for line in (*import_lines(taken), *(rejected_line(one) for one in first)):
            out(line)
    if taken["rejected"]:
        raise BadInput(
            f"{taken['rejected']:,} rows were not taken; correct them and import the file again",
            todo=f"gateway contacts rejected {taken['id']}",
        )
    if not as_json:
        out(f"next: gateway campaigns check {campaign_id}")


@app.command()
def imports(campaign: CampaignName, state: StateDir = None, as_json: AsJson = False) -> None:
    """The files that a campaign has its contacts from, the newest first."""
    with client_for(state) as client:
        found = everything(client, f"{PATH}/{campaign_of(client, campaign)['id']}/imports", next_step=LIST)
    for line in [json.dumps(found)] if as_json else import_table(found):
        out(line)
    if not found and not as_json:
        out(f"none yet; next: {IMPORT}")


@app.command()
def rejected(
    import_id: Annotated[str, typer.Argument(metavar="IMPORT", help="imp_…")],
    state: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """All rows of a file that were not taken, with line and reason."""
    with client_for(state) as client:
        for one in _pages(client, f"{_import_path(client, import_id)}/rejected"):
            out(json.dumps(one) if as_json else rejected_line(one))


@app.command("list")
def list_contacts(
    campaign: CampaignName,
    state: StateDir = None,
    in_state: Annotated[str | None, typer.Option("--state", help="waiting, open, done or refused.")] = None,
    outcome: Annotated[str | None, typer.Option(help="answered, busy, no_answer, voicemail …")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    as_json: AsJson = False,
) -> None:
    """In the order in which they came."""
    given = {"state": in_state, "outcome": outcome, "limit": limit}
    query = {name: value for name, value in given.items() if value is not None}
    with client_for(state) as client:
        campaign_id = campaign_of(client, campaign)["id"]
        path = f"{PATH}/{campaign_id}/contacts"
        found = ask(client, "GET", path, next_step="gateway contacts list --help", params=query)
    for line in [json.dumps(found["data"])] if as_json else contact_table(found["data"]):
        out(line)
    if as_json:
        return
    if found["next_cursor"]:
        out(f"there are more; next: gateway contacts export {campaign_id} FILE.csv")
    elif not found["data"]:
        out(f"none; next: gateway contacts import {campaign_id} FILE.csv")


@app.command()
def show(campaign: CampaignName, contact: Contact, state: StateDir = None, as_json: AsJson = False) -> None:
    """All that is known of one."""
    with client_for(state) as client:
        _, found = _contact_of(client, campaign, contact)
    for line in [json.dumps(found)] if as_json else contact_lines(found):
        out(line)


@app.command()
def add(
    campaign: CampaignName,
    number: Annotated[str, typer.Argument(help="+15105550100")],
    state: StateDir = None,
    country: Country = None,
    ref: Annotated[str, typer.Option(help="Your own name for it.")] = "",
    place: Annotated[str, typer.Option(help="Of the address on record: US-FL.")] = "",
    line: Annotated[str, typer.Option(help="mobile, fixed or ported.")] = "",
    not_before: Annotated[str, typer.Option(help="2027-01-31T09:00:00-05:00")] = "",
    variables: Annotated[list[str] | None, typer.Option("--set", help="first_name=Ana, for the agent.")] = None,
) -> None:
    """One more, also while the campaign runs."""
    told = dict(_variable(one) for one in variables or ())
    contact = {"number": number, "ref": ref, "place": place, "line": line, "not_before": not_before, "variables": told}
    with client_for(state) as client:
        path = f"{PATH}/{campaign_of(client, campaign)['id']}/contacts"
        step, body = "gateway contacts add --help", {"contacts": [contact], "country": country}
        (taken,) = ask(client, "POST", path, next_step=step, next_steps={"campaign.state": LIST}, json=body)["contacts"]
    if taken["result"] == "rejected":
        raise BadInput(f"{taken['field'] or 'the contact'}: {taken['reason']}", field=taken["field"], todo=step)
    words = "the campaign had this number already" if taken["result"] == "repeated" else "added"
    out(f"{taken['position']}  {words}")


@app.command()
def remove(campaign: CampaignName, contact: Contact, state: StateDir = None) -> None:
    """Never called again by this campaign, unless it is added again."""
    with client_for(state) as client:
        path, found = _contact_of(client, campaign, contact)
        ask(client, "DELETE", f"{path}/{found['position']}", next_step="gateway contacts list --help")
    out(f"removed {found['position']}")


@app.command()
def export(
    campaign: CampaignName,
    file: Annotated[Path, typer.Argument(help="A new file.")],
    state: StateDir = None,
) -> None:
    """Write all contacts as CSV, with numbers. It is in the audit log."""
    with client_for(state) as client:
        path = f"{PATH}/{campaign_of(client, campaign)['id']}/contacts/export"
        size = stream_to(client, path, file, next_step=LIST)
    out(f"{file}: {size:,} bytes, readable by you only")


def _contact_of(client: httpx.Client, campaign: str, named: str) -> tuple[str, dict[str, Any]]:
    """The path of all, and the one. Raises NotFound."""
    path = f"{PATH}/{campaign_of(client, campaign)['id']}/contacts"
    step = f"gateway contacts list {path.split('/')[-2]}"
    if named.isdecimal() and len(named) < 12:
        return path, ask(client, "GET", f"{path}/{named}", next_step=step)
    found = ask(client, "GET", path, next_step=step, params={"number": named})["data"]
    if not found:
        raise NotFound("the campaign does not have this number", todo=step)
    return path, found[0]


def _import_path(client: httpx.Client, import_id: str) -> str:
    """Raises NotFound."""
    for campaign in _pages(client, PATH):
        path = f"{PATH}/{campaign['id']}/imports/{import_id}"
        if client.get(path).is_success:
            return path
    raise NotFound("there is no such import", todo="gateway contacts imports CAMPAIGN")


def _pages(client: httpx.Client, path: str) -> Iterator[dict[str, Any]]:
    """A page at a time: there may be a million."""
    wanted: dict[str, Any] = {"limit": 500}
    while True:
        page = ask(client, "GET", path, next_step=LIST, params=wanted)
        yield from page["data"]
        if page["next_cursor"] is None:
            return
        wanted["cursor"] = page["next_cursor"]


def _variable(text: str) -> tuple[str, str]:
    """Raises BadInput."""
    name, equals, value = text.partition("=")
    if not equals:
        raise BadInput("--set takes name=value", todo="gateway contacts add --help")
    return name, value
