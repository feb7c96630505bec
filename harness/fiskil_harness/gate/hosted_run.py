"""A run against the hosted API, with limits for time and requests. Scenarios run one after another.

The run is judged like any other. It removes its temporary files, even after Ctrl-C. Each practice that cannot be proven
against the hosted API is reported with the reason.
"""

import contextlib
import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from fiskil_harness.core import signals
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.config import Settings
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.errors import HarnessError
from fiskil_harness.faults.proxy.reverse.read_only_guard import Guard
from fiskil_harness.gate import judgement
from fiskil_harness.gate.hosted_reasons import reason_of
from fiskil_harness.gate.judgement import Judgement
from fiskil_harness.gate.practice_status import NOT_RUN, PracticeStatus, Status
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.runner.hosted.account import Account
from fiskil_harness.runner.hosted.address import Address, address_of
from fiskil_harness.runner.hosted.driver import HostedDriver
from fiskil_harness.runner.hosted.eligibility import left_out
from fiskil_harness.runner.hosted.environment import HostedFiskil
from fiskil_harness.runner.run_folder import new_run_folder, remove_run_folder
from fiskil_harness.runner.session import Progress, Session, SessionResult, run_order
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario.scenario import Scenario


class HostedRun(Struct, frozen=True, kw_only=True):
    """The result of a run against the hosted API, and the number of requests: those of the app, and the harness's own."""

    session: SessionResult
    requests_of_app: int
    requests_of_ours: int


def run_hosted(
    scenarios: Sequence[Scenario],
    *,
    settings: Settings,
    seed: int,
    allows_writes: bool = False,
    checks_contract: bool = False,
    progress: Progress | None = None,
    records_har: bool = False,
    app_log: Path | None = None,
) -> HostedRun:
    """Check the account at the hosted API, start the app and the relay between both, and play the scenarios.

    Args:
        allows_writes: True to allow requests of the app that change data at Fiskil.
        checks_contract: True to compare also the hosted API's behaviour with the contract.
        records_har: True to record every exchange as HAR.
        app_log: The file to which everything that the app prints is appended.

    Raises:
        ConfigError: Credentials or an end user are missing.
        UnsafeTarget: The URL's host is not allowed, or the account looks like production. The app is not started then.
        AppError: The app does not start.
        HookError: The hosted API does not accept the key pair.
    """
    address = address_of(settings)
    hosted = settings.hosted
    folder = new_run_folder("hosted-")
    try:
        with signals.stops_as_interrupt(), _account(address) as account:
            guard = Guard(
                client_id=address.client_id,
                allows_writes=allows_writes,
                most_requests=hosted.most_requests,
                most_s=hosted.most_s,
            )

            def open_driver(workdir: Path) -> HostedDriver:
                fiskil = HostedFiskil(account, address, settings, workdir=workdir, guard=guard, seed=seed)
                return HostedDriver(settings, fiskil, workdir=workdir, seed=seed)

            worker = Worker(settings, seed=seed, folder=folder / "worker", open_driver=open_driver)
            worker.includes_har, worker.app_log = records_har, app_log
            session = Session(run_order(scenarios, settings), seed=seed, progress=progress)
            drift_outcomes: list[Outcome] = []
            try:
                worker.start()
                session.play(worker)
                if checks_contract and not session.was_interrupted:
                    drift_outcomes.append(_drift_outcome(account, worker, settings, seed))
            except KeyboardInterrupt:
                session.was_interrupted = True
            finally:
                worker.close()
            own_requests = account.requests
    finally:
        with signals.ignored():
            remove_run_folder(folder)
    result = session.result(others=drift_outcomes)
    return HostedRun(session=result, requests_of_app=guard.passed, requests_of_ours=own_requests)


def judge(
    run: HostedRun, *, settings: Settings, seed: int, today: datetime.date, is_gate: bool, lines: Sequence[str] = ()
) -> Judgement:
    """Judge the outcomes of *run*. A gate states the reason for each practice that the hosted API cannot prove.

    Args:
        is_gate: True for a decision, False for a report about some scenarios.
        lines: Sentences about what did not run, for the report.
    """
    outcomes = run.session.outcomes
    if not is_gate:
        return judgement.report_only(outcomes, settings=settings, seed=seed, today=today, left_out=tuple(lines))
    whole = judgement.judge(outcomes, settings=settings, seed=seed, today=today, is_whole=run.session.is_whole)
    named = {practice_id for outcome in outcomes for practice_id in outcome.practices}
    # For a practice that was tested only in part, the reason why the rest cannot be tested there replaces NOT_RUN.
    tested = {status.practice for status in whole.statuses if not status.reason.startswith(NOT_RUN)}
    statuses = tuple(
        status if status.practice in named & tested else _with_hosted_reason(status) for status in whole.statuses
    )
    return msgspec.structs.replace(whole, statuses=statuses, left_out=(*left_out(), *lines), bugs=())


def bounds(settings: Settings, *, allows_writes: bool) -> str:
    """Return the limits of a hosted run as a sentence fragment."""
    hosted = settings.hosted
    access = "reading and writing" if allows_writes else "reading only"
    return f"{access}, at most {hosted.most_requests} requests of the app and {hosted.most_s:g} s"


def _with_hosted_reason(practice: PracticeStatus) -> PracticeStatus:
    if practice.status is not Status.NOT_PROVEN:
        return practice
    return msgspec.structs.replace(practice, reason=f"--api hosted: {reason_of(practice.practice)}", hooks=())


def _drift_outcome(account: Account, worker: Worker, settings: Settings, seed: int) -> Outcome:
    """Compare the hosted API with the contract, and return the redacted outcome."""
    from fiskil_harness.runner.hosted.drift import drift  # its dependencies take long to import

    outcome = drift(account.check_context, Interpretations(settings.sandbox.interpretations), seed=seed)
    for kind, value in account.secrets:  # the comparison may have got another token
        worker.redactor.register(kind, value)
    return worker.redactor.redact_tree(outcome)


@contextlib.contextmanager
def _account(address: Address) -> Iterator[Account]:
    """Open the account, with the secret redacted from error messages."""
    redactor = Redactor()
    redactor.register("client_secret", address.client_secret)
    try:
        account = Account(address)
    except HarnessError as error:
        error.args = (redactor.redact(str(error)),)
        raise
    with account:
        yield account
