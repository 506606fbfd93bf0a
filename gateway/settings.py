"""Every setting, from the environment (`GATEWAY_…`, nested with `__`) or `/run/secrets`.

    GATEWAY_DATABASE_URL=postgresql+psycopg://…      GATEWAY_SIP__PORT=5060

The defaults describe one machine on loopback; `gateway up` fills in what it started.
"""

from __future__ import annotations

import json
import os
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from gateway.agent_settings import AgentSettings
from gateway.kernel.errors import SetupError
from gateway.recording_settings import RecordingSettings
from gateway.speech_settings import SpeechSettings


def default_state_dir() -> Path:
    """`$XDG_STATE_HOME/gateway`, else `~/.local/state/gateway`."""
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "gateway"


class LiveKitSettings(BaseModel):
    url: str = "ws://127.0.0.1:7880"
    public_url: str = Field(default="", description="where browsers connect; default: url")
    api_key: str = "devkey"
    api_secret: SecretStr = SecretStr("")
    agent_name: str = Field(default="gateway", description="explicit dispatch name of our workers")


class ApiSettings(BaseModel):
    host: str = "127.0.0.1"
    port: int = 8080
    internal_host: str = Field(default="127.0.0.1", description="/internal is served here only; keep it private")
    internal_port: int = 8081

    @property
    def internal_url(self) -> str:
        return f"http://{self.internal_host}:{self.internal_port}"


class SipSettings(BaseModel):
    host: str = Field(default="127.0.0.1", description="address to bind; an IP literal")
    port: int = 5060
    advertised_host: str = Field(default="", description="address for Contact and SDP when it differs from host")
    tcp: bool = True
    tls_port: int = Field(default=0, description="usually 5061; 0 = no TLS")
    tls_certificate: Path | None = Field(default=None, description="PEM, with its chain; for TLS")
    tls_private_key: Path | None = None
    tls_ca_file: Path | None = Field(default=None, description="who is believed; default: the machine's authorities")
    tls_ask_clients: bool = Field(default=False, description="only callers with a certificate of tls_ca_file")
    rtp_port_min: int = 20000
    rtp_port_max: int = 20998
    max_calls: int = 50
    max_setting_up: int = Field(default=16, description="calls on their way into a room at a time; above it 503")
    invites_per_source_s: float = Field(default=30.0, description="of one address; above it 503. 0 = no limit")
    invites_per_number_s: float = Field(default=10.0, description="to one number; above it 503. 0 = no limit")
    scanner_tries: int = Field(
        default=20, description="refused INVITEs of a stranger in a minute, until it is answered no more. 0 = always"
    )
    admission_within_s: float = Field(
        default=0.3, gt=0, description="a verdict on a call in; without one the trunk's loss policy decides"
    )
    media_timeout_s: float = 30.0
    drain_s: float = Field(default=300.0, description="after SIGTERM, calls may go on for so long")
    realm: str = "gateway"
    node_id: str = Field(default="", description="stable name of this node; made up when empty")


class OutsideSettings(BaseModel):
    """Requests to places that somebody chose over REST, such as the receivers of webhooks."""

    networks: list[IPv4Network | IPv6Network] = Field(
        default=[], description='networks inside that may be reached all the same: ["10.20.0.0/16"]'
    )
    ca_file: Path | None = Field(
        default=None, description="PEM; whose certificates are believed; default: the machine's"
    )


class SigningSettings(BaseModel):
    """For a provider with a STI certificate of its own; all others let the carrier sign. Off without a key file."""

    key_file: Path | None = Field(default=None, description="PEM, EC P-256, readable by its owner only")
    passphrase: SecretStr = SecretStr("")
    certificate_file: Path | None = Field(default=None, description="PEM: the certificate that x5u answers with")
    x5u: str = Field(default="", description="https address of the certificate")
    origid: str = Field(default="", description="a UUID that names this origin; default: one made from the executor id")


class StirSettings(BaseModel):
    """Whose signatures on callers' numbers count (STIR/SHAKEN). What follows from them, trunks and rules say."""

    trust: Path | None = Field(default=None, description="folder of authorities, a folder per region; none: no check")
    profile: Literal["shaken", "rfc8226"] = Field(
        default="shaken", description="rfc8226: also certificates for numbers (delegate ones), not only providers'"
    )
    without_revocation_list: Literal["pass", "fail"] = Field(
        default="pass", description="certificates of a region whose list of withdrawn ones is not there"
    )
    networks: list[IPv4Network | IPv6Network] = Field(
        default=[], description="networks inside where certificates may be; callers choose the address, so: none"
    )
    ca_file: Path | None = Field(default=None, description="PEM; whose TLS is believed; default: the machine's")
    ports: list[int] = Field(default=[443, 8443], description="at which certificates may be (ATIS-1000074)")
    signing: SigningSettings = SigningSettings()
    redress: str = Field(
        default="",
        pattern=r'^((https://|mailto:|tel:)[^\s";]{1,200})?$',
        description="where a caller who was blocked wrongly can say so; it goes out with 603 Network Blocked",
    )
    country: str = Field(default="US", pattern="^[A-Z]{2}$", description="whose numbers come without a country code")


class CaptureSettings(BaseModel):
    """Digits that callers key in and nobody else may see (docs/capture.md). Read by the SIP nodes, which send them."""

    tokeniser: Literal["", "test_vault", "stripe", "https"] = Field(
        default="", description="who takes what is keyed in; none: nothing can be captured. test_vault is for tests"
    )
    url: str = Field(default="", description="https address of the tokeniser; Stripe has one already")
    secret: SecretStr = Field(default=SecretStr(""), description="Stripe's secret key; else sent as a bearer token")
    networks: list[IPv4Network | IPv6Network] = Field(
        default=[], description="networks inside where the tokeniser may be"
    )
    ca_file: Path | None = Field(default=None, description="PEM; whose certificate is believed; default: the machine's")
    confirm_within_s: float = Field(
        default=0.3, gt=0, description="recorder and SIP node, each: who has not confirmed by then ends the capture"
    )


class ConsentSettings(BaseModel):
    own_places: list[Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]] = Field(
        default=[], description="where our side of calls is, for example US-TX; none: unknown, taken for the strictest"
    )


class LedgerSettings(BaseModel):
    """The record of what was done, which nobody changes unseen. Its entries are in the database, the proof is here."""

    folder: Path | None = Field(
        default=None, description="where signed checkpoints go; best a disk of its own. default: ledger in state_dir"
    )
    origin: str = Field(
        default="", max_length=200, description="the ledger's name; keep it for ever. default: made of its key"
    )


class RetentionSettings(BaseModel):
    days: dict[str, int] = Field(
        default={}, description='how long what is kept, within the bounds of docs/privacy.md: {"recordings": 30}'
    )


class CarrierSettings(BaseModel):
    """Carriers where numbers are bought (docs/carriers.md)."""

    installation: str = Field(
        default="",
        pattern=r"^[a-z0-9]{0,16}$",
        description="part of the tag of all that we make at carriers; different for each gateway. default: gw",
    )
    sip_targets: list[str] = Field(
        default=[], description='where carriers send calls: ["sip.example.com:5061;transport=tls"]'
    )
    sip_sources: list[IPv4Network | IPv6Network] = Field(
        default=[], description="from where our calls to carriers come; for those that let in by address"
    )
    public_url: str = Field(
        default="", pattern=r"^(https?://[^?#]+[^/?#])?$", description="of this gateway, for carriers' webhooks"
    )
    elsewhere: dict[str, str] = Field(
        default={}, description="base URLs in the place of carriers' hosts, by host; for a sandbox of your own"
    )


class WorkerSettings(BaseModel):
    name: str = "worker-1"
    http_port: int = Field(
        default=0, description="health port of livekit-agents; 0 = any free one; +1, +2, … of further shards"
    )
    max_calls: int = Field(default=20, description="active calls at which this worker takes no more")
    idle_processes: int = Field(default=1, description="ready for the next call, in each process that takes calls")
    calls_per_process: int = Field(
        default=0, ge=0, le=50, description="0: 8, or 1 where a call's own process recognises speech (docs/models.md)"
    )


class DiallerSettings(BaseModel):
    embedded: bool = Field(default=True, description="the control plane dials; false where `gateway dialler` does")


class RecorderSettings(BaseModel):
    name: str = Field(default="recorder-1", pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="keep it: it names files")
    max_calls: int = Field(default=50, ge=1, le=400, description="recordings at a time")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="GATEWAY_", env_nested_delimiter="__", secrets_dir=None, extra="ignore"
    )

    state_dir: Path = Field(
        default_factory=default_state_dir, description="files of this installation: keys, database, spool"
    )
    database_url: str = Field(default="", description="default: SQLite in state_dir")
    executor_id: str = Field(
        default="local", min_length=1, description="whose work under way a start goes on with; keep it for ever"
    )
    redis_url: str = "redis://127.0.0.1:6379/0"
    key_file: Path | None = Field(default=None, description="GATEWAY_KEY_FILE: encrypts secrets at rest")
    livekit: LiveKitSettings = LiveKitSettings()
    api: ApiSettings = ApiSettings()
    sip: SipSettings = SipSettings()
    speech: SpeechSettings = SpeechSettings()
    agents: AgentSettings = AgentSettings()
    worker: WorkerSettings = WorkerSettings()
    outside: OutsideSettings = OutsideSettings()
    stir: StirSettings = StirSettings()
    ledger: LedgerSettings = LedgerSettings()
    consent: ConsentSettings = ConsentSettings()
    carriers: CarrierSettings = CarrierSettings()
    capture: CaptureSettings = CaptureSettings()
    retention: RetentionSettings = RetentionSettings()
    recordings: RecordingSettings = RecordingSettings()
    recorder: RecorderSettings = RecorderSettings()
    dialler: DiallerSettings = DiallerSettings()

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite+aiosqlite:///{self.state_dir.absolute() / 'gateway.db'}"

    @property
    def workflows(self) -> str:
        """Where durable work is kept: with PostgreSQL beside everything else, else in a file of its own."""
        if self.database.startswith("postgresql"):
            return self.database
        return f"sqlite:///{self.state_dir.absolute() / 'workflows.db'}"

    @property
    def keys_dir(self) -> Path:
        return self.state_dir / "keys"

    @property
    def ledger_dir(self) -> Path:
        return self.ledger.folder or self.state_dir / "ledger"

    @property
    def recordings_dir(self) -> Path:
        return self.recordings.folder or self.state_dir / "recordings"

    @property
    def recordings_key_file(self) -> Path:
        return self.recordings.key_file or self.keys_dir / "recordings.key"

    @property
    def spool_dir(self) -> Path:
        return self.state_dir / "spool"


def load_settings() -> Settings:
    """Settings from the environment; pydantic's ValidationError names a wrong one, and SetupError one that should be
    JSON and is none."""
    secrets = Path("/run/secrets")
    try:
        return Settings(_secrets_dir=str(secrets) if secrets.is_dir() else None)  # pyright: ignore[reportCallIssue]
    except SettingsError as error:
        suspects = [name for name in os.environ if name.startswith("GATEWAY_") and name.endswith("_OPTIONS")]
        named = ", ".join(name for name in suspects if not _is_json(os.environ[name]))
        if not named:
            raise
        raise SetupError(f"{named}: this is no JSON", todo='write it as \'{"name": "value"}\'') from error


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
