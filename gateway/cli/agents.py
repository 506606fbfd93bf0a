"""`gateway agents`: what agents say and may do; drafts, versions, and the way back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from gateway.cli.agent_file import LIST, PATH, AgentFile, AgentName, agent_of, words_of
from gateway.cli.agent_pictures import (
    change_lines,
    draft_lines,
    line_of,
    next_of,
    picture_of,
    table_of,
    version_line,
    version_table,
)
from gateway.cli.control_plane import ask, client_for, everything
from gateway.cli.stack import StateDir
from gateway.cli.terminal import out
from gateway.cli.wanted_file import written
from gateway.kernel.errors import BadInput, GatewayError

CREATE = "gateway agents create FILE.yaml"
_NOT_WRITTEN = ("id", "created_at", "updated_at")

app = typer.Typer(help="Say what agents say and may do, try it out as a draft, and go back.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="As the REST API tells it.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="YAML, as docs/agents.md has it.")]
Note = Annotated[str, typer.Option("--note", help="Why, for those who look at the versions later.")]
Number = Annotated[int, typer.Argument(min=1, metavar="VERSION")]


@app.command("list")
def list_agents(state: StateDir = None, as_json: AsJson = False) -> None:
    """The newest first."""
    with client_for(state) as client:
        found = everything(client, PATH, next_step=LIST)
    if as_json:
        out(json.dumps(found))
        return
    for line in table_of(found):
        out(line)
    if not found:
        out(f"none yet; next: {CREATE}")


@app.command()
def show(
    agent: AgentName,
    state: StateDir = None,
    version: Annotated[int | None, typer.Option(min=1, help="An earlier one, as YAML.")] = None,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="All fields, as a file to edit.")] = False,
    as_json: AsJson = False,
) -> None:
    """What calls begin with now, and whether there is a draft."""
    with client_for(state) as client:
        found = agent_of(client, agent)
        content = {name: value for name, value in found.items() if name not in _NOT_WRITTEN}
        if version is not None:
            content = _ask(client, found, "GET", f"/versions/{version}")["content"]
        if as_json:
            out(json.dumps(found if version is None else content))
        elif as_yaml or version is not None:
            out(written(content, []).rstrip())
        else:
            newest = _ask(client, found, "GET", "/versions", params={"limit": 1})["data"][0]
            for line in picture_of(found, newest, _draft_of(client, found)):
                out(line)


@app.command()
def create(file: File, state: StateDir = None, as_json: AsJson = False) -> None:
    """Make an agent; calls that are sent to it begin with this as version 1."""
    with client_for(state) as client:
        made = _sent(client, "POST", PATH, file, f"gateway agents check {file}")
    out(json.dumps(made) if as_json else line_of(made))


@app.command()
def edit(agent: AgentName, file: File, state: StateDir = None, as_json: AsJson = False) -> None:
    """Change the fields that the file has, at once: the next calls begin with it. What it leaves out stays."""
    with client_for(state) as client:
        found = agent_of(client, agent)
        made = _sent(client, "PATCH", f"{PATH}/{found['id']}", file, f"gateway agents check {file}")
        newest = _ask(client, found, "GET", "/versions", params={"limit": 1})["data"][0]
    out(json.dumps(made) if as_json else f"{line_of(made)}  {version_line(newest)}")


@app.command()
def check(file: File, state: StateDir = None, as_json: AsJson = False) -> None:
    """Say everything that is wrong with a file, with its lines. Nothing is kept."""
    with client_for(state) as client:
        document = AgentFile(client, file)
        there = [
            one["id"] for one in everything(client, PATH, next_step=LIST) if one["name"] == document.asked.get("name")
        ]
        query = {"agent_id": there[0]} if len(there) == 1 else {}
        told = ask(client, "POST", f"{PATH}/check", next_step=CREATE, json=document.asked, params=query)
    problems = document.lines_of(told["problems"])
    for line in [json.dumps(told)] if as_json else problems:
        out(line)
    if problems:
        raise BadInput(f"{file} cannot be an agent yet", todo=f"mend it, then: gateway agents check {file}")
    if not as_json:
        step = f"gateway agents draft {there[0]} {file}" if there else f"gateway agents create {file}"
        out(f"nothing is wrong with {file}; next: {step}")


@app.command()
def draft(
    agent: AgentName,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="All fields of the next version.")] = None,
    state: StateDir = None,
    drop: Annotated[bool, typer.Option("--drop", help="Throw the draft away.")] = False,
    as_json: AsJson = False,
) -> None:
    """Keep a file as the next version without publishing it; without a file: show what is kept, and what is wrong."""
    with client_for(state) as client:
        found = agent_of(client, agent)
        if drop:
            _ask(client, found, "DELETE", "/draft")
            out(f"the draft of {found['id']} is gone")
            return
        document = AgentFile(client, file) if file else None
        if document:
            told = _ask(client, found, "PUT", "/draft", json=document.asked)
        else:
            told = _ask(client, found, "GET", "/draft")
    if as_json:
        out(json.dumps(told))
        return
    problems = told["problems"]
    for line in draft_lines(told, document.lines_of(problems) if document else [words_of(one) for one in problems]):
        out(line)
    out(f"next: {next_of(found['id'], told)}")


@app.command()
def diff(
    agent: AgentName,
    state: StateDir = None,
    since: Annotated[int | None, typer.Option("--from", min=1, help="A version; default: the published one.")] = None,
    until: Annotated[str, typer.Option("--to", help="A version, or draft.")] = "draft",
    as_json: AsJson = False,
) -> None:
    """What is different, field by field: what is published and the draft, or any two versions."""
    query = {"from": since, "to": until} if since is not None else {"to": until}
    with client_for(state) as client:
        told = _ask(client, agent_of(client, agent), "GET", "/diff", params=query)
    for line in [json.dumps(told)] if as_json else change_lines(told):
        out(line)


@app.command()
def publish(agent: AgentName, state: StateDir = None, note: Note = "", as_json: AsJson = False) -> None:
    """The next calls begin with the draft; calls that are on keep the version they began with."""
    _publish(agent, state, "/publish", {"note": note}, as_json=as_json)


@app.command()
def versions(agent: AgentName, state: StateDir = None, as_json: AsJson = False) -> None:
    """Every version with who published it, when and why; the newest first. * is what calls begin with."""
    with client_for(state) as client:
        found = agent_of(client, agent)
        told = everything(client, f"{PATH}/{found['id']}/versions", next_step=LIST)
    for line in [json.dumps(told)] if as_json else version_table(told):
        out(line)


@app.command()
def rollback(
    agent: AgentName, version: Number, state: StateDir = None, note: Note = "", as_json: AsJson = False
) -> None:
    """Publish what an earlier version says, as a new one."""
    _publish(agent, state, "/rollback", {"version": version, "note": note}, as_json=as_json)


@app.command()
def remove(agent: AgentName, state: StateDir = None) -> None:
    """Take an agent away with all its versions; refused while a rule or a campaign needs it."""
    with client_for(state) as client:
        found = agent_of(client, agent)
        _ask(client, found, "DELETE", "")
    out(f"removed {found['id']}")


def _publish(agent: str, state: Path | None, act: str, body: dict[str, Any], *, as_json: bool) -> None:
    with client_for(state) as client:
        found = agent_of(client, agent)
        told = _ask(client, found, "POST", act, json=body)
    if as_json:
        out(json.dumps(told))
        return
    out(f"{line_of(found)}  {version_line(told)}")
    out(f"next: gateway agents versions {found['id']}")


def _ask(client: httpx.Client, agent: dict[str, Any], method: str, path: str, **request: Any) -> dict[str, Any]:
    """About one agent; a problem of its versions comes with the command that leads on."""
    name = agent["id"]
    steps = {
        "agent.no_draft": f"gateway agents draft {name} FILE.yaml",
        "agent.no_version": f"gateway agents versions {name}",
        "agent.draft_behind": f"gateway agents diff {name}, then: gateway agents draft {name} --drop",
        "agent.unchanged": f"gateway agents versions {name}",
        "agent.invalid": f"gateway agents draft {name}",
    }
    step = f"gateway agents show {name}"
    return ask(client, method, f"{PATH}/{name}{path}", next_step=step, next_steps=steps, **request)


def _draft_of(client: httpx.Client, agent: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return _ask(client, agent, "GET", "/draft")
    except GatewayError as error:
        if error.code == "agent.no_draft":
            return None
        raise


def _sent(client: httpx.Client, method: str, path: str, file: Path, step: str) -> dict[str, Any]:
    document = AgentFile(client, file)
    try:
        return ask(client, method, path, next_step=step, json=document.asked)
    except GatewayError as error:
        raise document.placed(error, step) from error
