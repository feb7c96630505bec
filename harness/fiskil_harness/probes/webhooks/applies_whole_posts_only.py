"""Do incomplete bodies and GET requests have no effect, and other requests at most one effect?"""

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal import Delivery, Effects, Journal
from fiskil_harness.journal.queries.api_calls import kind_of
from fiskil_harness.journal.queries.deliveries import case_of, genuine, last_applied, of_kind, readable, why_busy
from fiskil_harness.journal.queries.state import StateReader, equal_changes
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

SAFE = {"get", "head", "options"}
MIXED = {"right_then_wrong", "wrong_then_right"}


class AppliesWholePostsOnly(Probe, frozen=True, kw_only=True, tag="applies_whole_posts_only"):
    """Check that no incomplete body and no GET, HEAD or OPTIONS request is applied, and no request is applied twice.

    An app that reports no counts is judged by its state: incomplete requests must not change the state.
    """

    needs = (EFFECTS,)
    around = ("deliver", "send_every_variant")
    expected = "no effect of incomplete bodies or of GET, HEAD and OPTIONS; at most one effect of other requests"
    source = "webhooks.signature"
    fix = "route only POST to the receiver, and read the body to its declared length before you verify it"

    def examine(self, journal: Journal) -> Finding:
        """Look for effects of requests that must have no effect, and for requests that were applied twice."""
        sent = [delivery for delivery in journal.all(Delivery) if delivery.is_unusual_http]
        if not sent:
            return self.inconclusive("no malformed request was sent")
        counts = last_applied(journal)
        if counts is None:
            return self._by_state(journal)
        if not any(counts.get(delivery.message_id) for delivery in genuine(journal)):
            return self.inconclusive(
                "no genuine delivery had a visible effect, so other requests cannot show one", hook=EFFECTS
            )
        cases = tuple(_case(delivery, _count(journal, delivery, counts)) for delivery in sent)
        failed = [case for case in cases if case.verdict is Verdict.FAIL]
        advice = _advice(sent, counts)
        if failed:
            observed = f"{len(failed)} of {len(cases)} requests had an effect that they must not have: {failed[0].observed}"
            evidence = tuple(case.observed for case in failed)
            return self.fails(observed, evidence=evidence, advice=advice, cases=cases)
        if busy := why_busy(journal):
            return self.inconclusive(*busy, advice=advice)
        return self.passes(
            f"{len(cases)} requests had no unexpected effect", examined=len(cases), advice=advice, cases=cases
        )

    def _by_state(self, journal: Journal) -> Finding:
        """Return the finding for an app without counts: FAIL if incomplete messages changed the state like genuine ones."""
        reader, broken = StateReader(journal), of_kind(journal, "broken")
        suspect = reader.around(broken[0].step, broken[0].participant) if broken else None
        genuine_move = reader.genuine_move(kind_of(broken[0])) if broken else None
        if suspect is None or genuine_move is None:
            return self.inconclusive("the effects hook reports no counts (applied)", hook=f"{EFFECTS}: applied")
        paths = equal_changes(genuine_move, suspect)
        if paths:
            observed = f"incomplete messages changed the state as a genuine one does: {paths[0]}"
            return self.fails(observed, evidence=tuple(delivery.name for delivery in broken))
        return self.passes(f"{len(broken)} incomplete messages did not change the state", examined=len(broken))


def _count(journal: Journal, sent: Delivery, counts: dict[str, int]) -> int:
    """Return how often *sent* was applied.

    If the complete message arrived before *sent*, return 0. If it arrived afterwards, return the count that the app reported
    between the two deliveries.
    """
    complete = [
        delivery for delivery in journal.all(Delivery) if delivery.message_id == sent.message_id and delivery.is_authentic
    ]
    if not complete:
        return counts.get(sent.message_id, 0)
    if complete[0].at_s < sent.at_s:
        return 0
    snapshots = [effects for effects in journal.all(Effects) if effects.is_half_sent and effects.step == sent.step]
    return max(((snapshot.applied or {}).get(sent.message_id, 0) for snapshot in snapshots), default=0)


def _case(delivery: Delivery, count: int) -> Case:
    allowed = 0 if delivery.is_malformed or delivery.name in SAFE else 1
    observed = f"{readable(delivery.name)}: applied {count} time{'' if count == 1 else 's'}"
    return case_of(delivery, Verdict.FAIL if count > allowed else Verdict.PASS, observed)


def _advice(sent: list[Delivery], counts: dict[str, int]) -> tuple[str, ...]:
    applied = [delivery for delivery in sent if counts.get(delivery.message_id)]
    methods = [delivery.name.upper() for delivery in applied if delivery.kind == "method" and delivery.name not in SAFE]
    mixed = [readable(delivery.name) for delivery in applied if delivery.name in MIXED]
    remarks = [f"messages by {', '.join(methods)} are applied too; respond with 405"] if methods else []
    remarks += [f"one right signature next to a wrong one was accepted: {mixed[0]}"] if mixed else []
    return tuple(remarks)
