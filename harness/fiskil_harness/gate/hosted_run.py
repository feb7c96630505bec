"""A run before the hosted API, one scenario after another: looked at first, bounded, and judged as any other.

Nothing of it is left, also after Ctrl-C; what is not proven there is told with its reason.
"""

import contextlib
import datetime
import shutil
import tempfile
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
from fiskil_harness.probes.outcome import Outcome, Played
from fiskil_harness.runner.hosted.account import Account
from fiskil_harness.runner.hosted.address import Address, address_of
from fiskil_harness.runner.hosted.eligibility import left_out
from fiskil_harness.runner.hosted.worker import HostedWorker
from fiskil_harness.runner.session import Progress, SessionResult, not_run, run_order
from fiskil_harness.scenario.scenario import Scenario


class Traffic(Struct, frozen=True, kw_only=True):
    """How much went to the hosted API: requests of the app, and our own."""

    of_app: int
    of_ours: int
    most: int


class HostedRun(Struct, frozen=True, kw_only=True):
    """What came of it."""

    rehearsal: SessionResult
    traffic: Traffic


def rehearse(
    scenarios: Sequence[Scenario],
    *,
    settings: Settings,
    seed: int,
    lets_write: bool = False,
    looks_at_contract: bool = False,
    progress: Progress | None = None,
    tells_har: bool = False,
) -> HostedRun:
    """Look at the account, start the app before the relay, and play.

    Raises:
        ConfigError: Credentials or an end user are missing.
        UnsafeTarget: The address is a stranger's, or the account looks like production; the app was not started.
        AppError: The app does not start.
        HookError: The pair is not accepted.
    """
    address = address_of(settings)
    hosted = settings.hosted
    folder = Path(tempfile.mkdtemp(prefix="fiskil-harness-hosted-"))
    try:
        with signals.stops_as_interrupt(), _account(address) as account:
            guard = Guard(
                client_id=address.client_id, lets_write=lets_write, most_requests=hosted.most_requests, most_s=hosted.most_s
            )
            worker = HostedWorker(settings, account, address, guard=guard, seed=seed, folder=folder / "worker")
            worker.wants_har = tells_har
            played: list[Played] = []
            drifted: list[Outcome] = []
            was_interrupted = False
            try:
                worker.start()
                for each_played in _played(worker, run_order(scenarios, settings), progress):
                    played.append(each_played)  # noqa: PERF402 - what was played stays when Ctrl-C ends the loop
                if looks_at_contract:
                    drifted.append(_drifted(account, worker, settings, seed))
            except KeyboardInterrupt:
                was_interrupted = True
            finally:
                worker.close()
            traffic = Traffic(of_app=guard.passed, of_ours=account.requests, most=guard.most_requests)
    finally:
        with signals.ignored():
            shutil.rmtree(folder, ignore_errors=True)
    outcomes = {outcome.scenario: outcome for outcome in (*drifted, *(each_played.outcome for each_played in played))}
    for scenario in scenarios:
        outcomes.setdefault(scenario.name, not_run(scenario, seed))
    rehearsal = SessionResult(
        outcomes=tuple(outcome for _, outcome in sorted(outcomes.items())),
        measured=tuple(each_played.measure for each_played in played),
        faults=tuple(each_played.fault for each_played in played if each_played.fault),
        excerpts=tuple(exhibit for each_played in played for exhibit in each_played.excerpts),
        hars=tuple(each_played.har for each_played in played if each_played.har),
        was_interrupted=was_interrupted,
    )
    return HostedRun(rehearsal=rehearsal, traffic=traffic)


def judge(
    run: HostedRun, *, settings: Settings, seed: int, today: datetime.date, is_gate: bool, lines: Sequence[str] = ()
) -> Judgement:
    """Judge what was seen; a gate says of each practice that cannot be proven there why that is so."""
    outcomes = run.rehearsal.outcomes
    if not is_gate:
        return judgement.report_only(outcomes, settings=settings, seed=seed, today=today, left_out=tuple(lines))
    whole = judgement.judge(outcomes, settings=settings, seed=seed, today=today, is_whole=run.rehearsal.is_whole)
    borne = {practice_id for outcome in outcomes for practice_id in outcome.practices}
    # A practice of which a part alone is tried there says what keeps the rest from being tried.
    told = {status.practice for status in whole.statuses if not status.reason.startswith(NOT_RUN)}
    standings = tuple(status if status.practice in borne & told else _unproven(status) for status in whole.statuses)
    return msgspec.structs.replace(whole, statuses=standings, left_out=(*left_out(), *lines), bugs=())


def bounds(settings: Settings, *, lets_write: bool) -> str:
    """What the relay lets pass in a run, in words."""
    hosted = settings.hosted
    what = "reading and writing" if lets_write else "reading only"
    return f"{what}, at most {hosted.most_requests} requests of the app and {hosted.most_s:g} s"


def _unproven(one: PracticeStatus) -> PracticeStatus:
    if one.status is not Status.NOT_PROVEN:
        return one
    return msgspec.structs.replace(one, reason=f"--api hosted: {reason_of(one.practice)}", hooks=())


def _drifted(account: Account, worker: HostedWorker, settings: Settings, seed: int) -> Outcome:
    """Whether the hosted API still is what the contract says, without a secret."""
    from fiskil_harness.runner.hosted.drift import drift  # what judges documents takes long to import

    found = drift(account.place, Interpretations(settings.sandbox.interpretations), seed=seed)
    return msgspec.convert(worker.redactor.redact_tree(msgspec.to_builtins(found)), Outcome)


def _played(worker: HostedWorker, scenarios: Sequence[Scenario], progress: Progress | None) -> Iterator[Played]:
    for scenario in scenarios:
        if progress is not None:
            progress.began(scenario.name)
        one = worker.play(scenario)
        if progress is not None:
            progress.ended(scenario.name, one.outcome.verdict)
        yield one


@contextlib.contextmanager
def _account(address: Address) -> Iterator[Account]:
    """The account, looked at; no complaint about it repeats the secret."""
    redactor = Redactor()
    redactor.register("client_secret", address.client_secret)
    try:
        account = Account(address)
    except HarnessError as error:
        error.args = (redactor.redact(str(error)),)
        raise
    with account:
        yield account
