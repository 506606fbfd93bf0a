"""Settings of a control plane that believes the tests' authority."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gateway.settings import StirSettings
from tests.stir import maker
from tests.stir.certificate_server import CertificateServer


def believing(folder: Path, certificates: CertificateServer, **more: Any) -> StirSettings:
    """Settings with one region, `us`, written below `folder`, that may fetch from the server on loopback."""
    region = folder / "trust" / "us"
    region.mkdir(parents=True)
    (region / "authorities.pem").write_bytes(maker.root().pem)
    reachable = {"networks": ["127.0.0.0/8", "::1/128"], "ports": [certificates.port], "ca_file": certificates.ca_file}
    return StirSettings.model_validate({"trust": region.parent, **reachable, **more})
