"""The compose file holds against the published Compose specification's schema, and agrees with our settings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

from gateway.settings import Settings
from gateway.stack.livekit_server import VERSION

COMPOSE = Path(__file__).parents[2] / "deploy" / "compose" / "compose.yaml"


def test_the_compose_file_is_valid() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_variable_is_a_setting() -> None:
    """A misspelt variable would be ignored in silence, so each is looked up in the settings."""
    environment = yaml.safe_load(COMPOSE.read_text())["x-gateway"]["environment"]
    for name in environment:
        model: type = Settings
        for part in name.removeprefix("GATEWAY_").lower().split("__"):
            assert part in model.model_fields, name
            model = model.model_fields[part].annotation


def test_either_sip_node_can_be_chosen_and_livekit_is_the_pinned_one() -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    assert services["sip-node"]["profiles"] == ["gateway-sip"]
    assert services["livekit-sip"]["profiles"] == ["livekit-sip"]
    assert services["livekit"]["image"].endswith(f"v{VERSION}")
