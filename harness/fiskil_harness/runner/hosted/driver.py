"""Plays scenarios before the hosted API: the usual driver over a relay, with rows that we read ourselves to compare with.

What the relay refused is told after each scenario, and makes it inconclusive: nobody knows what the app would have done.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import msgspec

from fiskil_harness.core.config import Settings
from fiskil_harness.errors import HarnessError, HookError
from fiskil_harness.faults.proxy.reverse.read_only_guard import BOUND, PAST_BOUND
from fiskil_harness.faults.proxy.reverse.secrets import secrets_in
from fiskil_harness.journal import Canaries, CutShort, Exchange, Journal, Refused, Rows, Unreached
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.runner.driver import IDLE_S, Driver
from fiskil_harness.runner.hosted.account import PATHS
from fiskil_harness.runner.hosted.environment import HostedFiskil
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.stage import Stage
from fiskil_harness.server.local_fiskil import LocalFiskil

INTRODUCE = "hosted.introduce"
NUMBERS = ("account_number",)
SHORTEST_NUMBER = 8
"""Shorter numbers may stand in any log for something else."""
TOO_MANY, SERVER_ERROR = 429, 500
ALWAYS_TELLING = frozenset({"keeps_secrets_out_of_logs"})
"""Probes whose witness stands whatever else went wrong."""
ADDRESSES = frozenset({"auth url", "session id"})
"""What an end user's browser is sent to; an app may well write it down."""
WORDS = {
    "write": "a request that writes was refused by the relay",
    "form": "a request was refused by the relay",
    "pair": "a request with other credentials was refused by the relay",
}


class HostedDriver(Driver):
    """One app before one hosted account."""

    def __init__(self, settings: Settings, open_place: Callable[[Path], HostedFiskil], *, workdir: Path, seed: int) -> None:
        """Listen and make the app ready to start; *open_place* makes the place in a folder."""
        self._open_place = open_place
        super().__init__(settings, workdir=workdir, seed=seed)
        self.learn: Callable[[Journal], None] = lambda _journal: None

    @property
    def place(self) -> HostedFiskil:
        """What stands in the local Fiskil's place."""
        return cast("HostedFiskil", self.fiskil)

    def _open_fiskil(self, webhook_secret: str | None) -> LocalFiskil:  # noqa: ARG002 - no webhook is sent here
        return cast("LocalFiskil", self._open_place(self._workdir))

    def start(self) -> None:
        """Start the app, and let it know whom it is to read."""
        was_started = self._is_started
        super().start()
        if was_started or self.settings.hosted.introduce is None:
            return
        hosted = self.settings.hosted
        values = {"end_user_ref": hosted.end_user_ref, "end_user_id": self.place.address.end_user_id}
        reply = self.app.call(INTRODUCE, values)
        if reply.status is None or not 200 <= reply.status < 300:
            raise HookError(f"{INTRODUCE} did not work: {reply.trouble or f'it answered {reply.status}'}.")

    def perform(
        self, scenario: Scenario, *, quiet_s: float = IDLE_S, is_unwell: Callable[[Journal], bool] | None = None
    ) -> tuple[Journal, str]:
        """Do every step, unless the bound of the run is reached; then say what the relay saw and refused."""
        if self.place.guard.is_spent:
            return Journal(), PAST_BOUND
        journal, crashed = super().perform(scenario, quiet_s=quiet_s, is_unwell=is_unwell)
        self._compare_again(journal)
        journal.write(Canaries(values=secrets_of(journal)))
        for what in dict.fromkeys(_lack(refused) for refused in journal.all(Refused)):
            journal.write(CutShort(what=what))
        for route in sorted({trouble.route or "an unknown path" for trouble in troubles(journal)}):
            journal.write(CutShort(what=f"the hosted API itself failed on {route}"))
        self.learn(journal)
        return journal, crashed

    def judge(self, scenario: Scenario, journal: Journal, crashed: str) -> tuple[Finding, ...]:
        """What the probes find; nobody is accused for what the relay refused, or the hosted API itself did not give."""
        found = super().judge(scenario, journal, crashed)
        return tuple(_doubted(finding) for finding in found) if is_disturbed(journal) else found

    def _stage(self, scenario: Scenario, journal: Journal) -> Stage:
        """The usual stage, on which the one end user is there already."""
        stage = super()._stage(scenario, journal)
        participant = stage.participant()
        participant.ref = self.settings.hosted.end_user_ref
        participant.end_user_id = self.place.address.end_user_id
        for dataset in _compared(scenario):
            try:
                self._note_rows(journal, dataset, "sync")
            except HarnessError as error:
                journal.write(CutShort(what=str(error)))
        return stage

    def _note_rows(self, journal: Journal, dataset: str, moment: str) -> None:
        """Write down what the hosted API serves us now."""
        journal.write(
            Rows(
                **journal.stamp(),
                participant="",
                dataset=dataset,
                moment=moment,
                rows=self.place.account.rows(dataset),
                end_user_id=self.place.address.end_user_id,
            )
        )

    def _compare_again(self, journal: Journal) -> None:
        """Rows that changed meanwhile prove nothing, and are nobody's fault."""
        for rows in journal.all(Rows):
            try:
                is_same = self.place.account.rows(rows.dataset) == rows.rows
            except HarnessError as error:
                journal.write(CutShort(what=str(error)))
                continue
            if not is_same:
                journal.write(CutShort(what=f"the {rows.dataset} at the hosted API changed meanwhile"))


def troubles(journal: Journal) -> list[Exchange]:
    """The calls that came to nothing although no fault of ours met them."""
    ones = (call for call in journal.all(Exchange) if not call.bites and call.status is not None)
    return [call for call in ones if call.status == TOO_MANY or (call.status or 0) >= SERVER_ERROR]


def is_disturbed(journal: Journal) -> bool:
    """Whether something happened that no scenario had in mind, so that what a probe misses may be nobody's fault."""
    return bool(journal.all(Refused) or journal.all(Unreached) or troubles(journal))


def _doubted(one: Finding) -> Finding:
    if one.verdict is not Verdict.FAIL or one.probe in ALWAYS_TELLING:
        return one
    seen = f"{one.observed}, but not everything that the app asked for reached it"
    return msgspec.structs.replace(one, verdict=Verdict.INCONCLUSIVE, observed=seen, fix="")


def secrets_of(journal: Journal) -> dict[str, tuple[str, ...]]:
    """What passed and must show nowhere, by kind as canaries have it."""
    found: dict[str, set[str]] = {}
    for kind, value in secrets_in(journal):
        found.setdefault(kind.replace("_", " "), set()).add(value)
    for call in journal.all(Exchange):
        for number in _numbers(call.response_body):
            found.setdefault("account number", set()).add(number)
    return {kind: tuple(sorted(values)) for kind, values in sorted(found.items()) if kind not in ADDRESSES}


def _numbers(body: bytes) -> set[str]:
    """Full account numbers in an answer; masked ones are no secret."""
    if not any(name.encode() in body for name in NUMBERS):
        return set()
    try:
        stack: list[Any] = [msgspec.json.decode(body)]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return set()
    found: set[str] = set()
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(node)
        elif isinstance(node, dict):
            stack.extend(node.values())
            told = (node.get(name) for name in NUMBERS)
            found |= {
                value for value in told if isinstance(value, str) and value.isdigit() and len(value) >= SHORTEST_NUMBER
            }
    return found


def _compared(scenario: Scenario) -> list[str]:
    """The datasets whose rows the scenario's probes compare, of those that we can read ourselves."""
    named = {getattr(probe, "dataset", "") for probe in scenario.probes}
    return sorted(named & set(PATHS))


def _lack(refused: Refused) -> str:
    if refused.kind == BOUND:
        return PAST_BOUND
    return f"{WORDS[refused.kind]}: {refused.method} {refused.route or 'an unknown path'}; {refused.why}"
