"""Structured logs, one JSON object a line on stderr, with `call_id` bound by context."""

from __future__ import annotations

import logging
import sys

import structlog

from gateway.kernel.pii import mask_event


def configure_logs(process: str, *, level: int = logging.INFO) -> None:
    """Routes structlog and the standard library through one masked JSON renderer."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.stdlib.PositionalArgumentsFormatter(),
        mask_event,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "aiosqlite", "alembic.runtime.migration"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(process=process)


def quiet_logs() -> None:
    """For commands that people watch: errors only, so that nothing runs into what is shown."""
    configure_logs("command", level=logging.ERROR)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; event names are short snake_case phrases, never sentences with data in them."""
    return structlog.get_logger(name)
