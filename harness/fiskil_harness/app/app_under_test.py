"""One interface to the app under test, whether the config has a command, the URL of a running app or a Python object."""

import contextlib
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

from fiskil_harness.app import hooks
from fiskil_harness.app.idle import NONE, Backlog
from fiskil_harness.app.process import Process
from fiskil_harness.app.templates import fill_text
from fiskil_harness.app.written_files import empty_folder
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.hooks import COMMAND, TLS
from fiskil_harness.core.config.schema import Tls
from fiskil_harness.core.config.template_values import Values
from fiskil_harness.core.net.http_client import HttpClient, HttpReply
from fiskil_harness.core.net.server import LOOPBACK, free_port
from fiskil_harness.core.redaction.environment_secrets import hosted_variables
from fiskil_harness.errors import AppError, HookMissing, PortTaken

PORTS_TRIED = 4
DYING_S = 10.0
"""The longest wait for an unreachable app to exit or to accept connections again, in real seconds."""

OUTPUT = "output"
"""The name of the app's standard output and error in reports."""


@runtime_checkable
class App(Protocol):
    """Interface of a class that a Python team may provide instead of a command. Every method but ``start`` is optional.

    ``start`` gets the template values and returns the app's base URL. ``start_session`` returns the auth URL or session id.
    ``effects`` returns the object that the HTTP effects hook would return as JSON.
    """

    def start(self, values: Values) -> str:
        """Start the app with the template *values*, and return its base URL."""


class AppUnderTest:
    """Controller of the app under test: starts, stops, drives and observes the app."""

    def __init__(self, settings: Settings, *, values: dict[str, str], workdir: Path, body: "Body") -> None:
        self.settings = settings
        self.values = values
        self.workdir = workdir
        self.process = body
        self.withheld = hosted_variables(settings)
        """Variables of the harness's environment that the app does not inherit at its next start."""
        self.backlog = NONE
        """Work that the app had left unfinished at the end of the last wait."""
        self.prompt_waits: Counter[str] = Counter()
        """For each kind of event, the waits in a row before which the app had already finished what it had acknowledged."""
        self.stuck_kinds: set[str] = set()
        """The kinds of messages that the app did not finish although it had the full time."""
        self.stuck_waits: Counter[str] = Counter()
        """For each kind of message, the scenarios in a row that left one unfinished since the app has finished one."""
        self.resumed_kinds: set[str] = set()
        """The kinds of messages that the app tried again after a disturbance had ended, and did not finish."""
        self.abandoned_kinds: set[frozenset[str]] = set()
        """The kinds of messages that the app did not finish, together, after a disturbance had ended."""
        self.failed_hooks: Counter[str] = Counter()
        """For each drive hook, how often it failed without a disturbance since it last succeeded."""
        self.hooks_without_recovery: set[str] = set()
        """The drive hooks that once failed for a long time after a disturbance had ended."""
        self.browser = self._new_browser()
        self._plain_url = ""

    @property
    def url(self) -> str:
        """The app's base URL."""
        return self.values["public_url"]

    @property
    def can_restart(self) -> bool:
        """True if the harness started the app, so it may kill and restart it."""
        return self.process.can_restart

    def start(self) -> None:
        """Start the app and wait until it is ready; try other ports if its port has been taken in the meantime.

        Raises:
            PortTaken: Another process uses the port, and the config fixes the port or three other ports were taken too.
            AppError: The app cannot be started or does not become ready.
        """
        for tries_left in reversed(range(PORTS_TRIED)):
            try:
                self._refuse_taken_port()
                self.process.start(self)
            except PortTaken:
                if not tries_left or not self.passes_value("port"):
                    raise
                self.values["port"] = str(free_port())
                self.values["public_url"] = f"http://{LOOPBACK}:{self.values['port']}"
            else:
                return

    def stop(self) -> None:
        """Stop the app and close the connections to it."""
        self.process.stop(self)
        self.browser.close()

    def revive(self) -> None:
        """Restart the app if the harness started it and it has exited."""
        self.await_exit()
        if not self.process.is_alive():
            self.process.kill(self)  # its children may still run
            self.start()

    def await_exit(self) -> None:
        """If the app is unreachable, wait until it exits or accepts connections again, because it may be about to exit."""
        if self.can_restart and not hooks.is_listening(self):
            wait_until(lambda: not self.process.is_alive() or hooks.is_listening(self), cap_s=DYING_S)

    def kill(self) -> None:
        """Kill the app with SIGKILL.

        Raises:
            HookMissing: The harness did not start the app.
        """
        if not self.can_restart:
            raise HookMissing(COMMAND)
        self.process.kill(self)

    def kill_worker(self) -> bool:
        """Kill one of the app's worker processes with SIGKILL; return False if the app is a single process.

        Raises:
            HookMissing: The harness did not start the app.
        """
        if not self.can_restart:
            raise HookMissing(COMMAND)
        return isinstance(self.process, CommandBody) and self.process.kill_worker()

    def take_exit_codes(self) -> list[int]:
        """Return the exit codes of processes of the app that ended by themselves since the last call."""
        return self.process.take_exit_codes() if isinstance(self.process, CommandBody) else []

    @property
    def process_count(self) -> int | None:
        """The number of the app's processes; None if the harness did not start them."""
        return self.process.process_count if isinstance(self.process, CommandBody) else None

    def restart(self) -> None:
        """Kill the app with SIGKILL and start it again, with the same folder and port.

        Raises:
            HookMissing: The harness did not start the app.
        """
        self.kill()
        self.process.start(self)

    def use_empty_workdir(self) -> None:
        """Let ``{workdir}`` stand for a new empty folder from the next start on."""
        self.values["workdir"] = tempfile.mkdtemp(prefix="data-", dir=self.workdir)

    def restart_afresh(self) -> None:
        """Kill the app, remove what it stored in its working folder, and start it again.

        Its unfinished work is gone then, unless it stores its data elsewhere. Its logs stay.

        Raises:
            HookMissing: The harness did not start the app.
            AppError: The app cannot be started or does not become ready.
        """
        self.kill()
        empty_folder(self.workdir, keep=self.output().values())
        Path(self.values["workdir"]).mkdir(parents=True, exist_ok=True)
        self.backlog = Backlog(is_removed=True, new_waits=self.backlog.new_waits, kinds=self.backlog.kinds)
        self.start()

    @contextlib.contextmanager
    def without_webhook_secret(self) -> Iterator[None]:
        """Withhold the webhook secret from every start of the app inside this context.

        This has no effect on an app that does not get its secret from the harness; see ``passes_value``.
        """
        secret = self.values["webhook_secret"]
        variable, withheld = self.settings.sandbox.webhook_secret_env, self.withheld
        self.values["webhook_secret"] = ""
        self.withheld |= {variable} if variable else set()
        try:
            yield
        finally:
            self.values["webhook_secret"] = secret
            self.withheld = withheld

    def serve_tls(self) -> str:
        """Make the app serve TLS from its next start on, as ``[app.tls]`` configures; return its HTTPS base URL.

        If the HTTPS URL has the same port as the usual URL, every later request to the app uses TLS. Such a request accepts
        any certificate: only deliveries verify the certificate.

        Raises:
            HookMissing: The config has no ``[app.tls]``.
        """
        tls = self.settings.app.tls
        if tls is None:
            raise HookMissing(TLS)
        url = fill_text(tls.url, self.values).rstrip("/")
        if isinstance(self.process, CommandBody):
            self.process.set_tls(tls)
        if urlsplit(url).port == urlsplit(self.url).port:
            self._plain_url = self._plain_url or self.url
            self.values["public_url"] = url
            self.browser.close()
            self.browser = self._new_browser(verify=False)
        return url

    def serve_plain(self) -> None:
        """Undo ``serve_tls``: from its next start on, the app serves at its usual URL again."""
        if isinstance(self.process, CommandBody):
            self.process.set_tls(None)
        if self._plain_url:
            self.values["public_url"], self._plain_url = self._plain_url, ""
            self.browser.close()
            self.browser = self._new_browser()

    def _new_browser(self, *, verify: Any = True) -> HttpClient:
        return HttpClient(timeout_s=self.settings.app.limits.request_deadline_s, verify=verify)

    def passes_value(self, value: str) -> bool:
        """Return true if the app's command or environment passes *value*, such as ``webhook_secret``, to the app."""
        return self.settings.app.passes(value)

    def has(self, hook: str) -> bool:
        """Return true if the config or the Python object provides a hook such as ``app.observe.effects``."""
        return hooks.is_available(self, hook)

    def call(
        self, hook: str, values: Values, *, timeout_s: float | None = None, browser: HttpClient | None = None
    ) -> HttpReply:
        """Call a hook: send its HTTP request, or call the Python object's method of the same name.

        Args:
            hook: The hook's config key, such as ``app.observe.effects``.
            values: Template values, in addition to those of the app.
            browser: The client that sends the request; the default is one that all hooks share.

        Raises:
            HookMissing: The config does not provide the hook.
            HookError: The method of the Python object raised an exception.
        """
        return hooks.call(self, hook, values, timeout_s=timeout_s, browser=browser)

    def is_ready(self) -> bool:
        """Return true if the app responds to its ready request or, without a ready request, accepts connections."""
        return hooks.is_ready(self)

    def output(self) -> dict[str, Path]:
        """Return the path of every file with the app's output or logs, by the name that reports use for the file.

        Reports use the file's name or, if several files have the same name, its path in the config.
        """
        files = {OUTPUT: self.workdir / "app.output"}
        logs = self.settings.app.observe.logs
        names = Counter([OUTPUT, *(Path(text).name for text in logs)])
        for text in logs:
            path = Path(fill_text(text, self.values))
            name = Path(text).name
            files[name if names[name] == 1 else text] = path if path.is_absolute() else self.settings.folder / path
        return files

    def unlisted_logs(self) -> dict[str, Path]:
        """Return the files outside its working folder to which the app appends, except those of `output`, by their name."""
        listed = {os.path.realpath(path) for path in self.output().values()}
        own = os.path.realpath(self.workdir)
        found = [path for path in self.process.appended_files() if not path.is_relative_to(own) and str(path) not in listed]
        return {path.name: path for path in sorted(found)}

    def _refuse_taken_port(self) -> None:
        if self.can_restart and hooks.is_listening(self):
            raise PortTaken(
                f"Another process listens at {self.url} before the app is started. "
                "Stop it, or use {port} in app.command: the harness puts a free port there."
            )


class Body(Protocol):
    """Interface to start and stop an app; there is one implementation for each way of running an app."""

    can_restart: bool

    def start(self, app: AppUnderTest) -> None:
        """Start the app and wait until it is ready."""

    def stop(self, app: AppUnderTest) -> None:
        """Stop the app."""

    def kill(self, app: AppUnderTest) -> None:
        """Kill the app, so that it cannot shut down cleanly."""

    def is_alive(self) -> bool:
        """Return true if the app is running, as far as the harness knows."""

    def appended_files(self) -> set[Path]:
        """Return the files that the app has open for appending, as far as the harness knows."""


class CommandBody:
    """An app that the harness starts with the command in the config."""

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

    def set_tls(self, tls: Tls | None) -> None:
        """Use the command and environment of *tls* at the next start; None restores the usual command and environment."""
        app = self._settings.app
        command = (tls.command if tls else None) or app.command or ""
        self._process.set_command(command, app.env | (tls.env if tls else {}))

    def start(self, app: AppUnderTest) -> None:
        """Start the app's process and wait until the app is ready."""
        self._process.start(
            app.values,
            is_ready=app.is_ready,
            cap_s=self._ready_s,
            withheld=app.withheld,
            why_not_ready=lambda: hooks.why_not_ready(app),
        )

    def stop(self, app: AppUnderTest) -> None:  # noqa: ARG002
        """Send SIGTERM to the app's processes, then SIGKILL if they do not exit in time."""
        self._process.stop()

    def kill(self, app: AppUnderTest) -> None:  # noqa: ARG002
        """Send SIGKILL to the app's processes."""
        self._process.kill()

    def kill_worker(self) -> bool:
        """Kill one child process of the app; return False if the app has none."""
        return self._process.kill_worker()

    def take_exit_codes(self) -> list[int]:
        """Return the exit codes of processes that ended by themselves since the last call."""
        self._process.note_exit()
        codes, self._process.exit_codes = self._process.exit_codes, []
        return codes

    @property
    def process_count(self) -> int:
        """The number of the app's running processes."""
        return self._process.process_count

    @property
    def group(self) -> int:
        """The id of the app's process group; 0 if the app does not run."""
        return self._process.group

    def is_alive(self) -> bool:
        """Return true if the app's process is running."""
        return self._process.is_running

    def appended_files(self) -> set[Path]:
        """Return the files that the app's processes have open for appending."""
        return self._process.appended_files()


class RunningBody:
    """An app that was started outside the harness."""

    can_restart = False

    def start(self, app: AppUnderTest) -> None:
        """Check that the app responds.

        Raises:
            AppError: The app does not respond.
        """
        if not app.is_ready():
            raise AppError(f"No response from {app.url}. Start the app, or let the harness start it with app.command.")

    def stop(self, app: AppUnderTest) -> None:
        """Do nothing: the harness did not start the app."""

    def kill(self, app: AppUnderTest) -> None:
        """Do nothing: the harness did not start the app."""

    def is_alive(self) -> bool:
        """Return true: the harness cannot check, and could not restart the app."""
        return True

    def appended_files(self) -> set[Path]:
        """Return nothing: the harness does not know the app's processes."""
        return set()


def open_app(settings: Settings, *, values: dict[str, str], workdir: Path, app_object: Any = None) -> AppUnderTest:
    """Return the app that the config or the Python object *app_object* defines, without starting it."""
    from fiskil_harness.app.python_object import PythonBody, import_object

    body: Body
    if app_object is not None or settings.app.object:
        body = PythonBody(app_object, lambda: import_object(settings))
    elif settings.app.command:
        body = CommandBody(settings, workdir)
    else:
        body = RunningBody()
    return AppUnderTest(settings, values=values, workdir=workdir, body=body)
