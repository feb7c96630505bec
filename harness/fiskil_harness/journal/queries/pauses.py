"""Time limits: which of them the config promises, and the time for which the machine was paused.

Exceeding a time limit by no more than the pause is INCONCLUSIVE.
"""

from fiskil_harness.journal import Journal, Limits, MachinePaused

# The end of a sentence, such as "the delivery was acknowledged ...".
EXCUSED_BY_PAUSE = "after the limit, but the machine was paused meanwhile, which may be the cause"


def is_promised(journal: Journal, limit: str) -> bool:
    """Return True unless the config omits the *limit* of ``app.limits``, so that a default applies."""
    return not any(limit in limits.assumed for limits in journal.all(Limits))


def paused_s(journal: Journal, since_s: float, until_s: float) -> float:
    """Return the total time between *since_s* and *until_s* for which the machine was paused, in real seconds."""
    pauses = [(max(pause.at_s - pause.lasted_s, since_s), min(pause.at_s, until_s)) for pause in journal.all(MachinePaused)]
    return sum((end - begin for begin, end in pauses if end > begin), 0.0)
