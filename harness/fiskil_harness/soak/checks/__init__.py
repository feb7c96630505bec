"""The verdict: compares what the ledger says was sent with what the app did. It reads values and touches nothing."""

from collections.abc import Callable, Iterable

from fiskil_harness.core.model.findings import Finding, Verdict, heaviest
from fiskil_harness.soak.checks import effect_checks, load_checks, request_checks
from fiskil_harness.soak.checks.given import Given, Messages

CHECKS: tuple[Callable[[Given, Messages], Finding], ...] = (
    effect_checks.effects_were_read,
    effect_checks.applies_once,
    effect_checks.loses_nothing,
    effect_checks.refuses_forgeries,
    effect_checks.separates_end_users,
    effect_checks.reaches_twin_state,
    load_checks.acknowledges_genuine,
    load_checks.acknowledges_promptly,
    request_checks.serves_requests,
    load_checks.finishes_work,
    load_checks.renews_token_once,
    load_checks.keeps_running,
    load_checks.load_was_offered,
)
"""Every check, in the order of the report."""


def judged(given: Given) -> tuple[Finding, ...]:
    """Return the finding of every check."""
    messages = Messages(given.ledger, given.uses)
    return tuple(check(given, messages) for check in CHECKS)


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Return the verdict of the run: the heaviest of its findings."""
    return heaviest([finding.verdict for finding in findings])


__all__ = ["CHECKS", "Given", "Messages", "judged", "verdict_of"]
