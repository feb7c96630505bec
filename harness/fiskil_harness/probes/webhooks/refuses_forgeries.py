"""Do forged messages have no effect?"""

from statistics import median
from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Delivery, Journal, Leak, Started
from fiskil_harness.journal.queries.deliveries import genuine, kind_of, last_applied, of_kind, response_text
from fiskil_harness.journal.queries.state import Move, StateReader, moved_alike
from fiskil_harness.probes.probe import PlainProbe

QUEUED = 202
SLOW_S, SURE = 1.0, 3
"""Where so many refusals, and most of them, took so much longer than the quickest answer, that is no matter of chance."""
ALIKE = "answered_alike"
"""The case of forgeries that have no effect and get the very answer of genuine messages."""
RESPONDS_TO_JUNK = "answers_junk"
"""The case of a receiver that hangs or dies, whatever else it does."""
Witness = tuple[str, tuple[str, ...], list[Delivery]]
"""What was seen, the evidence, and the forgeries that it convicts."""


class RefusesForgeries(PlainProbe, frozen=True, kw_only=True, tag="refuses_forgeries"):
    """No message that Fiskil did not sign is applied or moves the state as a genuine one does (I1, I7).

    How long a refusal takes is worth advice alone: whoever works before the check is slow, and so is who lets forgers wait.
    Statuses refine: no answer at all is a failure; 2xx without an effect is one where genuine messages get the very same
    answer (but 202, which promises nothing), because a wrong secret would then lose every event in silence.
    """

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    around: ClassVar[tuple[str, ...]] = ("deliver", "forge", "forge_every", "forge_without_secret")
    expected: ClassVar[str] = "no effect of a message that Fiskil did not sign, and an answer that is no 2xx"
    source: ClassVar[str] = "webhooks.signature"
    fix: ClassVar[str] = (
        "before anything else compare the header with base64(HMAC-SHA256(base64-decoded secret, raw body)) in constant time"
    )

    def examine(self, journal: Journal) -> Finding:
        """Look for effects of forgeries, then for a genuine effect that shows that there would be some."""
        forged = of_kind(journal, "forged")
        if not forged and any(started.how == "refusal" for started in journal.all(Started)):
            return self.passes("the app does not start without its webhook secret", examined=1)
        if not forged:
            return self.inconclusive("nothing was forged")
        convicted = self._convicted(journal, forged)
        if convicted is not None:
            return convicted
        advice = (*_remarks(journal, forged), *_acknowledged(forged))
        seen, cases = f"{len(forged)} forged messages had no effect", _cases(forged, [], otherwise=Verdict.PASS)
        cases = (*cases, Case(name=ALIKE, verdict=Verdict.PASS, observed="none got the answer of genuine messages"))
        return self.passes(seen, examined=len(forged), advice=advice, cases=cases)

    def _convicted(self, journal: Journal, forged: list[Delivery]) -> Finding | None:
        """What speaks against the app, or against believing it; None if nothing does."""
        advice = _remarks(journal, forged)
        has_control = _has_control(journal, forged)
        otherwise = Verdict.PASS if has_control else Verdict.INCONCLUSIVE
        witness = _believed(journal, forged) or _moved(journal, forged) or _told(journal)
        if witness:
            seen, evidence, guilty = witness
            cases = _cases(forged, guilty, otherwise=otherwise)
            return self.fails(seen, evidence=evidence, examined=len(forged), advice=advice, cases=cases)
        silence = _silent(forged)
        if silence:
            # Being dead is not believing: it is a case of its own.
            cases = _cases(forged, [], otherwise=Verdict.INCONCLUSIVE)
            return self.fails(silence[0], evidence=silence[1], examined=len(forged), advice=advice, cases=cases)
        if not has_control:
            return self.inconclusive("no genuine delivery showed an effect, so none of a forged one would", hook=EFFECTS)
        alike = _answered_alike(journal, forged)
        if alike:
            seen = f"{len(alike)} of {len(forged)} forged messages got the answer of genuine ones: {alike[0].status}"
            evidence, cases = tuple(_line(delivery) for delivery in alike), _cases(forged, [], otherwise=Verdict.PASS)
            cases = (*cases, Case(name=ALIKE, verdict=Verdict.FAIL, observed=seen))
            return self.fails(seen, evidence=evidence, examined=len(forged), advice=advice, cases=cases)
        return None


def _believed(journal: Journal, forged: list[Delivery]) -> Witness | None:
    """Forged ids among those that were applied."""
    told = last_applied(journal) or {}
    names = {journal.names.get(text, "") for text, count in told.items() if count > 0}
    believed = [delivery for delivery in forged if f"forged:{delivery.name}" in names]
    if not believed:
        return None
    more = f", and {len(believed) - 1} more" if believed[1:] else ""
    return (
        f"a forged message was applied: {_plain(believed[0].name)}{more}",
        tuple(_line(delivery) for delivery in believed),
        believed,
    )


def _moved(journal: Journal, forged: list[Delivery]) -> Witness | None:
    """A state that forgeries moved to where a genuine message of that kind moved another end user's."""
    reading = StateReader(journal)
    for step in sorted({delivery.step for delivery in forged}):
        sent = [delivery for delivery in forged if delivery.step == step]
        kind = next((kind for delivery in sent if (kind := kind_of(delivery))), "")
        around = reading.around(step, sent[0].participant)
        known = _genuine_move(journal, reading, kind)
        paths = moved_alike(known, around) if known and around else []
        if paths:
            suspects = [delivery for delivery in sent if delivery.outcome == "ack"] or sent
            seen = f"forged {kind} messages moved the state as a genuine one does: {paths[0]}"
            return seen, tuple(_line(suspect) for suspect in suspects), suspects
    return None


def _told(journal: Journal) -> Witness | None:
    leaks = [leak for leak in journal.all(Leak) if leak.place.startswith("the answer to forged")]
    if not leaks:
        return None
    return (
        f"the answer to a forged message tells the {leaks[0].kind}",
        tuple(f"{leak.place}: {leak.kind}" for leak in leaks),
        [],
    )


def _silent(forged: list[Delivery]) -> Witness | None:
    """A receiver that hangs, or does not listen any more."""
    hung = [delivery for delivery in forged if "limit" in delivery.trouble]
    if hung:
        return f"{len(hung)} forged messages got no answer at all", tuple(_line(delivery) for delivery in hung), hung
    if any(delivery.trouble == "connection refused" for delivery in forged):
        # How a connection ends when a process dies is a matter of time; which came first is not.
        first = next(delivery for delivery in forged if delivery.status is None)
        seen = f"the receiver did not listen any more after a forged message: {_plain(first.name)}"
        return seen, (f"{_plain(first.name)}: no answer",), [first]
    return None


def _has_control(journal: Journal, forged: list[Delivery]) -> bool:
    told = last_applied(journal)
    if told is not None:
        return any(told.get(delivery.message_id, 0) for delivery in genuine(journal))
    reading = StateReader(journal)
    kinds = {kind_of(delivery) for delivery in forged} - {""}
    moves = [_genuine_move(journal, reading, kind) for kind in sorted(kinds)]
    return any(move is not None and move[0] != move[1] for move in moves)


def _answered_alike(journal: Journal, forged: list[Delivery]) -> list[Delivery]:
    """Forgeries that got the very answer that genuine messages get."""
    answers = {
        (delivery.status, delivery.response_body)
        for delivery in genuine(journal)
        if delivery.outcome == "ack" and delivery.status != QUEUED
    }
    return [
        delivery
        for delivery in _posted(forged)
        if delivery.outcome == "ack" and (delivery.status, delivery.response_body) in answers
    ]


def _cases(forged: list[Delivery], guilty: list[Delivery], *, otherwise: Verdict) -> tuple[Case, ...]:
    """Every forgery by name, those that *guilty* convicts as failed."""
    convicted = {delivery.name for delivery in guilty}
    silent = _silent(forged)
    answers = Case(
        name=RESPONDS_TO_JUNK,
        verdict=Verdict.FAIL if silent else Verdict.PASS,
        observed=silent[0] if silent else "every forged message was answered",
        events=tuple(delivery.event for delivery in silent[2][:1]) if silent else (),
    )
    return answers, *(
        Case(
            name=delivery.name,
            verdict=Verdict.FAIL if delivery.name in convicted else otherwise,
            observed=f"{_plain(delivery.name)}: {delivery.status or 'no answer'}",
            events=(delivery.event,),
        )
        for delivery in {delivery.name: delivery for delivery in forged}.values()
    )


def _acknowledged(forged: list[Delivery]) -> tuple[str, ...]:
    found = [_plain(delivery.name) for delivery in _posted(forged) if delivery.outcome == "ack"]
    if not found:
        return ()
    return (f"2xx, though without effect, on {_some(found)}: a wrong secret would lose every event in silence",)


def _remarks(journal: Journal, forged: list[Delivery]) -> tuple[str, ...]:
    return _server_errors(forged) + _slow(journal, forged)


def _slow(journal: Journal, forged: list[Delivery]) -> tuple[str, ...]:
    """Whether refusals take long although the machine is quick: something is done before the signature is checked."""
    quickest_s = min((delivery.took_s for delivery in journal.all(Delivery) if delivery.status is not None), default=0.0)
    took_s = [delivery.took_s for delivery in forged if delivery.outcome == "refuse"]
    if len(took_s) < SURE or median(took_s) - quickest_s <= SLOW_S:
        return ()
    return (f"refusals of forged messages took more than {SLOW_S:g} s; check the signature before any other work",)


def _server_errors(forged: list[Delivery]) -> tuple[str, ...]:
    found = [
        _plain(delivery.name)
        for delivery in _posted(forged)
        if delivery.status is not None and delivery.status >= 500 and delivery.status != 503
    ]
    return (f"5xx on {_some(found)}; 4xx would say that the sender is wrong",) if found else ()


def _posted(forged: list[Delivery]) -> list[Delivery]:
    """Other methods on the same path may lawfully be somebody else's, a health check for instance."""
    return [delivery for delivery in forged if not delivery.name.startswith(("get_", "put_"))]


def _genuine_move(journal: Journal, reading: StateReader, kind: str) -> Move | None:
    """The state of an end user before and after the step in which a genuine message of that kind was acknowledged."""
    for delivery in genuine(journal):
        if delivery.outcome == "ack" and kind_of(delivery) == kind:
            around = reading.around(delivery.step, delivery.participant)
            if around and around[0] != around[1]:
                return around
    return None


def _line(one: Delivery) -> str:
    return f"{_plain(one.name)}: {response_text(one)}"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _some(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
