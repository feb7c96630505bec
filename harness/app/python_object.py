"""An app that is a Python object in this process: one with the ``App`` names, or an ASGI or WSGI application."""

import contextlib
import importlib
import inspect
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from harness.app.templates import fill_text
from harness.errors import AppError, ConfigError
from harness.listen import LOOPBACK, Loop, Server
from harness.settings import Settings
from harness.settings.variables import lend

if TYPE_CHECKING:
    from harness.app.app import AppUnderTest


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
        from werkzeug.serving import make_server

        server = make_server(LOOPBACK, port, application, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self._ends.append(server.server_close)
        self._ends.append(server.shutdown)


def import_object(settings: Settings) -> Any:
    """Import ``app.object``, written ``module:attribute``, from the config's folder.

    Raises:
        ConfigError: There is no such module or attribute.
    """
    text = settings.app.object or ""
    module_name, _, attribute = text.partition(":")
    if not attribute:
        raise ConfigError(f"{settings.source}: app.object must read 'module:attribute', got {text!r}.")
    sys.path.insert(0, str(settings.folder))
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise ConfigError(f"{settings.source}: app.object {text!r} cannot be imported: {error}.") from None
    finally:
        sys.path.remove(str(settings.folder))
    if not hasattr(module, attribute):
        raise ConfigError(f"{settings.source}: the module {module_name!r} has no {attribute!r}.")
    return getattr(module, attribute)


def _is_application(found: Any) -> bool:
    return callable(found) and not inspect.isclass(found) and not hasattr(found, "start_session")


def _is_asgi(found: Any) -> bool:
    call = found if inspect.isfunction(found) else getattr(found, "__call__", None)  # noqa: B004
    return inspect.iscoroutinefunction(call)
