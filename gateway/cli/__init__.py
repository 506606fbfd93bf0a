"""The command `gateway`: one file per command group."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point; an error of ours becomes one sentence and the next command to type."""
    from gateway.cli.app import app
    from gateway.kernel.errors import GatewayError
    from gateway.kernel.logs import quiet_logs

    quiet_logs()  # the processes of the stack set up their own
    try:
        app()
    except GatewayError as error:
        print(f"error: {error.detail}", file=sys.stderr)
        if error.todo:
            print(f"  next: {error.todo}", file=sys.stderr)
        sys.exit(1)
