"""The expected results of the selftest for an app of the gallery."""

from fiskil_harness.gate.selftest.gallery import GalleryApp
from fiskil_harness.gate.selftest.matrix import SelftestResult


def exit_codes(entry: GalleryApp) -> tuple[int, ...]:
    """Return the allowed exit codes of ``gate``: 0 for a correct app, 1 for a violation, not 0 if an app does nothing."""
    if entry.collection == "correct":
        return (0,)
    return (1,) if entry.violates else (1, 3)


def is_correct(result: SelftestResult) -> bool:
    """Return True if the app ran and the gate's findings match the facts about it."""
    return not (result.not_tried or result.overlooked or result.false_alarms or result.inconclusive)
