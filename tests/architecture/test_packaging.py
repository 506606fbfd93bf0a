"""The five top-level names are ours alone, and the wheel carries what it needs."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata

import pytest

from gateway.stack.checks import DISTRIBUTION, OUR_NAMES


@pytest.mark.parametrize("name", OUR_NAMES)
def test_a_top_level_name_belongs_to_no_other_distribution(name: str) -> None:
    owners = set(metadata.packages_distributions().get(name, [])) - {DISTRIBUTION}
    assert owners == set(), f"{name} would be overwritten by, or overwrite, {owners}"


def test_the_api_process_does_not_load_the_speech_stack() -> None:
    code = (
        "import sys, gateway.bootstrap, gateway.app\n"
        "heavy = [m for m in sys.modules if m.startswith(('livekit.agents', 'faster_whisper', 'pocketsphinx'))]\n"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
