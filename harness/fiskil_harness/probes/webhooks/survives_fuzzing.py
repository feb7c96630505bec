"""Does the receiver take every lawful message that can be drawn, and outlive all the others?"""

from typing import ClassVar

from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.journal.queries.deliveries import genuine, last_applied, of_kind, why_busy
from fiskil_harness.probes.probe import PlainProbe

FUZZ = "fuzz:"
VALID = "valid"
REPRODUCE = "the same seed draws the same bodies"


class SurvivesFuzzing(PlainProbe, frozen=True, kw_only=True, tag="survives_fuzzing"):
    """Signed bodies that the sender might send get 2xx and have one effect at most; what it never sends may get any answer.

    No answer at all is a failure, and so is it when the next genuine message is not taken any more (rule 6, I14). A server
    error is worth advice.
    """

    expected: ClassVar[str] = "2xx for every lawful message, an answer to everything, and everything as before afterwards"
    source: ClassVar[str] = "webhooks.payload"
    fix: ClassVar[str] = "read only the fields that you need, ignore the others, and answer 400 to what you cannot read"

    def examine(self, journal: Journal) -> Finding:
        """Look for silence, then for refusals, repeated effects, and what came afterwards."""
        sent = [delivery for delivery in of_kind(journal, "unusual") if delivery.event.startswith(FUZZ)]
        if not sent:
            return self.inconclusive("nothing was drawn")
        before, after = _around(journal, sent)
        if not any(delivery.outcome == "ack" for delivery in before):
            return self.inconclusive("no genuine message was acknowledged before, so a refusal tells nothing")
        advice = _server_errors(sent)
        witnesses = (_silent(sent), _broken_after(after), _refused(sent), _repeated(journal, sent))
        found = [(name, *witness) for name, witness in zip(CASES, witnesses, strict=True) if witness]
        failed = {name for name, _, _ in found}
        cases = tuple(Case(name=name, verdict=Verdict.FAIL if name in failed else Verdict.PASS) for name in CASES)
        if found:
            _, seen, evidence = found[0]
            return self.fails(seen, evidence=(*evidence, REPRODUCE), examined=len(sent), advice=advice, cases=cases)
        reason, hook = why_busy(journal)
        if reason:
            return self.inconclusive(reason, hook=hook, advice=advice)
        valid = sum(delivery.name == VALID for delivery in sent)
        seen = f"{valid} lawful bodies were acknowledged, and {len(sent) - valid} others did no harm"
        return self.passes(seen, examined=len(sent), advice=advice, cases=cases)


CASES = ("answers_everything", "works_afterwards", "takes_lawful_bodies", "applies_once")


def _around(journal: Journal, sent: list[Delivery]) -> tuple[list[Delivery], list[Delivery]]:
    made = genuine(journal)
    return [delivery for delivery in made if delivery.at_s < sent[0].at_s], [
        delivery for delivery in made if delivery.at_s > sent[-1].at_s
    ]


def _silent(sent: list[Delivery]) -> tuple[str, tuple[str, ...]] | None:
    """Bodies that it hung on, or the first that it left without an answer before it listened no more."""
    if any(delivery.trouble == "connection refused" for delivery in sent):
        first = next(delivery for delivery in sent if delivery.status is None)
        return "the receiver did not listen any more after a drawn body", (_line(first),)
    hung = [delivery for delivery in sent if "limit" in delivery.trouble]
    return (f"{len(hung)} drawn bodies got no answer at all", tuple(map(_line, hung))) if hung else None


def _broken_after(after: list[Delivery]) -> tuple[str, tuple[str, ...]] | None:
    if not after or any(delivery.outcome == "ack" for delivery in after):
        return None
    return "genuine messages were not acknowledged any more", tuple(
        f"{delivery.event}: {delivery.status or 'no answer'}" for delivery in after
    )


def _refused(sent: list[Delivery]) -> tuple[str, tuple[str, ...]] | None:
    valid = [delivery for delivery in sent if delivery.name == VALID]
    refused = [delivery for delivery in valid if delivery.outcome != "ack"]
    if not refused:
        return None
    return f"{len(refused)} of {len(valid)} lawful bodies were not acknowledged", tuple(map(_line, refused))


def _repeated(journal: Journal, sent: list[Delivery]) -> tuple[str, tuple[str, ...]] | None:
    told = last_applied(journal) or {}
    twice = [delivery for delivery in sent if told.get(delivery.message_id, 0) > 1]
    return (f"{len(twice)} drawn messages were applied more than once", tuple(map(_line, twice))) if twice else None


def _server_errors(sent: list[Delivery]) -> tuple[str, ...]:
    broken = [
        delivery for delivery in sent if delivery.name != VALID and delivery.status is not None and delivery.status >= 500
    ]
    return ("5xx on signed bodies that the sender never sends; 400 would end the retries",) if broken else ()


def _line(one: Delivery) -> str:
    # How a connection ends when a process dies is a matter of time, which enters no finding.
    return f"{one.event.replace(':', ' ')}, {one.name}: {one.status or 'no answer'}"
