"""Starts the database servers of the real stacks: one of each kind for each app, which lasts as long as its data folder.

In production they run on machines of their own. So they must survive a kill of the app: each has a process group and an
environment of its own.
"""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

POSTGRES_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
STARTING_S = 30.0
OWN = {"PATH": os.environ.get("PATH", os.defpath)}
"""The environment of the servers: a process with the app's environment is a part of the app, and is killed with it."""


def postgres(workdir):
    """Start PostgreSQL unless it runs already, and return the folder of its Unix socket."""
    folder = _folder(workdir, "pg")
    binaries = POSTGRES_FOLDERS[0]
    if not (folder / "data").exists():
        _as_owner(binaries / "initdb", "-D", folder / "data", "-U", "app", "--auth=trust", "--no-sync", "-E", "UTF8")
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c shared_buffers=16MB -c max_connections=60"
    if not _accepts(folder / ".s.PGSQL.5432"):
        log = folder / "server.log"
        _as_owner(binaries / "pg_ctl", "-D", folder / "data", "-o", options, "-l", log, "-w", "-s", "start")
        _guard(workdir, folder)
    return str(folder)


def redis(workdir):
    """Start Redis unless it runs already, and return the path of its Unix socket."""
    folder = _folder(workdir, "redis")
    address = folder / "redis.sock"
    if not _accepts(address):
        save = ["--appendonly", "yes", "--appendfsync", "always", "--dir", str(folder)]
        command = ["redis-server", "--port", "0", "--unixsocket", str(address), *save]
        subprocess.Popen(command, env=OWN, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _guard(workdir, folder)
        deadline = time.monotonic() + STARTING_S
        while not _accepts(address) and time.monotonic() < deadline:
            time.sleep(0.02)
    return str(address)


def supervise(*commands):
    """Run the commands, and start each again that ends, as a process manager does."""
    running = {command: subprocess.Popen(command) for command in map(tuple, commands)}
    while True:
        time.sleep(0.2)
        for command, process in running.items():
            if process.poll() is not None:
                time.sleep(0.2)
                running[command] = subprocess.Popen(command)


def _folder(workdir, kind):
    """Return a folder for a server's data; its name is short, because the path of a Unix socket has at most 107 bytes."""
    digest = hashlib.sha256(str(Path(workdir).resolve()).encode()).hexdigest()[:12]
    folder = Path("/tmp") / f"gallery-{kind}-{digest}"  # noqa: S108 - the name is derived from a private folder's name
    if not folder.exists():
        folder.mkdir(mode=0o700)
        if os.getuid() == 0 and kind == "pg":
            shutil.chown(folder, "postgres")
    return folder


def _as_owner(*command):
    """Run a command as a user that PostgreSQL accepts; it refuses to run as root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    subprocess.run([*prefix, *map(str, command)], check=True, cwd="/", env=OWN, stdout=subprocess.DEVNULL)


def _accepts(address):
    with socket.socket(socket.AF_UNIX) as sock:
        return sock.connect_ex(str(address)) == 0


def _guard(workdir, folder):
    """Start a process that stops the server and removes its data when the app's folder is gone."""
    command = [sys.executable, __file__, str(workdir), str(folder)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.Popen(command, env=OWN, start_new_session=True, cwd="/", **quiet)


def main(workdir, folder):
    """Wait until *workdir* is gone, then stop the server in *folder* and remove *folder*."""
    while Path(workdir).exists():
        time.sleep(0.5)
    if (folder / "data" / "postmaster.pid").exists():
        _as_owner(POSTGRES_FOLDERS[0] / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-s", "stop")
    else:
        subprocess.run(["redis-cli", "-s", str(folder / "redis.sock"), "shutdown", "nosave"], check=False)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
