"""Total machine pause within an interval; exceeding a limit by no more than that is inconclusive."""

from fiskil_harness.journal import Journal, MachinePaused

EXCUSED_BY_PAUSE = "the limit was exceeded, but the machine was paused meanwhile, which may be the cause"


def paused_s(journal: Journal, since_s: float, until_s: float) -> float:
    """Return for how many real seconds between *since_s* and *until_s* the machine was paused in total."""
    pauses = [(max(pause.at_s - pause.lasted_s, since_s), min(pause.at_s, until_s)) for pause in journal.all(MachinePaused)]
    return sum((end - begin for begin, end in pauses if end > begin), 0.0)
