"""Writes its log once every half second, as asynchronous loggers do."""

import atexit
import logging
import sys
import threading
import time

from reference_app import app, logs

EVERY_S = 0.5
_configure, _lines = logs.configure, []


class Buffer:
    """A stream that keeps text until it is flushed by the thread."""

    def write(self, text):
        """Keep the text."""
        _lines.append(text)

    def flush(self):
        """Do nothing."""


def write_out():
    """Write all kept text."""
    text, _lines[:] = "".join(_lines), []
    sys.__stdout__.write(text)
    sys.__stdout__.flush()


def run():
    """Write without end."""
    while True:
        time.sleep(EVERY_S)
        write_out()


def configure():
    """Replace the handler's stream."""
    _configure()
    for handler in logging.getLogger("reference_app").handlers:
        handler.setStream(Buffer())
    threading.Thread(target=run, daemon=True).start()
    atexit.register(write_out)


logs.configure = configure
build = app.build
