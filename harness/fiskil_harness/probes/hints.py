"""The hint of a finding: the missing hook that would help. A finding never names a hook that the config has.

A probe reads only the journal, so it names the hook that it depends on. This module decides whether that hook is missing.
If the effects hook responded, but without a part that would help, the hint is this part.
"""

from collections.abc import Callable

from msgspec import structs

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Effects, Journal

IsGiven = Callable[[str], bool]
"""A function that returns whether the config has a hook, fact or limit."""
SEPARATOR = ": "
"""Separates the effects hook from the part of its response, as in ``app.observe.effects: applied``."""
IDS_NEEDED = "`state` must contain the fiskil_id of each row that the app shows, also of accounts and balances"
"""The advice for a response whose state contains nothing that a probe recognises."""


def with_true_hint(finding: Finding, journal: Journal, is_given: IsGiven) -> Finding:
    """Return *finding* with a hint that names only what is missing; an empty hint if nothing is.

    If a state is there and the probe cannot use it, the finding says what the state must contain.
    """
    if not finding.hook:
        return finding
    hint = _true_hint(finding.hook, journal, is_given)
    lacks_ids = finding.hook == STATE and not hint and any(effects.state is not None for effects in journal.all(Effects))
    return structs.replace(
        finding, hook=hint, observed=f"{finding.observed}; {IDS_NEEDED}" if lacks_ids else finding.observed
    )


def _true_hint(hook: str, journal: Journal, is_given: IsGiven) -> str:
    name, _, part = hook.partition(SEPARATOR)
    if not is_given(name):
        return name
    if name != EFFECTS:
        return ""
    return f"{EFFECTS}{SEPARATOR}{missing}" if (missing := _missing_part(journal, part)) else ""


def _missing_part(journal: Journal, part: str) -> str:
    """Return *part*, or without it the first helpful part, if no response of the effects hook contained it; else ""."""
    responses = [effects for effects in journal.all(Effects) if not effects.response]
    if not responses:
        return ""
    if part:
        return "" if any(getattr(effects, part) is not None for effects in responses) else part
    is_busy = not responses[-1].is_idle
    parts = ("applied", "state", "pending") if is_busy else ("applied", "state")
    return next((name for name in parts if all(getattr(effects, name) is None for effects in responses)), "")
