"""Does the receiver stop reading where its team says that it does?"""

from typing import ClassVar

from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Flood, Journal, Limits
from fiskil_harness.journal.queries.pauses import EXCUSED_BY_PAUSE, paused_s
from fiskil_harness.probes.probe import PlainProbe

BYTES = "app.limits.body_bytes"
SECONDS = "app.limits.body_s"
DRIP = "drip"
BUFFERED = 16 << 20
"""So much the buffers of two systems can hold that the receiver has never read."""

LATE_S = 1.0
"""So much later may be the machine's own slowness."""


class BoundsBodies(PlainProbe, frozen=True, kw_only=True, tag="bounds_bodies"):
    """An unsigned body is answered or cut off once it is longer, or takes longer, than ``body_bytes`` and ``body_s``.

    Nobody is held to what nobody promised: a receiver may read on and keep nothing of it, which nobody can see from outside.
    """

    expected: ClassVar[str] = "an answer or the end of the connection at the promised bound"
    source: ClassVar[str] = "webhooks.signature"
    fix: ClassVar[str] = "refuse bodies above 1 MB with 413 before you read them, and limit the time of a whole request"

    def examine(self, journal: Journal) -> Finding:
        """Compare what was taken with what was promised."""
        limits, floods = journal.all(Limits), journal.all(Flood)
        if not limits or not floods:
            hook = BYTES if not limits or limits[-1].body_bytes is None else SECONDS
            return self.inconclusive("no bound for unsigned bodies was promised, so none was tried", hook=hook)
        cases = tuple(_case(journal, flood, limits[-1]) for flood in floods)
        failed = [case for case in cases if case.verdict is Verdict.FAIL]
        if failed:
            seen = f"{len(failed)} of {len(cases)} endless bodies were read beyond the promised bound: {failed[0].observed}"
            return self.fails(seen, evidence=tuple(case.observed for case in failed), examined=len(cases), cases=cases)
        unsure = [case for case in cases if case.verdict is Verdict.INCONCLUSIVE]
        stood = [case for case in unsure if EXCUSED_BY_PAUSE in case.observed]
        if stood:
            return self.inconclusive(stood[0].observed, cases=cases)
        if unsure:
            seen = f"{unsure[0].observed}, and no bound was promised"
            hook = SECONDS if unsure[0].name == DRIP else BYTES
            return self.inconclusive(seen, hook=hook, cases=cases)
        return self.passes(f"{len(cases)} endless bodies were cut off in time", examined=len(cases), cases=cases)


def _case(journal: Journal, one: Flood, limits: Limits) -> Case:
    plain = one.name.replace("_", " ")
    if one.name == DRIP:
        late_s = one.took_s - (limits.body_s or 0) - LATE_S
        is_beyond = not one.is_over or late_s > 0
        bound = f"{limits.body_s or 0:g} s"
        has_stood = 0 < late_s <= paused_s(journal, one.at_s, one.at_s + one.took_s)
    else:
        is_beyond = not one.is_over or one.taken_bytes > (limits.body_bytes or 0) + BUFFERED
        bound = f"{int(limits.body_bytes or 0)} bytes"
        has_stood = False
    if has_stood:
        return Case(name=one.name, verdict=Verdict.INCONCLUSIVE, observed=f"{plain}: read {EXCUSED_BY_PAUSE}")
    seen = f"{plain}: still read beyond {bound}" if is_beyond else f"{plain}: cut off, {_answer(one)}"
    is_promised = ("body_s" if one.name == DRIP else "body_bytes") not in limits.assumed
    beyond = Verdict.FAIL if is_promised else Verdict.INCONCLUSIVE
    return Case(name=one.name, verdict=beyond if is_beyond else Verdict.PASS, observed=seen)


def _answer(one: Flood) -> str:
    return "answered" if one.status is not None else "without an answer"
