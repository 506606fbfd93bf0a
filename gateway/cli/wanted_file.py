"""gateway.yaml: read with its lines, so that a fault is shown where it stands; and written."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from gateway.kernel.errors import BadInput, GatewayError

LARGEST = 8 * 1024 * 1024
FIELD = "document."


class WantedFile:
    """`document`: as it goes over REST. Raises BadInput for what is no YAML, or not `what` it is to be."""

    def __init__(
        self, path: Path, *, what: str = "a plan is made of", example: str = "docs/carriers.md",
        begin: str = "gateway export > gateway.yaml",
    ) -> None:  # fmt: skip
        self._path = path
        self._tree = _read(path, what, example, begin)
        self.document: dict[str, Any] = json.loads(json.dumps(self._tree, default=str))

    def placed(self, error: GatewayError) -> GatewayError:
        """The same error with the line that it is about."""
        place = (error.field or "").removeprefix("body.")
        if not place.startswith(FIELD):
            return error
        line = self._line(place.removeprefix(FIELD).split("."))
        return GatewayError(
            f"{self._path}, line {line}: {error.detail}", code=error.code, field=error.field,
            todo=error.todo or f"mend line {line} of {self._path}, then again",
        )  # fmt: skip

    def _line(self, parts: list[str]) -> int:
        """Of the last part of the way that is there; counted from 1."""
        there, line = self._tree, 1
        for part in parts:
            if isinstance(there, CommentedMap) and part in there:
                line, there = there.lc.key(part)[0] + 1, there[part]
            elif isinstance(there, CommentedSeq) and part.isdecimal() and int(part) < len(there):
                line, there = there.lc.item(int(part))[0] + 1, there[int(part)]
            else:
                break
        return line


def written(document: dict[str, Any], notes: list[str]) -> str:
    """`notes`: what the file cannot say, as comments above it."""
    text = io.StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(document, text)
    return "".join(f"# not in this file: {note}\n" for note in notes) + text.getvalue()


def _read(path: Path, what: str, example: str, begin: str) -> CommentedMap:
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path} is longer than {LARGEST // 1024 // 1024} MiB", todo="split it up")
        tree = YAML().load(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}", todo=begin) from error
    except (MarkedYAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        what = str(getattr(error, "problem", "") or "it is not text").split("\n")[0]
        raise BadInput(f"{path}{where}: {what}", todo=f"mend{where.replace(',', '') or ' it'} of {path}") from error
    if not isinstance(tree, CommentedMap):
        raise BadInput(f"{path} does not hold what {what}", todo=f"see {example} for an example")
    return tree
