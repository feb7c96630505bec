"""An app that is a Python object in this process: an ``App`` class, or an ASGI or WSGI application."""

import contextlib
import importlib
import inspect
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fiskil_harness.app.templates import fill_text
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.environment import lend
from fiskil_harness.core.net.server import LOOPBACK, Loop, Server
from fiskil_harness.errors import AppError, ConfigError

if TYPE_CHECKING:
    from fiskil_harness.app.app_under_test import AppUnderTest


class PythonBody:
    """Serves an ASGI or WSGI application, or calls ``start`` of an ``App`` object."""

    can_restart = False

    def __init__(self, app_object: Any, load: Callable[[], Any]) -> None:
        self._app_object = app_object
        self._load = load
        self.object: Any = None
        self._cleanups: list[Callable[[], None]] = []

    def start(self, app: "AppUnderTest") -> None:
        """Set the config's environment variables until ``stop``, load the object, and start it.

        An ASGI or WSGI application is served on the port in the app's template values.

        Raises:
            AppError: The app does not respond to its ready request.
            ConfigError: The object cannot be imported.
        """
        self._cleanups.append(lend({key: fill_text(text, app.values) for key, text in app.settings.app.env.items()}))
        candidate = self._app_object if self._app_object is not None else self._load()
        if hasattr(candidate, "start") and not _is_application(candidate):
            self.object = candidate() if inspect.isclass(candidate) else candidate
            app.values["public_url"] = str(self.object.start(app.values)).rstrip("/")
        elif _is_asgi(candidate):
            self._serve_asgi(candidate, int(app.values["port"]))
        else:
            self._serve_wsgi(candidate, int(app.values["port"]))
        if not app.is_ready():
            raise AppError("The app object was started, but it does not respond to its ready request.")

    def stop(self, app: "AppUnderTest") -> None:  # noqa: ARG002
        """Stop the app, and restore the environment variables that ``start`` changed."""
        try:
            if self.object is not None and hasattr(self.object, "stop"):
                self.object.stop()
        finally:
            while self._cleanups:
                with contextlib.suppress(Exception):
                    self._cleanups.pop()()

    def kill(self, app: "AppUnderTest") -> None:
        """Do nothing: an object of this process cannot be killed, and ``can_restart`` is false."""

    def is_alive(self) -> bool:
        """Return true: the object exists as long as this process."""
        return True

    def appended_files(self) -> set[Path]:
        """Return nothing: the files that this process has open are not all the app's."""
        return set()

    def _serve_asgi(self, application: Any, port: int) -> None:
        loop = Loop()
        self._cleanups.append(loop.close)
        self._cleanups.append(Server(loop, application, port=port).close)

    def _serve_wsgi(self, application: Any, port: int) -> None:
        from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

        class SilentHandler(WSGIRequestHandler):
            """Logs no requests: their queries may contain secrets."""

            def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
                """Do nothing."""

        class QuietServer(ThreadedWSGIServer):
            """Passes errors to Python's logging, as the ASGI server does."""

            def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002, ARG002
                _log_error(message)

            def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
                _log_error(traceback.format_exc())

        server = QuietServer(LOOPBACK, port, application, SilentHandler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self._cleanups.append(server.server_close)
        self._cleanups.append(server.shutdown)


def import_object(settings: Settings) -> Any:
    """Import and return the object that ``app.object`` specifies as ``module:attribute``, from the config's folder.

    Raises:
        ConfigError: ``app.object`` has another format, the module or attribute does not exist, or the import fails or exits.
    """
    text = settings.app.object or ""
    module_name, _, attribute = text.partition(":")
    if not attribute:
        raise ConfigError(f"{settings.source}: app.object must have the form 'module:attribute', got {text!r}.")
    sys.path.insert(0, str(settings.folder))
    try:
        module = importlib.import_module(module_name)
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}"
        raise ConfigError(f"{settings.source}: app.object {text!r} cannot be imported: {reason}.") from error
    finally:
        sys.path.remove(str(settings.folder))
    if not hasattr(module, attribute):
        raise ConfigError(f"{settings.source}: the module {module_name!r} has no {attribute!r}.")
    return getattr(module, attribute)


def _log_error(message: str) -> None:
    """Log *message* if logging is configured. Otherwise it is not printed, because it may contain secrets."""
    logger = logging.getLogger("werkzeug")
    if logger.hasHandlers():
        logger.error("%s", message)


def _is_application(candidate: Any) -> bool:
    return callable(candidate) and not inspect.isclass(candidate) and not hasattr(candidate, "start_session")


def _is_asgi(candidate: Any) -> bool:
    call = candidate if inspect.isfunction(candidate) else getattr(candidate, "__call__", None)  # noqa: B004
    return inspect.iscoroutinefunction(call)
