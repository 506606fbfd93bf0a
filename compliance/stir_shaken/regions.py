"""The folder of authorities: a folder for each region, with what its administrator publishes.

    trust/us/region.json           {"country_codes": ["1"], "policy_oid": "2.16.840.1.114569.1.1.3",
                                    "list_url": "https://…", "revocation_url": "https://…"}     all of it may be absent
    trust/us/authorities.pem       who is believed; or, signed by the administrator,
    trust/us/authorities.jws       the list of them, with list-signer.pem, who signed it
    trust/us/administrators.pem    who is believed to sign lists of authorities
    trust/us/revoked.crl           withdrawn certificates (PEM or DER), signed by one of
    trust/us/revocation-signers.pem

What is fetched from `list_url` and `revocation_url` lies in a folder of ours under the same names.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from compliance.stir_shaken.faults import Fault
from compliance.stir_shaken.revocation import RevocationList, read_revocation_list
from compliance.stir_shaken.trust import Region, TrustList, read_anchors, read_trust_list
from gateway.kernel.errors import SetupError

MOST_BYTES = 32 * 1024 * 1024


class RegionFile(BaseModel):
    """`region.json`."""

    model_config = ConfigDict(extra="forbid")

    country_codes: tuple[str, ...] = Field(default=(), description="E.164 codes of the numbers it vouches for")
    policy_oid: str = Field(default="", pattern=r"^([0-9]+(\.[0-9]+)+)?$")
    list_url: str = Field(default="", pattern=r"^(https://.*)?$")
    revocation_url: str = Field(default="", pattern=r"^(https://.*)?$")


@dataclass(frozen=True)
class LoadedRegion:
    """`authorities` and `revoked` are None when there is no such list; then `region.anchors` come from the PEM file."""

    region: Region
    terms: RegionFile
    authorities: TrustList | None
    revoked: RevocationList | None
    administrators: tuple[x509.Certificate, ...]
    revocation_signers: tuple[x509.Certificate, ...]


def region_folders(trust: Path) -> list[Path]:
    """Raises SetupError when there is no such folder, or it holds no region."""
    if not trust.is_dir():
        raise SetupError(f"{trust} is no folder", todo="set GATEWAY_STIR__TRUST to the folder of authorities")
    found = sorted(one for one in trust.iterdir() if one.is_dir() and not one.name.startswith("."))
    if not found:
        raise SetupError(f"{trust} has no folder of a region", todo=f"make {trust / 'us'} with authorities.pem in it")
    return found


def load_region(folder: Path, fetched: Path, now: datetime, after: int = -1) -> LoadedRegion:
    """`fetched`: where newer lists may lie. `after`: the sequence of the list in use. Raises SetupError."""
    terms = _terms(folder / "region.json")
    administrators = _certificates(folder / "administrators.pem")
    signers = _certificates(folder / "revocation-signers.pem")
    authorities = _authorities([fetched, folder], administrators, now, after)
    anchors = authorities.anchors if authorities else _certificates(folder / "authorities.pem")
    if not anchors:
        raise SetupError(f"the region {folder.name} has no authorities", todo=f"put {folder / 'authorities.pem'} there")
    region = Region(folder.name, anchors, terms.policy_oid, terms.country_codes)
    revoked = _revoked([fetched / "revoked.crl", folder / "revoked.crl"], signers)
    return LoadedRegion(region, terms, authorities, revoked, administrators, signers)


def _terms(path: Path) -> RegionFile:
    if not path.exists():
        return RegionFile()
    try:
        return RegionFile.model_validate(json.loads(path.read_text()))
    except ValidationError as error:
        wrong = error.errors()[0]
        field = ".".join(str(part) for part in wrong["loc"])
        raise SetupError(f"{path}: {field}: {wrong['msg']}", todo="mend the file") from error
    except (OSError, ValueError) as error:
        raise SetupError(f"{path} is not JSON", todo="mend the file") from error


def _certificates(path: Path) -> tuple[x509.Certificate, ...]:
    if not path.exists():
        return ()
    try:
        return read_anchors(path.read_bytes())
    except (OSError, Fault) as error:
        raise SetupError(f"{path}: {error}", todo="put PEM certificates there") from error


def _authorities(
    folders: list[Path], administrators: tuple[x509.Certificate, ...], now: datetime, after: int
) -> TrustList | None:
    """Of the signed lists the newest; a broken one counts when there is no other."""
    found: list[TrustList] = []
    broken: SetupError | None = None
    for folder in folders:
        jws, signer = folder / "authorities.jws", folder / "list-signer.pem"
        if not jws.exists():
            continue
        try:
            found.append(read_trust_list(jws.read_text(), signer.read_bytes(), administrators, now, after - 1))
        except (OSError, ValueError, Fault) as error:
            broken = SetupError(f"{jws}: {error}", todo=f"look at it: gateway stir inspect {jws}")
    if not found and broken:
        raise broken
    return max(found, key=lambda one: one.sequence, default=None)


def _revoked(paths: list[Path], signers: tuple[x509.Certificate, ...]) -> RevocationList | None:
    """Of the lists the newest."""
    found: list[RevocationList] = []
    broken: SetupError | None = None
    for path in paths:
        if not path.exists():
            continue
        try:
            found.append(read_revocation_list(path.read_bytes(), signers))
        except (OSError, Fault) as error:
            broken = SetupError(f"{path}: {error}", todo=f"look at it: gateway stir inspect {path}")
    if not found and broken:
        raise broken
    return max(found, key=lambda one: one.made, default=None)
