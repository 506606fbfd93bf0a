"""The schema's version: `gateway migrate` brings it up to date, `gateway serve` refuses an older one."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import gateway
from gateway.db.session import Database
from gateway.kernel.errors import SetupError


def alembic_config(url: str) -> Config:
    """Migrations from the source tree, or from inside the installed package."""
    package = Path(gateway.__file__).parent
    folder = next(f for f in (package / "_migrations", package.parent / "migrations") if (f / "env.py").exists())
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Brings the database to the newest schema, under a lock; safe to run at any time, by several at once."""
    command.upgrade(alembic_config(url), "head")


async def require_current(database: Database) -> None:
    """Raises SetupError when the schema is not the one this version needs."""
    head = ScriptDirectory.from_config(alembic_config(database.url)).get_current_head()

    def version(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with database.engine.connect() as connection:
        current = await connection.run_sync(version)
    if current != head:
        raise SetupError(
            f"the database has schema {current or 'none'} and this version needs {head}", todo="gateway migrate"
        )
