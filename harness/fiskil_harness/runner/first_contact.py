"""Scenarios that the first contact with an app rules out, so that they are skipped.

A few short undisturbed scenarios run first. Nothing else can be decided about an app that cannot even begin a consent, that
shows no effect of any message, or that cannot reach the local Fiskil. An app that refuses every sync event for which it
reads data stores no rows, so what it does with rows cannot be tested. Such scenarios are INCONCLUSIVE without being run. The
decision depends on the first scenarios alone, so it is the same with any number of workers.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.given import is_in_config
from fiskil_harness.core.config.hooks import EFFECTS, MESSAGE, PAGES, REFRESH, REVOKE, START_SESSION
from fiskil_harness.core.tags import package_of
from fiskil_harness.journal import API_URL_IN_ENV, Delivery, Effects, Journal
from fiskil_harness.journal.queries.api_calls import calls, dataset_read
from fiskil_harness.journal.queries.deliveries import ended_s, events_by_id
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes import name_of as probe_name
from fiskil_harness.probes.evaluation import EVERY_FAULT, EVERY_STEP
from fiskil_harness.probes.outcome import FirstContact, Outcome
from fiskil_harness.scenario import costs
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.single_reports import DISTURBING
from fiskil_harness.scenario.steps import name_of as step_name

CALM = frozenset(
    {
        "advance",
        "authorise",
        "change",
        "deliver",
        "disconnect",
        "limit_pages",
        "refresh",
        "revoke",
        "sync",
        "touch_consent",
        "wait_until_idle",
    }
)
"""Steps in which nothing goes wrong; the first scenarios have no others."""
NEEDED = frozenset({"authorise", "deliver", "sync"})
"""Steps that each of the first scenarios has."""
PURPOSES = (frozenset({"touch_consent"}), frozenset({"refresh"}), frozenset({"disconnect"}))
"""Steps that the first scenarios have, each set in one of them."""
DRIVES = frozenset({START_SESSION, MESSAGE, REFRESH, REVOKE, PAGES})
"""Hooks with which a scenario can make the app call the API."""
OF_CALLS = frozenset({"api_client", "stored_rows"})
"""Packages of probes that judge API calls, or the rows that they bring."""
ROWS = "stored_rows"
"""The package of probes that judge rows."""
OF_EFFECTS = frozenset({"applies_each", "applies_once", "distinguishes_events", "ignores_delivery_order"})
"""Probes that compare effects of messages with each other and judge nothing else."""
FEWEST = 20
"""In a run of fewer scenarios, everything runs."""


class Ruling(Struct, frozen=True, kw_only=True):
    """The reason for skipping a scenario, the name of the finding that states it, and the missing hook ("" if none)."""

    reason: str
    probe: str
    hook: str = ""


def first_scenarios(scenarios: Sequence[Scenario], settings: Settings) -> list[Scenario]:
    """Return the scenarios that run before all others: the shortest calm one, and one for each request to read or to revoke.

    Returns:
        No scenario if the run is short.
    """
    calm = [
        scenario
        for scenario in sorted(scenarios, key=lambda scenario: (costs.cost_s(scenario.name), scenario.name))
        if NEEDED <= _tags(scenario) <= CALM
        and not scenario.interpretations
        and all(is_in_config(settings, hook) for hook in scenario.needs)
    ]
    if len(scenarios) < FEWEST:
        return []
    chosen = [next((scenario for scenario in calm if tags <= _tags(scenario)), None) for tags in PURPOSES]
    return list({scenario.name: scenario for scenario in chosen if scenario is not None}.values())


def first_contact(journal: Journal, crashed: str) -> FirstContact:
    """Return what an undisturbed scenario showed about the app.

    Args:
        journal: The finished journal of the scenario.
        crashed: Why the scenario did not run to its end; "" if it did.
    """
    genuine = [delivery for delivery in journal.all(Delivery) if delivery.is_genuine]
    reports = [effects for effects in journal.all(Effects) if not effects.response]
    return FirstContact(
        failed_step=crashed,
        delivered=len(genuine),
        acknowledged=len([delivery for delivery in genuine if delivery.is_acknowledged]),
        fails_after_reads=_fails_after_reads(journal),
        reports=bool(reports),
        has_effect=any(any((report.applied or {}).values()) or _has_value(report.state) for report in reports),
        api_calls=len(calls(journal)),
    )


def _fails_after_reads(journal: Journal) -> bool:
    """Return whether the app read data, and only while it handled sync events which it refused then."""
    syncs = {message_id for message_id, event in events_by_id(journal).items() if ".sync." in event.kind}
    deliveries = [delivery for delivery in journal.all(Delivery) if delivery.is_genuine and delivery.message_id in syncs]
    acknowledged = {delivery.message_id for delivery in deliveries if delivery.is_acknowledged}
    refused = [delivery for delivery in deliveries if delivery.message_id not in acknowledged]
    reads = [call for call in calls(journal) if dataset_read(call)]
    return bool(reads) and all(
        any(delivery.at_s <= read.at_s <= ended_s(delivery) for delivery in refused) for read in reads
    )


def _has_value(state: Any) -> bool:
    """Return whether a state contains anything but empty objects and lists."""
    if isinstance(state, dict):
        return any(map(_has_value, state.values()))
    return any(map(_has_value, state)) if isinstance(state, list) else state is not None


def ruling(
    scenario: Scenario, first: Sequence[Scenario], contacts: Sequence[FirstContact], settings: Settings
) -> Ruling | None:
    """Return why *scenario* cannot be decided after the *contacts* in the *first* scenarios; None if it may be decided."""
    if not contacts or len(contacts) < len(first):
        return None
    names = " and ".join(each.name for each in first)
    failed = {contact.failed_step for contact in contacts}
    begins_alike = step_name(scenario.steps[0]) == step_name(first[0].steps[0]) if scenario.steps else False
    if len(failed) == 1 and min(failed).startswith("step 1 ") and begins_alike:
        return Ruling(reason=f"in {names}, {min(failed)}", probe=EVERY_STEP)
    has_no_effect = all(contact.delivered and contact.reports and not contact.has_effect for contact in contacts)
    if any(contact.api_calls for contact in contacts):
        fails_after_reads = has_no_effect and all(contact.fails_after_reads for contact in contacts)
        return _without_rows(scenario, names) if fails_after_reads else None
    if has_no_effect and EFFECTS in {hook for probe in scenario.probes for hook in probe.needs}:
        is_refused = not any(contact.acknowledged for contact in contacts)
        problem = "was acknowledged" if is_refused else "had a visible effect"
        return Ruling(reason=f"in {names}, no genuine message {problem}, and the app made no API call", probe=EVERY_STEP)
    is_unreachable = not is_in_config(settings, API_URL_IN_ENV)
    tried = {hook for each in first for hook in each.needs}
    if (has_no_effect or is_unreachable) and _needs_calls(scenario) and DRIVES.intersection(scenario.needs) <= tried:
        reason = f"in {names}, the app made no API call, so nothing about its calls can be tested"
        return Ruling(reason=reason, probe=EVERY_FAULT, hook=API_URL_IN_ENV if is_unreachable else "")
    return None


def _needs_calls(scenario: Scenario) -> bool:
    """Return whether nothing in *scenario* can be judged without API calls of the app."""
    packages = {package_of(type(probe)) for probe in scenario.probes}
    return bool(_tags(scenario) & DISTURBING) or packages <= OF_CALLS


def _without_rows(scenario: Scenario, first_names: str) -> Ruling | None:
    """Return the ruling about *scenario* if the app fails after each read, so that no rows or effects can be compared."""
    packages = {package_of(type(probe)) for probe in scenario.probes if probe_name(probe) not in OF_EFFECTS}
    if "sync" not in _tags(scenario) or not packages <= {ROWS}:
        return None
    reason = (
        f"in {first_names}, every sync event for which the app read data was refused, and no message had a visible effect"
    )
    return Ruling(reason=reason, probe=EVERY_STEP)


def _tags(scenario: Scenario) -> set[str]:
    return {step_name(step) for step in scenario.steps}


def skipped(scenario: Scenario, why: Ruling, *, seed: int) -> Outcome:
    """Return the INCONCLUSIVE outcome of a scenario that was not run."""
    finding = Finding(
        probe=why.probe,
        verdict=Verdict.INCONCLUSIVE,
        observed=f"skipped: {why.reason}",
        hook=why.hook,
        practices=scenario.practices,
    )
    return Outcome(
        scenario=scenario.name, title=scenario.title, practices=scenario.practices, seed=seed, findings=(finding,)
    )
