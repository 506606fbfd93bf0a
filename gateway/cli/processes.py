"""The processes one by one, as a service supervisor starts them: migrate, serve, sip, worker, recorder, dialler."""

from __future__ import annotations

import asyncio

import typer

from gateway.cli.terminal import out
from gateway.kernel.logs import configure_logs
from gateway.settings import load_settings


def migrate() -> None:
    """Bring the database to this version's schema and create the key files."""
    from gateway import bootstrap
    from gateway.kernel.role_tokens import ensure_role_keys

    configure_logs("migrate")
    settings = load_settings()
    ensure_role_keys(settings.keys_dir)
    bootstrap.migrate(settings)


def local_key() -> None:
    """Print a fresh admin API key for this machine's own tools; the one before it stops working."""
    from gateway import bootstrap

    configure_logs("local-key")
    out(asyncio.run(bootstrap.issue_local_key(load_settings())))


def serve() -> None:
    """Run the control plane: the REST API, provisioning and the call record."""
    from gateway import bootstrap

    configure_logs("control-plane")
    asyncio.run(bootstrap.run_control_plane(load_settings()))


def dialler() -> None:
    """Run a dialler: calls the contacts of running campaigns. Needs PostgreSQL; several share the work."""
    from agents.endpoints import agent_exists
    from gateway.campaigns.process import run_dialler

    settings = load_settings()
    configure_logs(settings.executor_id)
    asyncio.run(run_dialler(settings, agent_exists))


def sip() -> None:
    """Run the SIP node: SIP and RTP on one side, LiveKit rooms on the other."""
    from gateway.sip.node import run_node

    configure_logs("sip-node")
    asyncio.run(run_node(load_settings()))


def worker() -> None:
    """Run an agent worker: answers the calls that LiveKit hands to it."""
    from agents.worker.run import run_worker

    configure_logs("worker")
    run_worker(load_settings())


def recorder() -> None:
    """Run a recorder: records calls whose callers agreed, encrypted, unseen in the room."""
    from agents.recorder.process import run_recorder

    configure_logs("recorder")
    asyncio.run(run_recorder(load_settings()))


def register(app: typer.Typer) -> None:
    app.command(rich_help_panel="Processes")(migrate)
    app.command("local-key", rich_help_panel="Processes", hidden=True)(local_key)
    app.command(rich_help_panel="Processes")(serve)
    app.command(rich_help_panel="Processes")(sip)
    app.command(rich_help_panel="Processes")(worker)
    app.command(rich_help_panel="Processes")(recorder)
    app.command(rich_help_panel="Processes")(dialler)
