"""All commands in one list, in reading order. Heavy imports stay inside the commands."""

from __future__ import annotations

import typer

from gateway.cli import (
    agents,
    audit,
    call_transfers,
    calls,
    campaign_results,
    campaigns,
    carriers,
    contacts,
    costs,
    demo,
    do_not_call,
    doctor,
    gate,
    models,
    numbers,
    phone,
    plans,
    privacy,
    processes,
    recordings,
    refusals,
    rehearse,
    routes,
    screening,
    stack,
    stir,
    supervising,
    targets,
    trunk_tests,
    webhooks,
)

app = typer.Typer(
    name="gateway",
    help="A self-hosted phone gateway for AI agents.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
stack.register(app)
demo.register(app)
doctor.register(app)
phone.register(app)
call_transfers.register(calls.app)
supervising.register(calls.app)
refusals.register(calls.app)
plans.register(app)
campaign_results.register(campaigns.app)
app.add_typer(carriers.app, name="carriers")
app.add_typer(numbers.app, name="numbers")
app.add_typer(plans.app, name="plans")
app.add_typer(calls.app, name="calls")
app.add_typer(costs.app, name="costs")
app.add_typer(agents.app, name="agents")
app.add_typer(models.app, name="models")
app.add_typer(targets.app, name="targets")
app.add_typer(routes.app, name="route")
app.add_typer(trunk_tests.app, name="trunk")
app.add_typer(screening.app, name="screening")
app.add_typer(gate.app, name="gate")
app.add_typer(campaigns.app, name="campaigns")
app.add_typer(contacts.app, name="contacts")
app.add_typer(do_not_call.app, name="do-not-call")
app.add_typer(recordings.app, name="recordings")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(rehearse.app, name="test")
app.add_typer(stir.app, name="stir")
app.add_typer(audit.app, name="audit")
app.add_typer(privacy.app, name="privacy")
processes.register(app)
