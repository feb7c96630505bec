"""The driver of runs against the hosted API: the app calls a relay, and the harness reads rows itself for comparison.

If the relay refuses a request, the scenario is INCONCLUSIVE, because the app could not act as it normally does.
"""

from pathlib import Path
from typing import Any

import msgspec

from fiskil_harness.core.config import Settings
from fiskil_harness.errors import HarnessError, HookError
from fiskil_harness.faults.proxy.reverse.read_only_guard import LIMIT, PAST_LIMIT
from fiskil_harness.faults.proxy.reverse.secrets import secrets_in
from fiskil_harness.journal import ApiUnreachable, Canaries, Exchange, Journal, Refused, Rows, StepIncomplete
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.runner.driver import Driver
from fiskil_harness.runner.hosted.account import PATHS
from fiskil_harness.runner.hosted.environment import HostedFiskil
from fiskil_harness.sandbox import EndUser
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.stage import Stage

INTRODUCE = "hosted.introduce"
NUMBERS = ("account_number",)
SHORTEST_NUMBER = 8
"""Shorter numbers may appear in a log with another meaning."""
TOO_MANY, SERVER_ERROR = 429, 500
ALWAYS_VALID = frozenset({"keeps_secrets_out_of_logs"})
"""Probes whose FAIL is valid even if the scenario was disturbed."""
ADDRESSES = frozenset({"auth url", "session id"})
"""Kinds of values that an end user's browser receives; an app may log them."""
REFUSALS = {
    "write": "the relay refused a request that writes",
    "form": "the relay refused a request",
    "pair": "the relay refused a request with other credentials",
}


class HostedDriver(Driver):
    """Runs scenarios one after another between one app and one hosted account."""

    def __init__(self, settings: Settings, fiskil: HostedFiskil, *, workdir: Path, seed: int) -> None:
        """Prepare the app; ``start`` starts it.

        Args:
            fiskil: The relay to the hosted API; ``close`` closes it.
            workdir: Existing folder for the app's data.
        """
        super().__init__(settings, workdir=workdir, seed=seed, environment=fiskil)
        self._hosted = fiskil
        # The app calls the hosted account, so it may inherit the account's credentials.
        self.app.withheld = frozenset()

    def start(self) -> None:
        """Start the app. After the first start, introduce the end user whose data the app reads, if the config has the hook.

        Raises:
            AppError: The app does not start or is never ready.
            HookError: The hook ``hosted.introduce`` failed.
        """
        was_started = self._is_started
        super().start()
        if was_started or self.settings.hosted.introduce is None:
            return
        hosted = self.settings.hosted
        values = {"end_user_ref": hosted.end_user_ref, "end_user_id": self._hosted.address.end_user_id}
        reply = self.app.call(INTRODUCE, values)
        if reply.status is None or not 200 <= reply.status < 300:
            raise HookError(f"{INTRODUCE} failed: {reply.problem or f'the response was {reply.status}'}.")

    def perform(self, scenario: Scenario, **options: Any) -> tuple[Journal, str]:
        """Perform the steps unless the run's request limit is reached; also record refused requests and failures of the API.

        The arguments, the result and the errors are those of ``Driver.perform``.
        """
        if self._hosted.guard.is_spent:
            return Journal(), PAST_LIMIT
        journal, crashed = super().perform(scenario, **options)
        self._compare_again(journal)
        journal.write(Canaries(values=secrets_of(journal)))
        for refusal in dict.fromkeys(_refusal_text(refused) for refused in journal.all(Refused)):
            journal.write(StepIncomplete(reason=refusal))
        for route in sorted({trouble.route or "an unknown path" for trouble in troubles(journal)}):
            journal.write(StepIncomplete(reason=f"the hosted API itself failed on {route}"))
        return journal, crashed

    def _restart_afresh(self) -> None:
        """Do nothing: the app would forget the end user that ``start`` introduced."""

    def judge(self, scenario: Scenario, journal: Journal, crashed: str) -> tuple[Finding, ...]:
        """Return the findings; in a disturbed scenario a FAIL becomes INCONCLUSIVE, because the cause may not be the app."""
        findings = super().judge(scenario, journal, crashed)
        return tuple(_without_blame(finding) for finding in findings) if is_disturbed(journal) else findings

    def _stage(self, scenario: Scenario, journal: Journal, name: str, patience_s: float = 0.0) -> Stage:
        """Return the stage with its only end user, who exists at Fiskil already, and record the rows that probes compare."""
        stage = super()._stage(scenario, journal, name, patience_s)
        end_user_id = self._hosted.address.end_user_id
        ref = self.settings.hosted.end_user_ref
        stage.end_users[""] = EndUser(None, stage.first_person, end_user_id=end_user_id, ref=ref)
        for dataset in _compared(scenario):
            about: dict[str, Any] = {**journal.stamp(), "participant": "", "end_user_id": end_user_id}
            try:
                journal.write(Rows(**about, dataset=dataset, rows=self._hosted.account.rows(dataset)))
            except HarnessError as error:
                journal.write(StepIncomplete(reason=str(error)))
        return stage

    def _compare_again(self, journal: Journal) -> None:
        """Make the scenario INCONCLUSIVE if rows at the hosted API changed, because a comparison then proves nothing."""
        for rows in journal.all(Rows):
            try:
                is_same = self._hosted.account.rows(rows.dataset) == rows.rows
            except HarnessError as error:
                journal.write(StepIncomplete(reason=str(error)))
                continue
            if not is_same:
                journal.write(StepIncomplete(reason=f"the {rows.dataset} at the hosted API changed during the scenario"))


def troubles(journal: Journal) -> list[Exchange]:
    """Return the app's API requests that failed with 429 or 5xx although no injected fault acted on them."""
    undisturbed = (call for call in journal.all(Exchange) if not call.bites and call.status is not None)
    return [call for call in undisturbed if call.status == TOO_MANY or (call.status or 0) >= SERVER_ERROR]


def is_disturbed(journal: Journal) -> bool:
    """Return True if the relay refused a request, or the hosted API failed, so that a FAIL may have another cause."""
    return bool(journal.all(Refused) or journal.all(ApiUnreachable) or troubles(journal))


def _without_blame(finding: Finding) -> Finding:
    if finding.verdict is not Verdict.FAIL or finding.probe in ALWAYS_VALID:
        return finding
    observed = f"{finding.observed}, but the app did not receive everything that it requested"
    return msgspec.structs.replace(finding, verdict=Verdict.INCONCLUSIVE, observed=observed, fix="")


def secrets_of(journal: Journal) -> dict[str, tuple[str, ...]]:
    """Return the secrets in the recorded traffic, by kind, with the same kinds as the sandbox's canaries."""
    secrets: dict[str, set[str]] = {}
    for kind, value in secrets_in(journal):
        secrets.setdefault(kind.replace("_", " "), set()).add(value)
    for call in journal.all(Exchange):
        for number in _numbers(call.response_body):
            secrets.setdefault("account number", set()).add(number)
    return {kind: tuple(sorted(values)) for kind, values in sorted(secrets.items()) if kind not in ADDRESSES}


def _numbers(body: bytes) -> set[str]:
    """Return the full account numbers in a response; masked ones are not secret."""
    if not any(name.encode() in body for name in NUMBERS):
        return set()
    try:
        stack: list[Any] = [msgspec.json.decode(body)]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return set()
    numbers: set[str] = set()
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(node)
        elif isinstance(node, dict):
            stack.extend(node.values())
            values = (node.get(name) for name in NUMBERS)
            numbers |= {
                value for value in values if isinstance(value, str) and value.isdigit() and len(value) >= SHORTEST_NUMBER
            }
    return numbers


def _compared(scenario: Scenario) -> list[str]:
    """Return the datasets whose rows the scenario's probes compare and the harness can read."""
    named = {getattr(probe, "dataset", "") for probe in scenario.probes}
    return sorted(named & set(PATHS))


def _refusal_text(refused: Refused) -> str:
    if refused.kind == LIMIT:
        return PAST_LIMIT
    return f"{REFUSALS[refused.kind]}: {refused.method} {refused.route or 'an unknown path'}; {refused.why}"
