"""Listens before it is ready: until its caches are warm it answers 503, to health checks and deliveries alike."""

import threading

from correct import flask_receiver

WARM_UP_S = 0.4

_is_warm = threading.Event()


@flask_receiver.app.before_request
def check():
    """Not healthy yet."""
    return None if _is_warm.is_set() else ("", 503)


if __name__ == "__main__":
    threading.Timer(WARM_UP_S, _is_warm.set).start()
    flask_receiver.serve()
