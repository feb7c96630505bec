"""One soak test from the start of the local Fiskil to the verdict."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from fiskil_harness.app.app_under_test import open_app
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.config import Settings, environment
from fiskil_harness.errors import ConfigError, UsageError
from fiskil_harness.runner.preamble import values_of
from fiskil_harness.runner.run_folder import new_run_folder, remove_run_folder
from fiskil_harness.sandbox.consents.console import Console, requested_permissions
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.soak import safety
from fiskil_harness.soak.ledger import SUFFIX
from fiskil_harness.soak.locust_process import require_locust
from fiskil_harness.soak.request import SoakRequest, SoakResult
from fiskil_harness.soak.session import OnNote, OnSample, Session
from fiskil_harness.soak.shapes import Timetable, peak, phases_of

FEWEST_USERS = 3
"""One that sends, one that opens pages, and one that is an end user."""


def check(settings: Settings, request: SoakRequest) -> bool:
    """Check everything that can be checked before a process starts; return True if the app is on another machine.

    Raises:
        UsageError: Locust is missing, the shape does not exist, a cap is exceeded, the target is not allowed, or the folder
            for the ledgers cannot be made.
        ConfigError: The config names no app that can be put under load.
    """
    require_locust()
    phases = phases_of(request.shape, rate=request.rate, duration_s=request.duration_s)
    safety.refuse_excess(
        rate=peak(phases),
        users=request.users,
        end_users=request.end_users,
        duration_s=request.duration_s,
        deliveries=Timetable(phases).count,
    )
    if not settings.app.command and not settings.app.url:
        raise ConfigError("soak needs an app with a command or a URL. Set app.command or app.url in the config.")
    fewest = FEWEST_USERS * max(1, request.workers, request.expect_workers)
    if request.users < fewest:
        raise UsageError(
            f"--users {request.users} is too few: soak needs at least {fewest}, {FEWEST_USERS} for each worker."
        )
    if request.keep:
        _make_folder(Path(request.keep))
    url = settings.app.url or "http://127.0.0.1"
    return safety.refuse_unsafe_target(
        url if "{" not in url else "http://127.0.0.1", allow_hosts=settings.sandbox.allow_hosts
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {folder} for --keep cannot be made: {error.strerror}. Choose another one.") from error


def run(
    settings: Settings, request: SoakRequest, *, on_note: OnNote = lambda _text: None, on_sample: OnSample | None = None
) -> SoakResult:
    """Run one soak test and return its result. Ctrl-C during the load stops it, and judges what was sent.

    Args:
        on_note: Called with a line about each stage.
        on_sample: Called each second of the load.

    Raises:
        UsageError: The request is not allowed, or Locust gave up.
        AppError: The app does not start.
        StepError: The app does not work even without load.
    """
    elapsed = stopwatch()
    is_remote = check(settings, request)
    folder = new_run_folder("soak-")
    try:
        with _session(settings, request, folder, is_remote=is_remote) as session:
            result = session.play(on_note, on_sample or (lambda _sample, _phase: None))
            return msgspec.structs.replace(result, took_s=elapsed())
    finally:
        if request.keep:
            keep_ledgers(folder / "soak", Path(request.keep))
        remove_run_folder(folder)


def keep_ledgers(folder: Path, target: Path) -> None:
    """Copy the ledgers and Locust's log from *folder* into *target*, without the plan, which contains the secret."""
    for path in (*folder.glob(f"*{SUFFIX}"), *folder.glob("*.log")):
        shutil.copy(path, target / path.name)


@contextlib.contextmanager
def _session(settings: Settings, request: SoakRequest, folder: Path, *, is_remote: bool) -> Iterator["Session"]:
    workdir = folder / "app-1"
    workdir.mkdir()
    (folder / "soak").mkdir(mode=0o700)
    sandbox, webhook = settings.sandbox, settings.app.webhook
    fiskil = LocalFiskil(
        workdir=workdir,
        seed=request.seed,
        is_tls=sandbox.tls,
        webhook_secret=environment(sandbox.webhook_secret_env) if sandbox.webhook_secret_env else None,
        auth_origin=sandbox.auth_origin,
        console=Console(permissions=requested_permissions(settings.app.facts.datasets or ())),
        scheme=webhook.scheme,
        payload=webhook.payload,
    )
    with fiskil:
        app = open_app(settings, values=values_of(settings, fiskil, workdir), workdir=workdir)
        safety.refuse_unsafe_target(app.url, allow_hosts=settings.sandbox.allow_hosts)
        try:
            app.start()
            yield Session(settings, request, folder / "soak", fiskil, app, is_remote=is_remote)
        finally:
            app.stop()
