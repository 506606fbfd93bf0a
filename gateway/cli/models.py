"""`gateway models`: the speech models that there are, those that are here, and the servers that have the others."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer

from gateway.cli.models_pictures import health_lines, licence_lines, model_lines, seen_lines
from gateway.cli.terminal import Terminal, out
from gateway.kernel.errors import BadInput, NotFound
from gateway.speech_models.catalogue import CATALOGUE, HUB, SpeechModel, named
from gateway.speech_models.fetch import Fetcher
from gateway.speech_models.shelf import Shelf
from gateway.speech_settings import SpeechSettings

app = typer.Typer(help="Fetch and check the models that hear, think and speak.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="One JSON array.")]
Names = Annotated[list[str] | None, typer.Argument(help="Models, by name; else all that are here.")]


@app.command("list")
def show(
    profile: Annotated[str | None, typer.Option(help="cpu | gpu: what that profile uses.")] = None,
    as_json: AsJson = False,
) -> None:
    """All models that the gateway knows: what for, licence, size, and whether they are here."""
    models = [model for model in CATALOGUE if profile is None or profile in model.profiles]
    shelves = [Shelf(_settings().models_dir, model) for model in models]
    if as_json:
        out(json.dumps([asdict(shelf.model) | {"here": _here(shelf), "mb": shelf.model.mb} for shelf in shelves]))
        return
    for line in model_lines([(shelf.model, _here(shelf)) for shelf in shelves]):
        out(line)


@app.command()
def check(
    names: Names = None,
    live: Annotated[bool, typer.Option("--live", help="Also ask each server of the settings, with the time.")] = False,
    note: Annotated[bool, typer.Option("--note", help="Files were copied by hand: write down their hashes.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare every file with its hash, and look whether the settings can work. Exits 1 on any fault."""
    from agents.speech.health import ask_all

    settings = _settings()
    shelves = [Shelf(settings.models_dir, model) for model in _wanted(names)]
    if names is None:
        shelves = [shelf for shelf in shelves if shelf.folder.is_dir()]
    seen = {shelf.model.name: shelf.note() if note else shelf.look() for shelf in shelves}
    health = asyncio.run(ask_all(settings)) if live else []
    if as_json:
        files = [asdict(one) | {"model": name} for name, found in seen.items() for one in found]
        out(json.dumps(files + [asdict(one) for one in health]))
    for line in [] if as_json else [*seen_lines(shelves, seen), *health_lines(health)]:
        out(line)
    if names is None:
        _check_settings(settings, quiet=as_json)
    if any(one.fault for found in seen.values() for one in found) or not all(one.ok for one in health):
        raise typer.Exit(1)


@app.command()
def fetch(
    names: Annotated[list[str], typer.Argument(help="Models, by name.")],
    accept: Annotated[bool, typer.Option("--accept-licence", help="You have read it and agree.")] = False,
    mirror: Annotated[str, typer.Option(help="In the place of the model hub.", envvar="GATEWAY_MODELS_MIRROR")] = HUB,
) -> None:
    """Fetch models into `models_dir`; what broke off goes on where it stopped."""
    models_dir, models = _settings().models_dir, _wanted(names)
    for model in models:
        for line in licence_lines(model):
            out(line)
    if elsewhere := [model for model in models if model.served]:
        raise BadInput(f"{elsewhere[0].name} is kept by another server", todo=f"type there: {elsewhere[0].served}")
    if not accept:
        todo = f"gateway models fetch {' '.join(names)} --accept-licence"
        raise BadInput("nothing was fetched: the licence has to be agreed to", todo=todo)
    terminal = Terminal()
    for model in models:
        shelf, tenths = Shelf(models_dir, model), dict[str, int]()

        def progress(name: str, done: int, whole: int, tenths: dict[str, int] = tenths) -> None:
            """A line per tenth of a file."""
            if (tenth := done * 10 // whole if whole else 0) != tenths.get(name):
                tenths[name] = tenth
                terminal.say(f"{name:<24} {done / 1e6:8.1f} of {whole / 1e6:.1f} MB")

        seen = Fetcher(shelf, progress, mirror).fetch()
        for line in seen_lines([shelf], {model.name: seen}):
            out(line)


def _settings() -> SpeechSettings:
    from gateway.settings import load_settings

    return load_settings().speech


def _check_settings(settings: SpeechSettings, *, quiet: bool) -> None:
    """Raises SetupError."""
    from agents.speech.catalog import check as check_speech

    check_speech(settings)
    if not quiet:
        out(f"settings     profile {settings.profile}: nothing is missing on this machine")


def _wanted(names: list[str] | None) -> list[SpeechModel]:
    if names is None:
        return [model for model in CATALOGUE if model.files]
    found = [(name, named(name)) for name in names]
    if unknown := [name for name, model in found if model is None]:
        raise NotFound(f"no model is called {unknown[0]}", todo="gateway models list")
    return [model for _, model in found if model is not None]


def _here(shelf: Shelf) -> bool:
    return bool(shelf.model.files) and shelf.is_there()
