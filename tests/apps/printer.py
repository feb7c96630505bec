"""The small receiver, which prints what ``PRINTS`` names at every webhook."""

import os
import sys
import traceback
from http.server import BaseHTTPRequestHandler

PRINTS = os.environ["PRINTS"]
MANY_BYTES = 80 * 1024 * 1024

_parse_request = BaseHTTPRequestHandler.parse_request


def parse_request(handler: BaseHTTPRequestHandler) -> bool:
    """Print before each webhook is processed."""
    is_valid = _parse_request(handler)
    if handler.command == "POST":
        print_all()
    return is_valid


def print_all() -> None:
    if PRINTS == "traceback":
        try:
            raise KeyError(os.environ["FISKIL_WEBHOOK_SECRET"])
        except KeyError:
            traceback.print_exc()
    elif PRINTS == "much":
        block = b"a line of an endless log, again and again\n" * 25_000
        for _ in range(MANY_BYTES // len(block)):
            os.write(1, block)
        os.write(1, b"the very last line\n")
    elif PRINTS == "binary":
        os.write(1, bytes(range(256)) * 500)
    elif PRINTS == "nothing":
        os._exit(3)
    else:
        print(PRINTS)
    sys.stdout.flush()


BaseHTTPRequestHandler.parse_request = parse_request  # type: ignore[method-assign]

import receiver  # noqa: E402, F401 - starts the server
