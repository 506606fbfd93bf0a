"""What `gateway models` shows, and the table of docs/models.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from gateway.speech_models.catalogue import CATALOGUE, SpeechModel
from gateway.speech_models.shelf import Seen, Shelf

if TYPE_CHECKING:
    from agents.speech.health import Health

STAGES = {"stt": "hears", "llm": "thinks", "tts": "speaks"}


def size_of(model: SpeechModel) -> str:
    return f"{model.mb:,.0f} MB" if model.files else "elsewhere"


def model_lines(models: Iterable[tuple[SpeechModel, bool]]) -> list[str]:
    lines = [f"{'model':<31} {'':<7} {'profile':<8} {'size':>10}  {'licence':<20} here"]
    for model, here in models:
        lines.append(
            f"{model.name:<31} {STAGES[model.stage]:<7} {', '.join(model.profiles) or '-':<8} {size_of(model):>10}  "
            f"{model.licence:<20} {'yes' if here else model.served or 'no'}"
        )
        lines.append(f"    {model.what}")
    return lines


def licence_lines(model: SpeechModel) -> list[str]:
    lines = [f"{model.name}: {model.licence}; its terms: {model.terms}"]
    if model.files and not all(file.sha256 for file in model.files):
        lines.append("    no hash of it is publicly known: the one that is found counts from then on")
    return lines


def seen_lines(shelves: Iterable[Shelf], seen: Mapping[str, list[Seen]]) -> list[str]:
    lines: list[str] = []
    for shelf in shelves:
        noted = shelf.noted()
        lines.append(f"{shelf.model.name}  {shelf.folder}")
        for one in seen[shelf.model.name]:
            said = one.fault or (
                "as it came" if one.name in noted else "no hash to compare with: --note writes this down"
            )
            lines.append(f"    {'FAIL' if one.fault else 'ok  '} {one.name:<26} {one.size:>13,}  {one.sha256}  {said}")
        if any(one.fault for one in seen[shelf.model.name]):
            lines.append(f"    next: gateway models fetch {shelf.model.name}")
    return lines


def health_lines(health: Iterable[Health]) -> list[str]:
    lines: list[str] = []
    for one in health:
        lines.append(f"{'ok  ' if one.ok else 'FAIL'} {one.setting:<13} {one.ms:>6} ms  {one.url}: {one.detail}")
        if one.todo:
            lines.append(f"     next: {one.todo}")
    return lines


def table() -> str:
    """As Markdown."""
    lines = ["| model | for | profile | size | licence | comes by |", "|---|---|---|---|---|---|"]
    for model in CATALOGUE:
        way = f"`{model.served}`" if model.served else f"`gateway models fetch {model.name} --accept-licence`"
        cells = [f"`{model.name}`", f"{STAGES[model.stage]}: {model.what}", ", ".join(model.profiles) or "–"]
        cells += [size_of(model), f"[{model.licence}]({model.terms})", way]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
