"""Known bugs as a diagnosis tells them."""

import msgspec

from fiskil_harness.gate.diagnosis import Diagnosis
from fiskil_harness.probes import Verdict


def bug(row: int, verdict: Verdict, **more: str | tuple[str, ...]) -> Diagnosis:
    """What was found out about a known bug."""
    return msgspec.convert(
        {"bug": f"bug-{row}", "row": row, "title": f"does wrong {row}", "verdict": verdict, "seen": f"saw {row}", **more},
        Diagnosis,
    )
