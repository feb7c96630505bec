"""Responds 503 to health checks and deliveries until its caches are warm, 0.4 seconds after start."""

import threading

from correct import flask_receiver

WARM_UP_S = 0.4

_is_warm = threading.Event()


@flask_receiver.app.before_request
def check():
    """Refuse requests until the app is ready."""
    return None if _is_warm.is_set() else ("", 503)


if __name__ == "__main__":
    threading.Timer(WARM_UP_S, _is_warm.set).start()
    flask_receiver.serve()
