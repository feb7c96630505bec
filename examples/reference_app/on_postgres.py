"""Runs the app in several processes on a PostgreSQL of its own, from the system's packages.

Start it with ``python -m reference_app.on_postgres``.

The database has a folder of its own, which is removed when ``WORKDIR`` is gone. It survives a kill of the app, as a database
on another machine does.
"""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
OWN = {"PATH": os.environ.get("PATH", os.defpath)}
"""The environment of the database: it must not look like a part of the app, which is killed as a whole."""

SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "32MB",
    "max_connections": "80",
    "max_pred_locks_per_transaction": "1024",
    "log_min_messages": "fatal",
    "log_min_error_statement": "fatal",
}


def main() -> None:
    """Start the database unless it runs, then become the server of the app."""
    if not BINARIES:
        raise SystemExit("reference_app: PostgreSQL is not installed. On Debian: apt-get install postgresql")
    folder = start_database(os.environ["WORKDIR"])
    os.environ["DATABASE_URL"] = f"postgresql://app@/postgres?host={folder}"
    app = os.environ.get("APP", "reference_app.app:build")
    options = ["--host", "127.0.0.1", "--port", os.environ["PORT"], "--workers", os.environ.get("PROCESSES", "2")]
    quiet = ["--log-level", "warning", "--no-proxy-headers", "--ws", "none"]
    os.execv(sys.executable, [sys.executable, "-m", "uvicorn", app, "--factory", *options, *quiet])  # noqa: S606


def start_database(workdir: str) -> Path:
    """Start PostgreSQL for *workdir* unless it runs already, and return the folder of its Unix socket."""
    digest = hashlib.sha256(str(Path(workdir).resolve()).encode()).hexdigest()[:12]
    # The path of a Unix socket has at most 107 bytes, so the folder is not in WORKDIR.
    folder = Path("/tmp") / f"reference-app-{digest}"  # noqa: S108 - derived from a private folder's name, and private itself
    if not folder.exists():
        folder.mkdir(mode=0o700)
        if os.getuid() == 0:
            shutil.chown(folder, "postgres")
        _as_owner("initdb", "-D", folder / "data", "-U", "app", "--auth=trust", "-E", "UTF8", "--no-sync")
    with socket.socket(socket.AF_UNIX) as sock:
        is_running = sock.connect_ex(str(folder / ".s.PGSQL.5432")) == 0
    if not is_running:
        options = " ".join(f"-c {name}={value or repr('')}" for name, value in SETTINGS.items())
        place = f"-c unix_socket_directories={folder}"
        _as_owner("pg_ctl", "-D", folder / "data", "-o", f"{options} {place}", "-l", folder / "log", "-w", "-s", "start")
        command = [sys.executable, __file__, workdir, str(folder)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.Popen(command, env=OWN, start_new_session=True, cwd="/", **quiet)
    return folder


def remove_after(workdir: Path, folder: Path) -> None:
    """Wait until *workdir* is gone, then stop the database in *folder* and remove *folder*."""
    while workdir.exists():
        time.sleep(0.5)
    if (folder / "data" / "postmaster.pid").exists():
        _as_owner("pg_ctl", "-D", folder / "data", "-m", "immediate", "-s", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def _as_owner(program: str, *arguments: object) -> None:
    """Run a program of PostgreSQL as a user that it accepts; it refuses to run as root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    command = [*prefix, str(BINARIES[0] / program), *map(str, arguments)]
    subprocess.run(command, check=True, cwd="/", env=OWN, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        remove_after(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        main()
