"""The app under test as the rest of the house sees it, whatever it is: a command, an address, or a Python object."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

from fiskil_harness.app import hooks
from fiskil_harness.app.backlog import NONE
from fiskil_harness.app.process import Process
from fiskil_harness.app.template_values import Values
from fiskil_harness.app.templates import fill_text
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.hooks import COMMAND, TLS
from fiskil_harness.core.config.schema import Tls
from fiskil_harness.core.net.http_client import HttpClient, HttpReply
from fiskil_harness.core.net.server import LOOPBACK, free_port
from fiskil_harness.errors import AppError, HookMissing, PortTaken

PORTS_TRIED = 4
DYING_S = 10.0
"""How long an app may take to end after its last connection, in real seconds."""

OUTPUT = "output"
"""What reports call the app's standard output and error."""


@runtime_checkable
class App(Protocol):
    """What a Python team may give instead of a command: a class with these names. Every method but ``start`` is optional.

    ``start`` gets the template values and returns the app's base URL. ``start_session`` returns the auth URL or session id,
    ``effects`` the object that the HTTP hook would answer.
    """

    def start(self, values: Values) -> str:
        """Start with the template values; return the base URL."""


class AppUnderTest:
    """Start, stop, drive and observe one app."""

    def __init__(self, settings: Settings, *, values: dict[str, str], workdir: Path, body: "Body") -> None:
        self.settings = settings
        self.values = values
        self.workdir = workdir
        self.body = body
        self.withheld: frozenset[str] = frozenset()
        self.stall = NONE
        """What it has left undone, as the last wait found it."""
        self.browser = self._new_browser()
        self._plain_url = ""

    @property
    def url(self) -> str:
        """The app's base URL."""
        return self.values["public_url"]

    @property
    def can_restart(self) -> bool:
        """Whether the app is ours to kill and start."""
        return self.body.can_restart

    def start(self) -> None:
        """Start it and wait until it is ready; where its port was taken from us meanwhile, on another one.

        Raises:
            PortTaken: Somebody else has its port, and the config names that one, or three others were taken as well.
        """
        for left in reversed(range(PORTS_TRIED)):
            try:
                self._refuse_stranger()
                self.body.start(self)
            except PortTaken:
                if not left or not self.passes_value("port"):
                    raise
                self.values["port"] = str(free_port())
                self.values["public_url"] = f"http://{LOOPBACK}:{self.values['port']}"
            else:
                return

    def stop(self) -> None:
        """End it; nothing of it is left."""
        self.body.stop(self)
        self.browser.close()

    def revive(self) -> None:
        """Start it again when it is ours and has died; one that nobody can reach may be about to."""
        if self.can_restart and not hooks.is_listening(self):
            wait_until(lambda: not self.body.is_alive() or hooks.is_listening(self), cap_s=DYING_S)
        if not self.body.is_alive():
            self.body.kill(self)  # its children may have outlived it
            self.start()

    def kill(self) -> None:
        """Kill -9."""
        if not self.can_restart:
            raise HookMissing(COMMAND)
        self.body.kill(self)

    def kill_worker(self) -> bool:
        """Kill -9 one of its processes that work for another; False where it is a single one."""
        if not self.can_restart:
            raise HookMissing(COMMAND)
        return isinstance(self.body, CommandBody) and self.body.kill_worker()

    def restart(self) -> None:
        """Kill -9 and start again, with the same folder and port."""
        self.kill()
        self.body.start(self)

    @contextlib.contextmanager
    def without_webhook_secret(self) -> Iterator[None]:
        """While inside, the app is started without its webhook secret, which it must be told by us; see ``is_told``."""
        right = self.values["webhook_secret"]
        variable = self.settings.sandbox.webhook_secret_env
        self.values["webhook_secret"] = ""
        self.withheld = frozenset({variable} if variable else ())
        try:
            yield
        finally:
            self.values["webhook_secret"] = right
            self.withheld = frozenset()

    def serve_tls(self) -> str:
        """Let it serve TLS as the config says from its next start on; its base URL there.

        Where that has the port of its usual address, everything is asked over TLS, whatever its certificate: that is judged
        by what is delivered.
        """
        tls = self.settings.app.tls
        if tls is None:
            raise HookMissing(TLS)
        url = fill_text(tls.url, self.values).rstrip("/")
        if isinstance(self.body, CommandBody):
            self.body.dress(tls)
        if urlsplit(url).port == urlsplit(self.url).port:
            self._plain_url = self._plain_url or self.url
            self.values["public_url"] = url
            self.browser.close()
            self.browser = self._new_browser(verify=False)
        return url

    def serve_plain(self) -> None:
        """Let it serve as usual from its next start on."""
        if isinstance(self.body, CommandBody):
            self.body.dress(None)
        if self._plain_url:
            self.values["public_url"], self._plain_url = self._plain_url, ""
            self.browser.close()
            self.browser = self._new_browser()

    def _new_browser(self, *, verify: Any = True) -> HttpClient:
        return HttpClient(timeout_s=self.settings.app.limits.request_deadline_s, verify=verify)

    def passes_value(self, value: str) -> bool:
        """Whether the app's command or environment carries a template value such as ``webhook_secret``."""
        app = self.settings.app
        return any(f"{{{value}}}" in text for text in (app.command or "", *app.env.values()))

    def has(self, hook: str) -> bool:
        """Whether the config (or the Python object) gives a hook such as ``app.observe.effects``."""
        return hooks.is_given(self, hook)

    def call(self, hook: str, values: Values, *, timeout_s: float | None = None) -> HttpReply:
        """Ask the app through an HTTP hook, or the Python object through the method of that name.

        Raises:
            HookMissing: The config does not give it.
        """
        return hooks.call(self, hook, values, timeout_s=timeout_s)

    def is_ready(self) -> bool:
        """Whether the app answers its ready request (or, without one, accepts connections) now."""
        return hooks.is_ready(self)

    def output(self) -> dict[str, Path]:
        """Every file the app writes its words to, by the name that reports use.

        That is the file's name; of files with one name, the config's text.
        """
        files = {OUTPUT: self.workdir / "app.output"}
        logs = self.settings.app.observe.logs
        names = Counter([OUTPUT, *(Path(text).name for text in logs)])
        for text in logs:
            path = Path(fill_text(text, self.values))
            name = Path(text).name
            files[name if names[name] == 1 else text] = path if path.is_absolute() else self.settings.folder / path
        return files

    def _refuse_stranger(self) -> None:
        if self.can_restart and hooks.is_listening(self):
            raise PortTaken(
                f"Something answers at {self.url} already, before the app is started. "
                "Stop it, or let app.command use {port}, which is always free."
            )


class Body(Protocol):
    """How an app is brought to life."""

    can_restart: bool

    def start(self, app: AppUnderTest) -> None:
        """Bring it to life and wait until it is ready."""

    def stop(self, app: AppUnderTest) -> None:
        """End it."""

    def kill(self, app: AppUnderTest) -> None:
        """End it without warning."""

    def is_alive(self) -> bool:
        """Whether it runs, as far as we can know."""


class CommandBody:
    """An app that we start from its command."""

    can_restart = True

    def __init__(self, settings: Settings, workdir: Path) -> None:
        self._ready_s = settings.app.ready_s
        self._settings = settings
        self._process = Process(
            command=settings.app.command or "",
            folder=settings.folder,
            environment=settings.app.env,
            output=workdir / "app.output",
        )

    def dress(self, tls: Tls | None) -> None:
        """Let it be started as it serves TLS from the next time on, or (None) as usual."""
        app = self._settings.app
        command = (tls.command if tls else None) or app.command or ""
        self._process.become(command, app.env | (tls.env if tls else {}))

    def start(self, app: AppUnderTest) -> None:
        """Start the process."""
        self._process.start(app.values, is_ready=app.is_ready, cap_s=self._ready_s, withheld=app.withheld)

    def stop(self, app: AppUnderTest) -> None:  # noqa: ARG002
        """Ask it to end, then kill it."""
        self._process.stop()

    def kill(self, app: AppUnderTest) -> None:  # noqa: ARG002
        """Kill -9."""
        self._process.kill()

    def kill_worker(self) -> bool:
        """Kill -9 one of its children."""
        return self._process.kill_worker()

    def is_alive(self) -> bool:
        """Whether the process lives."""
        return self._process.is_running


class RunningBody:
    """An app that somebody else started."""

    can_restart = False

    def start(self, app: AppUnderTest) -> None:
        """See that it answers."""
        if not app.is_ready():
            raise AppError(f"Nothing answers at {app.url}. Start the app, or let the harness start it with app.command.")

    def stop(self, app: AppUnderTest) -> None:
        """It is not ours to stop."""

    def kill(self, app: AppUnderTest) -> None:
        """It is not ours to kill."""

    def is_alive(self) -> bool:
        """It is not ours to revive."""
        return True


def open_app(settings: Settings, *, values: dict[str, str], workdir: Path, given: Any = None) -> AppUnderTest:
    """The app that the config describes, or the Python object *given*; not started yet."""
    from fiskil_harness.app.python_object import PythonBody, import_object

    body: Body
    if given is not None or settings.app.object:
        body = PythonBody(given if given is not None else None, lambda: import_object(settings))
    elif settings.app.command:
        body = CommandBody(settings, workdir)
    else:
        body = RunningBody()
    return AppUnderTest(settings, values=values, workdir=workdir, body=body)
