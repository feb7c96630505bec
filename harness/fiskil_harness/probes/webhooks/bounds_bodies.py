"""Does the receiver stop reading a body at the configured limits?"""

from fiskil_harness.journal import EndlessBody, Journal, Limits
from fiskil_harness.journal.queries.pauses import EXCUSED_BY_PAUSE, paused_s
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

BYTES = "app.limits.body_bytes"
SECONDS = "app.limits.body_s"
DRIP = "drip"
BUFFERED = 16 << 20
"""Maximum number of bytes that network buffers may accept although the receiver has not read them."""

LATE_S = 1.0
"""Tolerance for the slowness of the machine, in seconds."""


class BoundsBodies(Probe, frozen=True, kw_only=True, tag="bounds_bodies"):
    """Check that an endless unsigned body gets a response or is cut off at the limits ``body_bytes`` and ``body_s``.

    The probe fails only if a limit in the config is exceeded. A default limit proves nothing: a receiver may read on and
    discard the bytes, which is invisible from outside.
    """

    expected = "a response or the end of the connection at the configured limit"
    source = "webhooks.signature"
    fix = "refuse bodies above 1 MB with 413 before you read them, and limit the time of a whole request"

    def examine(self, journal: Journal) -> Finding:
        """Compare the bytes and seconds of each endless body with the limits."""
        limits, floods = journal.all(Limits), journal.all(EndlessBody)
        if not limits or not floods:
            hook = BYTES if not limits or limits[-1].body_bytes is None else SECONDS
            return self.inconclusive("the config sets no limit for unsigned bodies, so none was tested", hook=hook)
        cases = tuple(_case(journal, flood, limits[-1]) for flood in floods)
        failed = [case for case in cases if case.verdict is Verdict.FAIL]
        if failed:
            observed = f"{len(failed)} of {len(cases)} endless bodies were read beyond the limit: {failed[0].observed}"
            return self.fails(observed, evidence=tuple(case.observed for case in failed), cases=cases)
        uncertain = [case for case in cases if case.verdict is Verdict.INCONCLUSIVE]
        excused = [case for case in uncertain if EXCUSED_BY_PAUSE in case.observed]
        if excused:
            return self.inconclusive(excused[0].observed, cases=cases)
        if uncertain:
            observed = f"{uncertain[0].observed}, and the config sets no limit"
            hook = SECONDS if uncertain[0].name == DRIP else BYTES
            return self.inconclusive(observed, hook=hook, cases=cases)
        return self.passes(f"{len(cases)} endless bodies were cut off in time", examined=len(cases), cases=cases)


def _case(journal: Journal, flood: EndlessBody, limits: Limits) -> Case:
    variant = flood.name.replace("_", " ")
    if flood.name == DRIP:
        late_s = flood.took_s - (limits.body_s or 0) - LATE_S
        exceeded = not flood.was_ended_by_receiver or late_s > 0
        bound = f"{limits.body_s or 0:g} s"
        is_excused = 0 < late_s <= paused_s(journal, flood.at_s, flood.at_s + flood.took_s)
    else:
        exceeded = not flood.was_ended_by_receiver or flood.taken_bytes > (limits.body_bytes or 0) + BUFFERED
        bound = f"{int(limits.body_bytes or 0)} bytes"
        is_excused = False
    if is_excused:
        return Case(name=flood.name, verdict=Verdict.INCONCLUSIVE, observed=f"{variant}: read {EXCUSED_BY_PAUSE}")
    observed = f"{variant}: still read beyond {bound}" if exceeded else f"{variant}: cut off, {_end(flood)}"
    is_configured = ("body_s" if flood.name == DRIP else "body_bytes") not in limits.assumed
    verdict = Verdict.FAIL if is_configured else Verdict.INCONCLUSIVE
    return Case(name=flood.name, verdict=verdict if exceeded else Verdict.PASS, observed=observed)


def _end(flood: EndlessBody) -> str:
    return "with a response" if flood.status is not None else "without a response"
