"""A real process killed in the middle of its work: the next one does it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def process(url: str, mode: str, *begins: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.integration.durable.one_process", url, mode, *begins]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as one:
        try:
            yield one
        finally:
            one.kill()


def next_line(one: subprocess.Popen[str]) -> str:
    assert one.stdout is not None
    return one.stdout.readline().strip()


def rest_of(one: subprocess.Popen[str]) -> list[str]:
    """What it prints until it has closed in good order; nothing but this program's own lines."""
    out, err = one.communicate("", timeout=120)
    assert one.returncode == 0, err
    assert "console.dbos.dev" not in err
    return out.split("\n")


def test_a_second_process_on_the_same_file_is_refused_in_words(tmp_path: Path) -> None:
    file = f"sqlite:///{tmp_path / 'workflows.db'}"
    with process(file, "hang", "xfer_1") as one:
        assert next_line(one) == "body xfer_1 call_1"
        with process(file, "finish") as other:
            assert other.stderr is not None and "another control plane works with" in other.stderr.read()
            assert other.wait(60) != 0


def test_work_of_a_killed_process_is_done_by_the_next_and_by_no_other(url: str) -> None:
    with process(url, "hang", "xfer_1") as one:
        assert next_line(one) == "body xfer_1 call_1"
        one.kill()
    with process(url, "hang") as one:  # killed again: nothing is written off
        assert next_line(one) == "body xfer_1 call_1"
        one.kill()
    with process(url, "finish") as one:
        assert next_line(one) == "body xfer_1 call_1"
        assert rest_of(one) == ["closed", ""]
    with process(url, "finish", "xfer_2") as one:
        assert next_line(one) == "body xfer_2 call_1"
        assert rest_of(one) == ["closed", ""]
