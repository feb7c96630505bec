"""Texts of `doctor` about parts that a response of the effects hook lacks: what they cost, and what to return."""

from collections.abc import Sequence

from msgspec import Struct

from fiskil_harness.probes import PROBES
from fiskil_harness.probes.practices import all_practices

STORED_ROWS = "fiskil_harness.probes.stored_rows"
"""The package of the probes that read ``state``."""


class _Part(Struct, frozen=True, kw_only=True):
    """A part of the response: what its absence means, the probes that suffer from it, and what the app should return."""

    consequence: str
    probes: tuple[str, ...]
    remedy: str


PARTS = {
    "applied": _Part(
        consequence="messages that are repeated or lost are recognised only by a change of `state`",
        probes=("applies_once", "loses_nothing"),
        remedy='return {"applied": {}} until the first message about an end user is processed, then its id with a count',
    ),
    "state": _Part(
        consequence="nothing that your app stores is examined",
        probes=tuple(name for name, kind in PROBES.items() if kind.__module__.startswith(STORED_ROWS)),
        remedy='return {"state": {}} for an end user of whom your app stores nothing, else your view with Fiskil\'s ids',
    ),
    "pending": _Part(
        consequence="the harness cannot know when your app has finished, so a message without an effect stays INCONCLUSIVE "
        "unless a later one is applied or app.limits.fresh_s has passed",
        probes=("loses_nothing", "reads_after_event"),
        remedy='return {"pending": 0} when no acknowledged message of this end user is unfinished, else their number',
    ),
}


def missing_parts(names: Sequence[str]) -> str:
    """Return a sentence for each missing part: what it costs, which practices need it, and the remedy."""
    sentences = [f"returns no {', no '.join(names)} for an unknown end user."]
    for name in names:
        part = PARTS[name]
        practices = [
            practice.id for practice in all_practices().values() if not set(part.probes).isdisjoint(practice.needed)
        ]
        affected = f" (affects {', '.join(practices)})" if practices else ""
        sentences.append(f"Without `{name}` {part.consequence}{affected}: {part.remedy}.")
    return " ".join(sentences)
