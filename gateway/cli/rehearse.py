"""`gateway test`: rehearsals of an agent, by text and on real calls."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from typer.core import TyperGroup

from gateway.cli.control_plane import client_for
from gateway.cli.rehearse_replay import replay
from gateway.cli.stack import StateDir, state_dir
from gateway.cli.terminal import Terminal, out
from gateway.kernel.errors import BadInput


class RunUnlessNamed(TyperGroup):
    """`gateway test FILE` is `gateway test run FILE`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=RunUnlessNamed, help="Rehearse an agent: by text, and on real calls (docs/testing.md).")
app.command("replay")(replay)
Url = Annotated[str, typer.Option(help="REST API of a stack that runs; default: one of its own, for voice.")]
Key = Annotated[str, typer.Option(envvar="GATEWAY_API_KEY", help="An API key for --url.", show_default=False)]
Sip = Annotated[str, typer.Option(metavar="HOST:PORT", help="The SIP node of --url.")]


@app.command()
def run(
    files: Annotated[list[Path] | None, typer.Argument(help="Suites (YAML).", show_default=False)] = None,
    demo: Annotated[bool, typer.Option("--demo", help="The suites of the demo agent.")] = False,
    only: Annotated[str, typer.Option(help="Rehearsals with this in their name.")] = "",
    by: Annotated[str, typer.Option(help="text or voice; default: both.")] = "",
    folder: Annotated[Path, typer.Option("--out", help="Where the report goes.")] = Path("rehearsals"),
    junit_file: Annotated[Path | None, typer.Option("--junit", help="JUnit XML for CI.")] = None,
    at_once: Annotated[int, typer.Option(min=1, max=50, help="Calls at a time.")] = 3,
    on_stack: Annotated[bool, typer.Option("--on-stack", help="Call the stack of this machine (gateway up).")] = False,
    url: Url = "",
    key: Key = "",
    sip: Sip = "127.0.0.1:5060",
    judge_url: Annotated[str, typer.Option(help="Up to /v1; its key: GATEWAY_TEST__JUDGE_KEY.")] = "",
    judge_model: Annotated[str, typer.Option(help="The model that judges.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
    state: StateDir = None,
) -> None:
    """Hold rehearsals; exits 1 when something was not as expected."""
    from gateway.cli.rehearsal_file import RehearsalFile
    from gateway.cli.rehearse_pictures import counted
    from gateway.demo.rehearsed import SUITES
    from gateway.rehearsals.company import rehearse
    from gateway.rehearsals.judge import JudgeSettings
    from gateway.settings import Settings

    paths = [*(files or []), *(SUITES if demo else ())]
    if not paths:
        raise BadInput("no suite was named", todo="gateway test FILE.yaml, or gateway test --demo")
    if by not in ("", "text", "voice"):
        raise BadInput(f"--by {by} is neither text nor voice", todo="gateway test --help")
    known = [one for path in paths for one in RehearsalFile(path, lambda: _client(url, key, state)).wanted]
    wanted = [one for one in known if only in one.rehearsal.name and by in ("", one.rehearsal.by)]
    if not wanted:
        raise BadInput("no rehearsal fits --only and --by", todo="gateway test FILE.yaml, without them")
    terminal, judging = Terminal(), JudgeSettings()
    flags = {"url": judge_url, "model": judge_model}
    judging = judging.model_copy(update={name: value for name, value in flags.items() if value})
    with _Watched(terminal, len(wanted)) as watched:
        held = asyncio.run(
            rehearse(
                wanted, Settings().speech, lambda: _stack(terminal, on_stack, url, key, sip, state), judging,
                watched.tell, at_once=at_once,
            )
        )  # fmt: skip
    report = _write(folder, junit_file, "demo agent" if demo else ", ".join(path.stem for path in paths), held)
    terminal.say(counted(held))
    terminal.say(f"  {report}")
    if as_json:
        found = {one.rehearsal.name: one.verdict for one in held}
        out(json.dumps({"ok": "failed" not in found.values(), "rehearsals": found, "report": str(report)}))
    if any(one.verdict == "failed" for one in held):
        raise typer.Exit(1)


class _Watched:
    """Each one when it is over; on a terminal, how many there are still, too."""

    def __init__(self, terminal: Terminal, whole: int) -> None:
        self._terminal, self._whole, self._done, self._failed = terminal, whole, 0, 0
        self._status: Any = None

    def __enter__(self) -> _Watched:
        from rich.console import Console

        console = Console(stderr=True, highlight=False)
        shown = console.status("[dim]by text[/]") if sys.stderr.isatty() else nullcontext()
        self._shown = shown
        self._status = shown.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._shown.__exit__(*error)

    def tell(self, held: Any) -> None:
        from gateway.cli.rehearse_pictures import line, progress, why

        self._done += 1
        self._failed += held.verdict == "failed"
        self._terminal.say(line(held))
        for text in why(held):
            self._terminal.say(text)
        if self._status is not None:
            self._status.update(progress(self._done, self._whole, self._failed))


def _write(folder: Path, junit_file: Path | None, name: str, held: Sequence[Any]) -> Path:
    from gateway.rehearsals.junit import junit
    from gateway.rehearsals.report import page

    try:
        folder.mkdir(parents=True, exist_ok=True)
        report = folder / "report.html"
        report.write_text(page(f"Rehearsals: {name}", held, datetime.now(UTC)))
        if junit_file:
            junit_file.parent.mkdir(parents=True, exist_ok=True)
            junit_file.write_text(junit(name, held))
    except OSError as error:
        raise BadInput(
            f"the report cannot be written: {error.strerror}", todo="choose another folder: --out"
        ) from error
    return report


def _client(url: str, key: str, state: Path | None) -> httpx.Client:
    if not url:
        return client_for(state)
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=30)


def _stack(
    terminal: Terminal, on_stack: bool, url: str, key: str, sip: str, state: Path | None
) -> AbstractAsyncContextManager[Any]:
    from gateway.rehearsals.by_voice import own_stack
    from gateway.rehearsals.stage import Place
    from gateway.stack.plan import StackRecord

    if url:
        return nullcontext(Place(url, key, sip))
    if on_stack:
        env = StackRecord(state_dir(state)).read_env()
        return nullcontext(Place(env["GATEWAY_URL"], env["GATEWAY_API_KEY"], f"{env['SIP_HOST']}:{env['SIP_PORT']}"))
    return own_stack(terminal.say, terminal.progress)
