"""LiveKit's plugins for hosted providers, made from our settings. Every mistake is found when the worker starts."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from agents.speech.choice import Choice
from agents.speech.hosted import HOSTED, Hosted
from gateway.kernel.errors import SetupError

OURS = {"api_key": "API_KEY", "model": "MODEL", "base_url": "BASE_URL", "voice": "VOICE", "voice_id": "VOICE"}


def load(hosted: Hosted) -> ModuleType:
    """The plugin. Raises SetupError with the command to type when it is not installed."""
    try:
        return importlib.import_module(hosted.module)
    except ModuleNotFoundError as error:
        raise SetupError(f"the plugin for {hosted.plugin} is not installed", todo=hosted.install) from error


def make(choice: Choice) -> Any:
    """Ears, a brain or a mouth. Raises SetupError for what the settings lack or the plugin does not know."""
    hosted = HOSTED[choice.stage, choice.kind]
    name = f"GATEWAY_SPEECH__{choice.setting}"
    if not choice.key.get_secret_value():
        raise SetupError(f"{name}={choice.kind} needs a key", todo=f"set {name}_API_KEY")
    given: dict[str, Any] = {"api_key": choice.key.get_secret_value()}
    if choice.model:
        given["model"] = choice.model
    for setting, value, argument in (("VOICE", choice.voice, hosted.voice), ("BASE_URL", choice.base_url, hosted.url)):
        if value and not argument:
            raise SetupError(f"{choice.kind} takes no {name}_{setting}", todo=f"take {name}_{setting} out")
        if value:
            given[argument] = value
    made = getattr(load(hosted), hosted.made_by)
    return called(made, choice, given, hosted.elsewhere)


def called(made: Callable[..., Any], choice: Choice, given: Mapping[str, Any], forbidden: frozenset[str]) -> Any:
    """`made` with what our settings give and the options, whose names are checked. The key is in no error."""
    setting = f"GATEWAY_SPEECH__{choice.setting}_OPTIONS"
    known = inspect.signature(made).parameters
    for option in choice.options:
        if option in OURS and option not in forbidden:
            raise SetupError(
                f"{setting} has {option}, which is a setting of its own",
                todo=f"set GATEWAY_SPEECH__{choice.setting}_{OURS[option]} in its place",
            )
        if option in forbidden or option.startswith("_"):
            raise SetupError(f"{setting} may not have {option}", todo=f"take {option} out")
        if option not in known:
            offered = ", ".join(sorted(one for one in known if one not in OURS and one not in forbidden))
            raise SetupError(
                f"{setting} has {option}, which {choice.kind} does not know", todo=f"use one of: {offered}"
            )
    try:
        return made(**given, **choice.options)
    except (TypeError, ValueError) as error:
        said = str(error).replace(choice.key.get_secret_value() or "\0", "…")
        raise SetupError(f"{choice.kind} does not take its settings: {said}", todo=f"look at {setting}") from None
