"""`python -m tests.with_postgres COMMAND…`: runs the command with a PostgreSQL server of its own.

The server lives in a temporary folder on a free port of 127.0.0.1 and is gone afterwards; the command finds it
in GATEWAY_TEST_DATABASE_URL. PostgreSQL refuses to run as root, so root starts it as the user `postgres`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from gateway.stack.ports import PortAllocator


def programs() -> Path:
    """The folder of initdb and pg_ctl: in PATH, or where Debian keeps the newest version."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name))
    if not folders:
        sys.exit("error: PostgreSQL is not installed\n  next: apt-get install postgresql")
    return folders[-1]


def run(command: list[str]) -> int:
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    bin_folder, port = programs(), PortAllocator().one()
    with tempfile.TemporaryDirectory(prefix="gateway-postgres-") as folder:
        if as_user:
            shutil.chown(folder, "postgres")
        cluster = f"{folder}/cluster"
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off"
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
        subprocess.run(
            [
                *as_user,
                str(bin_folder / "initdb"),
                "-D",
                cluster,
                "-U",
                "gateway",
                "-A",
                "trust",
                "-E",
                "UTF8",
            ],
            **quiet,
        )
        control = [*as_user, str(bin_folder / "pg_ctl"), "-D", cluster, "-w"]
        subprocess.run([*control, "-o", options, "-l", f"{folder}/log", "start"], **quiet)
        try:
            url = f"postgresql+psycopg://gateway@127.0.0.1:{port}/postgres"
            return subprocess.run(command, env={**os.environ, "GATEWAY_TEST_DATABASE_URL": url}, check=False).returncode
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **quiet)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
