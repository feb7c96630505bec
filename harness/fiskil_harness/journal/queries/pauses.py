"""How long the machine stood still while somebody was to keep a limit: so much later is no guilt, and no proof."""

from fiskil_harness.journal import Journal, MachinePaused

EXCUSED_BY_PAUSE = "later than promised, but the machine stood still meanwhile"


def paused_s(journal: Journal, since_s: float, until_s: float) -> float:
    """For how many real seconds between the two it stood still in all."""
    pauses = [(max(pause.at_s - pause.lasted_s, since_s), min(pause.at_s, until_s)) for pause in journal.all(MachinePaused)]
    return sum((end - begin for begin, end in pauses if end > begin), 0.0)
