"""The plugin's options and ini keys, read: the config, the seed, the app's log, and the worker that they describe."""

import os.path
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fiskil_harness.core.clauses import parse
from fiskil_harness.core.config import Settings, find, load, load_plugins
from fiskil_harness.core.config.loading import FILE
from fiskil_harness.core.printable import printable
from fiskil_harness.errors import ConfigError, HarnessError
from fiskil_harness.gate.report import files
from fiskil_harness.runner.session import can_run_in_parallel
from fiskil_harness.runner.worker import Worker

NO_APP = (
    "There is no app to start: no fiskil-harness.toml was found, or it names no app. `fiskil-harness init` writes one, "
    "--fiskil-config names another file, and the fixture fiskil_app_object can return a Python object."
)


def settings_of(config: pytest.Config) -> Settings:
    """Return the config from the options or ini keys, else the root folder's; without a config, return empty settings.

    Raises:
        ConfigError: The config is invalid, or the arguments name more than one.
    """
    path = config_path(config)
    if path is None:
        load_plugins(folder=config.rootpath)  # those that are installed; a config loads them too
    settings = load(path) if path else Settings()
    chosen = {**settings.sandbox.interpretations, **parse(interpretations(config))}
    return msgspec.structs.replace(settings, sandbox=msgspec.structs.replace(settings.sandbox, interpretations=chosen))


def config_path(config: pytest.Config) -> Path | None:
    """Return the path of the config, None if there is none.

    Raises:
        ConfigError: The arguments name more than one config.
    """
    in_arguments = sorted({path for path, _ in named_files(config) if path.name == FILE})
    if option := config.getoption("fiskil_config"):
        in_arguments = sorted({*in_arguments, absolute(config, option)})
    if len(in_arguments) > 1:
        names = " and ".join(repr(str(path)) for path in in_arguments)
        raise ConfigError(f"One run of pytest has one config, but the arguments name {names}. Run pytest once for each.")
    if in_arguments:
        return in_arguments[0]
    if in_ini := config.getini("fiskil_config"):
        return Path(os.path.abspath(config.rootpath / in_ini))  # noqa: PTH100 - as in ``absolute``
    return find(config.rootpath)


def named_files(config: pytest.Config) -> Iterator[tuple[Path, str]]:
    """Yield the path of each argument that is a TOML file, and the name after ``::`` ("" if there is none)."""
    for argument in config.args:
        path, _, name = argument.partition("::")
        if path.endswith(".toml"):
            yield absolute(config, path), name


def absolute(config: pytest.Config, path: str) -> Path:
    """Return the absolute path of an argument."""
    return Path(os.path.abspath(config.invocation_params.dir / path))  # noqa: PTH100 - pytest, too, follows no links


def interpretations(config: pytest.Config) -> list[str]:
    """Return the interpretations from the options and the ini key, as ``clause=choice``."""
    return [*config.getini("fiskil_interpretations"), *config.getoption("fiskil_interpretation")]


def is_strict(config: pytest.Config) -> bool:
    """Return whether a scenario that needs a missing hook fails."""
    return bool(config.getoption("fiskil_strict") or config.getini("fiskil_strict"))


def seed_of(config: pytest.Config) -> int:
    """Return the seed from the options or the ini file, 0 by default.

    Raises:
        ConfigError: The seed is negative, or the ini key ``fiskil_seed`` is not a number.
    """
    option = config.getoption("fiskil_seed")
    if option is not None:
        if option < 0:
            raise ConfigError(f"The seed must be 0 or greater, got {option}.")
        return int(option)
    text = str(config.getini("fiskil_seed") or "0")
    if not text.isdecimal():
        raise ConfigError(f"The ini key fiskil_seed must be a number, got {text!r}.")
    return int(text)


def empty_app_log(config: pytest.Config) -> None:
    """Empty the file for the app's output, once for all xdist workers, before they append to it.

    Raises:
        UsageError: The file cannot be written.
    """
    path = _app_log_path(config)
    if path is None or worker_id(config):
        return
    try:
        files.refuse_unwritable(path)
        files.write(path, "")
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from None


def _app_log_path(config: pytest.Config) -> Path | None:
    if named := config.getoption("fiskil_app_log"):
        return Path(config.invocation_params.dir, named)
    in_ini = config.getini("fiskil_app_log")
    return Path(config.rootpath, in_ini) if in_ini else None


def worker_id(config: pytest.Config) -> str:
    """Return the name of this xdist worker, "" in a process that is none."""
    worker_input: dict[str, Any] = getattr(config, "workerinput", {})
    return str(worker_input.get("workerid", ""))


def open_worker(config: pytest.Config, settings: Settings, app_object: Any) -> Worker:
    """Return the worker of this pytest process; its sandbox and its app start when they are first needed.

    Args:
        app_object: The app as a Python object; None uses the app in the config.
    """
    worker = Worker(settings, seed=seed_of(config), app_object=app_object)
    worker.app_log = _app_log_path(config)
    if worker_id(config) and app_object is None and not can_run_in_parallel(settings):
        worker.refuse(
            "With xdist each worker starts its own app: use {port} in app.command, and {workdir} in the command or its "
            "environment. Or run these tests without -n."
        )
    return worker


def started(worker: Worker) -> Worker:
    """Start the app of *worker*, and return the worker.

    Raises:
        ConfigError: There is no app.
        AppError: The app does not start.
    """
    if not worker.has_app:
        raise ConfigError(NO_APP)
    worker.start()
    return worker


@contextmanager
def without_traceback() -> Iterator[None]:
    """Turn an error of the harness in a fixture into a failure that shows only its message."""
    try:
        yield
    except HarnessError as error:
        # Without its cause, whose text pytest would show unescaped.
        raise pytest.fail.Exception(printable(str(error)), pytrace=False) from None
