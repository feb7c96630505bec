"""Diagnoses of known bugs for report tests."""

import msgspec

from fiskil_harness.gate.diagnosis import Diagnosis
from fiskil_harness.probes import Verdict


def bug(row: int, verdict: Verdict, **more: str | tuple[str, ...]) -> Diagnosis:
    """Return the diagnosis of a known bug."""
    fields = {
        "bug": f"bug-{row}",
        "row": row,
        "title": f"does wrong {row}",
        "verdict": verdict,
        "observed": f"saw {row}",
    }
    return msgspec.convert({**fields, **more}, Diagnosis)
