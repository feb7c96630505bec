"""Runs the server in two processes, next to the batch process."""

import os
import subprocess
import sys


def main():
    """Replace this process by the server."""
    subprocess.Popen([sys.executable, "-m", "correct.fastapi_batches.batches"])
    options = [
        "--host",
        "127.0.0.1",
        "--port",
        os.environ["PORT"],
        "--workers",
        "2",
        "--log-level",
        "warning",
        "--no-proxy-headers",
    ]
    os.execv(sys.executable, [sys.executable, "-m", "uvicorn", "correct.fastapi_batches.web:app", *options])  # noqa: S606


if __name__ == "__main__":
    main()
