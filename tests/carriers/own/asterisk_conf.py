"""A reader of Asterisk's configuration files, as much of them as our templates use.

A section may come more than once, with another `type`. A semicolon begins a comment unless a backslash stands before
it. `=` and `=>` mean the same. https://docs.asterisk.org/Fundamentals/Asterisk-Configuration/Asterisk-Configuration-Files/
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_COMMENT = re.compile(r"(?<!\\);.*")
_LINE = re.compile(r"(?P<name>[^=]*?)\s*=>?\s*(?P<value>.*)")


@dataclass
class Section:
    name: str
    options: list[tuple[str, str]] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        return [value for option, value in self.options if option == name]

    def __getitem__(self, name: str) -> str:
        (value,) = self.all(name)
        return value


def read(text: str) -> list[Section]:
    found: list[Section] = []
    for raw in text.splitlines():
        line = _COMMENT.sub("", raw).replace(r"\;", ";").strip()
        if line.startswith("["):
            found.append(Section(line[1 : line.index("]")]))
        elif line:
            told = _LINE.fullmatch(line)
            assert told, f"no option: {line}"
            found[-1].options.append((told["name"], told["value"]))
    return found


def of_type(sections: list[Section], kind: str) -> list[Section]:
    return [one for one in sections if one["type"] == kind]
