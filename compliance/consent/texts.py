"""What callers are told about machines and recording, by language, and what their words mean. Pure but for files."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from compliance.consent.terms import Language

Meaning = Literal["yes", "no", "revoke"]
YES_KEY, NO_KEY = "1", "2"
REVOKE_KEYS = "*9"
_FOLDER = Path(__file__).parent / "texts"
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


class Sayings(BaseModel):
    """Sentences, each whole: they are synthesised before the call is answered."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ai: str
    notice: str
    ask: str
    again: str
    given: str
    refused: str
    revoked: str


class Understood(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    yes: list[str]
    no: list[str]
    revoke: list[str]


class Texts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    say: Sayings
    understand: Understood

    def meaning(self, words: str, *, asked: bool) -> Meaning | None:
        """What a caller's words mean here; `asked`: a yes or no is expected.

        A no anywhere in them is a no, whatever else was said: in doubt nobody is recorded.
        """
        said = _words(words)
        if not asked:
            return "revoke" if _has(said, self.understand.revoke) else None
        if _has(said, self.understand.no) or _has(said, self.understand.revoke):
            return "no"
        return "yes" if _has(said, self.understand.yes) else None

    @property
    def answers(self) -> list[str]:
        """For ears that have to know what to listen for."""
        return [*self.understand.yes, *self.understand.no]


@cache
def texts_in(language: Language) -> Texts:
    """Raises ValueError for a file that is none."""
    return Texts.model_validate(tomllib.loads((_FOLDER / f"{language}.toml").read_text()))


def languages() -> tuple[str, ...]:
    return get_args(Language)


def _words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(text.casefold())]


def _has(said: list[str], phrases: list[str]) -> bool:
    return any(_is_in(_words(phrase), said) for phrase in phrases)


def _is_in(phrase: list[str], said: list[str]) -> bool:
    return any(said[at : at + len(phrase)] == phrase for at in range(len(said) - len(phrase) + 1))
