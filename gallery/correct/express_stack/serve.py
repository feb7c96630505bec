"""Starts PostgreSQL and Redis if necessary, bundles the page, and runs the server and the worker until this process ends."""

import os
import subprocess
from pathlib import Path

from correct import servers

HERE = Path(__file__).parent


def main():
    """Supervise the server and the worker."""
    workdir = os.environ["WORKDIR"]
    os.environ["PGHOST"], os.environ["REDIS_SOCKET"] = servers.postgres(workdir), servers.redis(workdir)
    os.environ["NODE_PATH"] = str(Path(os.environ["NODE_PATH"]).resolve())
    bundle = os.environ["BUNDLE"] = str(Path(workdir) / "page.js")
    if not Path(bundle).exists():
        modules = Path(os.environ["NODE_PATH"])
        options = ["--bundle", "--minify", "--jsx=automatic", '--define:process.env.NODE_ENV="production"']
        build = [
            str(modules / ".bin" / "esbuild"),
            str(HERE / "page.jsx"),
            *options,
            f"--outfile={bundle}",
            "--log-level=error",
        ]
        subprocess.run(build, check=True)
    subprocess.run(["node", str(HERE / "tables.js")], check=True)
    servers.supervise(["node", str(HERE / "server.js")], ["node", str(HERE / "worker.js")])


if __name__ == "__main__":
    main()
