"""Questions about the app, one per file, each answered from the finished journal."""

from harness.probes.applies_once import AppliesOnce
from harness.probes.base import PlainProbe, Probe, name_of
from harness.probes.finding import Finding, Verdict, heaviest
from harness.probes.holds_every_row import HoldsEveryRow

AnyProbe = AppliesOnce | HoldsEveryRow
"""Every probe that a plan file can hold."""

__all__ = [
    "AnyProbe",
    "AppliesOnce",
    "Finding",
    "HoldsEveryRow",
    "PlainProbe",
    "Probe",
    "Verdict",
    "heaviest",
    "name_of",
]
