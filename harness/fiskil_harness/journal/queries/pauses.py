"""Total time for which the machine was paused; exceeding a time limit by no more than that is INCONCLUSIVE."""

from fiskil_harness.journal import Journal, MachinePaused

# The end of a sentence, such as "the delivery was acknowledged ...".
EXCUSED_BY_PAUSE = "after the limit, but the machine was paused meanwhile, which may be the cause"


def paused_s(journal: Journal, since_s: float, until_s: float) -> float:
    """Return the total time between *since_s* and *until_s* for which the machine was paused, in real seconds."""
    pauses = [(max(pause.at_s - pause.lasted_s, since_s), min(pause.at_s, until_s)) for pause in journal.all(MachinePaused)]
    return sum((end - begin for begin, end in pauses if end > begin), 0.0)
