"""`gateway webhooks`: who is told about calls, from the terminal."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from gateway.cli.control_plane import ask, client_for, everything
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out
from gateway.cli.webhook_pictures import created, delivery_table, secret_lines, webhook_table
from gateway.kernel.errors import BadInput, Unavailable

PATH = "/v1/webhooks"
LIST, ADD = "gateway webhooks list", "gateway webhooks add --help"

app = typer.Typer(help="Say who is told about calls.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="As the REST API tells it.")]
Events = Annotated[list[str] | None, typer.Option("--event", help="A type of event, such as call.ended; repeat.")]


@app.command("list")
def list_webhooks(state: StateDir = None, as_json: AsJson = False) -> None:
    """Everybody who is told, the newest first."""
    with client_for(state) as client:
        found = everything(client, PATH, next_step=LIST)
    if as_json:
        out(json.dumps(found))
        return
    for line in webhook_table(found):
        out(line)
    if not found:
        out("nobody yet; next: gateway webhooks add --help")


@app.command()
def add(
    url: str,
    state: StateDir = None,
    name: Annotated[str, typer.Option(help="For people.")] = "webhook",
    events: Events = None,
    personal: Annotated[bool, typer.Option(help="Tell numbers and notes too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell this URL about calls: all events, or those of --event."""
    body = {"name": name, "url": url, "events": events or [], "personal": personal}
    with client_for(state) as client:
        made = ask(client, "POST", PATH, next_step=ADD, json=body)
    if as_json:
        out(json.dumps(made))
        return
    for line in created(made):
        out(line)


@app.command()
def test(webhook_id: str, state: StateDir = None) -> None:
    """Send one request now and say what came back."""
    with client_for(state) as client:
        told = ask(client, "POST", f"{PATH}/{webhook_id}/test", next_step=LIST)
    if not told["ok"]:
        raise Unavailable(told["words"], todo=f"look at the receiver, then: gateway webhooks test {webhook_id}")
    out(f"{told['words']} in {told['took_ms']} ms")


@app.command()
def deliveries(
    webhook_id: str,
    state: StateDir = None,
    status: Annotated[str | None, typer.Option(help="waiting, delivered or dead.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    as_json: AsJson = False,
) -> None:
    """What was told, is still to be told, or was given up; the newest first."""
    query: dict[str, Any] = {"limit": limit} | ({"status": status} if status else {})
    with client_for(state) as client:
        found = ask(client, "GET", f"{PATH}/{webhook_id}/deliveries", next_step=LIST, params=query)["data"]
    if as_json:
        out(json.dumps(found))
        return
    for line in delivery_table(found):
        out(line)
    if not found:
        out("none")


@app.command()
def replay(
    webhook_id: str,
    delivery_id: Annotated[str | None, typer.Argument(help="One delivery; absent: --all-dead.")] = None,
    all_dead: Annotated[bool, typer.Option("--all-dead", help="Everything that was given up.")] = False,
    state: StateDir = None,
) -> None:
    """Send once more: one delivery, or all that were given up."""
    again = f"gateway webhooks deliveries {webhook_id} --status dead"
    if (delivery_id is None) is not all_dead:
        raise BadInput("give one delivery, or --all-dead", todo=again)
    with client_for(state) as client:
        if delivery_id is None:
            number = ask(client, "POST", f"{PATH}/{webhook_id}/replay", next_step=LIST)["replayed"]
            out(f"{number} on their way")
        else:
            ask(client, "POST", f"{PATH}/{webhook_id}/deliveries/{delivery_id}/replay", next_step=again)
            out(f"{delivery_id} is on its way")


@app.command()
def secret(
    webhook_id: str,
    state: StateDir = None,
    overlap: Annotated[int, typer.Option(min=0, help="Seconds for which the old one stays valid.")] = 86_400,
) -> None:
    """Make a new secret; for a while requests are signed with both."""
    with client_for(state) as client:
        made = ask(client, "POST", f"{PATH}/{webhook_id}/secret", next_step=LIST, json={"overlap_s": overlap})
    for line in secret_lines(made["secret"]):
        out(line)


@app.command()
def enable(webhook_id: str, state: StateDir = None) -> None:
    """Switch on again one that was switched off; then replay what was given up."""
    _switch(webhook_id, state, enabled=True)
    out(f"{webhook_id} is on; next: gateway webhooks replay {webhook_id} --all-dead")


@app.command()
def disable(webhook_id: str, state: StateDir = None) -> None:
    """Tell it nothing for now."""
    _switch(webhook_id, state, enabled=False)
    out(f"{webhook_id} is off; next: gateway webhooks enable {webhook_id}")


@app.command()
def remove(webhook_id: str, state: StateDir = None) -> None:
    """Take it away, with all its deliveries."""
    with client_for(state) as client:
        ask(client, "DELETE", f"{PATH}/{webhook_id}", next_step=LIST)
    out(f"removed {webhook_id}")


def _switch(webhook_id: str, state: StateDir, *, enabled: bool) -> None:
    with client_for(state) as client:
        ask(client, "PATCH", f"{PATH}/{webhook_id}", next_step=LIST, json={"enabled": enabled})
