"""The app's log: one line per event on stdout, as ``key=value``.

A line contains routes and ids, never a query string, a token, a secret or an account number.
"""

import json
import logging
import re
import sys
import time

_LOGGER = logging.getLogger("reference_app")
_PLAIN = re.compile(r"[\w.:/+-]{1,200}", re.ASCII)
_LONGEST = 200


def configure() -> None:
    """Log to stdout, and silence the HTTP client's own log, which contains whole URLs."""
    handler = logging.StreamHandler(sys.stdout)
    formatter = logging.Formatter("%(asctime)s.%(msecs)03dZ level=%(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    _LOGGER.handlers = [handler]
    _LOGGER.setLevel(logging.INFO)
    _LOGGER.propagate = False
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def write(event_type: str, **fields: object) -> None:
    """Log an event that succeeded."""
    _LOGGER.info(_line(event_type, fields))


def warn(event_type: str, **fields: object) -> None:
    """Log an event that failed, with its ``reason``."""
    _LOGGER.warning(_line(event_type, fields))


def where(error: BaseException) -> str:
    """Return an error's type and place, without its text, which may quote sensitive values."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    return f"{type(error).__name__}:{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"


def _line(event_type: str, fields: dict[str, object]) -> str:
    pairs = ((name, value) for name, value in fields.items() if value is not None and value != "")
    return " ".join([f"event_type={event_type}", *(f"{name}={_quoted(str(value))}" for name, value in pairs)])


def _quoted(text: str) -> str:
    """Escape text that could start a new log line."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text[:_LONGEST])
