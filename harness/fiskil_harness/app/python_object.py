"""An app that is a Python object in this process: one with the ``App`` names, or an ASGI or WSGI application."""

import contextlib
import importlib
import inspect
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fiskil_harness.app.templates import fill_text
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.environment import lend
from fiskil_harness.core.net.server import LOOPBACK, Loop, Server
from fiskil_harness.errors import AppError, ConfigError

if TYPE_CHECKING:
    from fiskil_harness.app.app_under_test import AppUnderTest


class PythonBody:
    """Serves an ASGI or WSGI application, or lets an ``App`` object start itself."""

    can_restart = False

    def __init__(self, given: Any, load: Callable[[], Any]) -> None:
        self._given = given
        self._load = load
        self.object: Any = None
        self._ends: list[Callable[[], None]] = []

    def start(self, app: "AppUnderTest") -> None:
        """Set the environment of the config until ``stop``, load the object, and serve it on the port of the values."""
        self._ends.append(lend({key: fill_text(text, app.values) for key, text in app.settings.app.env.items()}))
        found = self._given if self._given is not None else self._load()
        if hasattr(found, "start") and not _is_application(found):
            self.object = found() if inspect.isclass(found) else found
            app.values["public_url"] = str(self.object.start(app.values)).rstrip("/")
        elif _is_asgi(found):
            self._serve_asgi(found, int(app.values["port"]))
        else:
            self._serve_wsgi(found, int(app.values["port"]))
        if not app.is_ready():
            raise AppError("The app object was started, but does not answer its ready request.")

    def stop(self, app: "AppUnderTest") -> None:  # noqa: ARG002
        """End what ``start`` began, and bring the environment back as it was."""
        try:
            if self.object is not None and hasattr(self.object, "stop"):
                self.object.stop()
        finally:
            while self._ends:
                with contextlib.suppress(Exception):
                    self._ends.pop()()

    def kill(self, app: "AppUnderTest") -> None:
        """An object of this process cannot be killed; ``can_restart`` says so."""

    def is_alive(self) -> bool:
        """It lives as long as this process."""
        return True

    def _serve_asgi(self, application: Any, port: int) -> None:
        loop = Loop()
        self._ends.append(loop.close)
        self._ends.append(Server(loop, application, port=port).close)

    def _serve_wsgi(self, application: Any, port: int) -> None:
        from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

        class Silent(WSGIRequestHandler):
            """Says nothing of requests: their queries may carry secrets, and nobody asked for an access log."""

            def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
                """Say nothing."""

        class Quiet(ThreadedWSGIServer):
            """Hands errors to logging, as the server of ASGI applications does, where the app's owner looks for them."""

            def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002, ARG002
                _hand_over(message)

            def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
                _hand_over(traceback.format_exc())

        server = Quiet(LOOPBACK, port, application, Silent)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self._ends.append(server.server_close)
        self._ends.append(server.shutdown)


def import_object(settings: Settings) -> Any:
    """Import ``app.object``, written ``module:attribute``, from the config's folder.

    Raises:
        ConfigError: There is no such module or attribute, or importing it fails or ends the program.
    """
    text = settings.app.object or ""
    module_name, _, attribute = text.partition(":")
    if not attribute:
        raise ConfigError(f"{settings.source}: app.object must read 'module:attribute', got {text!r}.")
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


def _hand_over(message: str) -> None:
    """Give *message* to whoever has set logging up; without anybody it is not printed, for it may carry secrets."""
    logger = logging.getLogger("werkzeug")
    if logger.hasHandlers():
        logger.error("%s", message)


def _is_application(found: Any) -> bool:
    return callable(found) and not inspect.isclass(found) and not hasattr(found, "start_session")


def _is_asgi(found: Any) -> bool:
    call = found if inspect.isfunction(found) else getattr(found, "__call__", None)  # noqa: B004
    return inspect.iscoroutinefunction(call)
