"""Runs the server in two processes, next to the batch process."""

import os
import sys

from correct import servers


def main():
    """Supervise the server and the batch process."""
    place = ["--host", "127.0.0.1", "--port", os.environ["PORT"]]
    options = [*place, "--workers", "2", "--log-level", "warning", "--no-proxy-headers", "--ws", "none"]
    web = [sys.executable, "-m", "uvicorn", "correct.fastapi_batches.web:app", *options]
    servers.supervise(web, [sys.executable, "-m", "correct.fastapi_batches.batches"])


if __name__ == "__main__":
    main()
