"""Is a genuine message taken however its request is written?"""

from typing import ClassVar

from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.journal.queries.deliveries import (
    CONNECTION_REFUSED,
    by_message,
    events_by_id,
    genuine,
    last_applied,
    line,
    puts_off,
    response_text,
    why_busy,
)
from fiskil_harness.probes.probe import PlainProbe


class AcceptsEquivalentRequests(PlainProbe, frozen=True, kw_only=True, tag="accepts_equivalent_requests"):
    """What Fiskil could well send is acknowledged and applied: headers in any case, a charset, a request in pieces (I13)."""

    expected: ClassVar[str] = "2xx and the effect, whatever pieces, header case or charset a request comes in"
    source: ClassVar[str] = "webhooks.success"
    fix: ClassVar[str] = (
        "leave HTTP to a server that knows it: headers have no case, bodies come in pieces, content types have parameters"
    )

    def examine(self, journal: Journal) -> Finding:
        """Look at each form in the light of the plain deliveries."""
        made = genuine(journal)
        forms = list(by_message(delivery for delivery in made if delivery.name).values())
        if not forms:
            return self.inconclusive("no message was written in another form")
        if not any(delivery.outcome == "ack" and not delivery.name for delivery in made):
            return self.inconclusive("no plain delivery was acknowledged, so the form of the others is not to blame")
        cases = tuple(_case(journal, ones) for ones in forms)
        failed = [case for case in cases if case.verdict is Verdict.FAIL]
        if failed:
            seen = f"{len(failed)} of {len(cases)} forms of a genuine message were not taken: {_plain(failed[0].name)}"
            evidence = tuple(line(ones[-1]) for ones in forms if ones[-1].name in {case.name for case in failed})
            return self.fails(seen, evidence=evidence, examined=len(cases), cases=cases)
        if any(case.verdict is Verdict.INCONCLUSIVE for case in cases):
            reason, hook = _doubt(journal, forms)
            return self.inconclusive(reason, hook=hook, cases=cases)
        return self.passes(f"{len(cases)} forms of a genuine message were taken", examined=len(cases), cases=cases)


def _case(journal: Journal, ones: list[Delivery]) -> Case:
    """One form, which had a second try if the first was refused."""
    last, verdict = ones[-1], Verdict.PASS
    if _found_nobody(ones) or _was_put_off(ones):
        verdict = Verdict.INCONCLUSIVE
    elif not any(delivery.outcome == "ack" for delivery in ones):
        verdict = Verdict.FAIL
    elif _is_ignored(journal, last):
        verdict = Verdict.INCONCLUSIVE if why_busy(journal)[0] else Verdict.FAIL
    return Case(
        name=last.name, verdict=verdict, observed=f"{_plain(last.name)}: {response_text(last)}", events=(last.event,)
    )


def _doubt(journal: Journal, forms: list[list[Delivery]]) -> tuple[str, str]:
    """Why some form cannot be judged, and the hook that would help."""
    if any(_found_nobody(ones) for ones in forms):
        return "the receiver did not listen any more before every form had been tried", ""
    if any(_was_put_off(ones) for ones in forms):
        return "the receiver asked for a pause before every form had been tried", ""
    return why_busy(journal)


def _found_nobody(ones: list[Delivery]) -> bool:
    """Whether a form never reached the receiver, which had ended before: that is no matter of forms."""
    return all(delivery.trouble == CONNECTION_REFUSED for delivery in ones)


def _was_put_off(ones: list[Delivery]) -> bool:
    """Whether a form was never looked at: too much had come at once, whatever its form."""
    return all(puts_off(delivery) for delivery in ones)


def _is_ignored(journal: Journal, one: Delivery) -> bool:
    """Whether a message was acknowledged and not applied, though another about the same kind of event was."""
    told, events = last_applied(journal), events_by_id(journal)
    if told is None or one.message_id not in events or told.get(one.message_id, 0):
        return False
    applied = {events[key].kind for key, count in told.items() if count and key in events}
    return events[one.message_id].kind in applied


def _plain(name: str) -> str:
    return name.replace("_", " ")
