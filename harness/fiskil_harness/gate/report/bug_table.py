"""The probes that detect each known bug of webhook receivers, as text."""

from fiskil_harness.gate.receiver_bugs import Bug

NONE = "no probe yet"
ON_REQUEST = "only on request: "


def detected_by(bug: Bug) -> str:
    """Return the probes that detect a bug, as text, or the reason why there is none."""
    probes = [
        f"{probe} in {scenario}"
        for scenario, probe in dict.fromkeys((witness.scenario, witness.probe) for witness in bug.witness)
    ]
    text = "; ".join(probes) or bug.reason or NONE
    return f"{ON_REQUEST}{text}" if bug.opt_in else text
