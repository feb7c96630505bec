"""The strength of a proof in words."""

from fiskil_harness.gate.report.text import counted
from fiskil_harness.gate.strength import Strength


def summary(strength: Strength) -> str:
    """Return the strength in words: ``2 experiments (a, b), 1 journey, 34 routes, foreground, 3 flawed apps``."""
    counts = {"journey": len(strength.journeys), "route": len(strength.routes)}
    parts = [
        f"{counted(len(strength.experiments), 'experiment')} ({', '.join(strength.experiments)})",
        *(counted(count, noun) for noun, count in counts.items() if count),
        *strength.moments,
        counted(len(strength.flawed_apps), "flawed app"),
    ]
    if not strength.experiments:
        return strength.single
    reason = f"; one experiment is enough: {strength.single}" if strength.single else ""
    return ", ".join(parts) + reason
