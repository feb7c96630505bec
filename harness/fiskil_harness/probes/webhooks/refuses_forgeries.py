"""Are forged messages refused, without any effect?"""

from collections.abc import Callable
from functools import partial
from statistics import median

import msgspec

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.journal import Delivery, Effects, Idle, Journal, Leak, ProcessChanged
from fiskil_harness.journal.queries.api_calls import kind_of
from fiskil_harness.journal.queries.deliveries import (
    CONNECTION_REFUSED,
    NOTHING_LISTENS,
    case_of,
    first_of,
    genuine,
    last_applied,
    of_kind,
    readable,
    response_text,
    was_never_listening,
)
from fiskil_harness.journal.queries.state import StateReader, differing, equal_changes
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

QUEUED = 202
SLOW_S, SURE = 1.0, 3
"""Refusals are slow if there are at least SURE of them and their median exceeds the fastest response by SLOW_S seconds."""
ALIKE = "same_response"
"""Name of the case for forgeries that have no effect but get the same response as genuine messages."""
RESPONDS_TO_JUNK = "responds_to_junk"
"""Name of the case that fails if the receiver hangs or exits after a forgery."""
NO_SIGNATURE = frozenset({"unsigned", "empty_header", "put_unsigned", "get_unsigned"})
"""Forgeries without a signature."""
OTHER_BYTES = frozenset({"respaced", "repeated_key", "trailing_newline", "byte_order_mark", "invalid_byte"})
"""Forgeries with another body that becomes the signed one if a receiver decodes it, or parses and serialises it."""
OTHER_KEYS = frozenset({"random_signature", "other_secret"})
"""Forgeries that only a receiver without any check accepts."""
GUESSED_KEYS = ("empty_key", "key_")
"""Beginnings of the names of forgeries that are signed with an empty or a guessed key."""
Witness = tuple[str, tuple[str, ...], list[Delivery]]
"""Proof of a failure: the observation as text, lines of evidence, and the forgeries that caused the failure."""


class RefusesForgeries(Probe, frozen=True, kw_only=True, tag="refuses_forgeries"):
    """Check that no message without Fiskil's signature is applied or changes the state as a genuine message does.

    The probe fails if a forgery gets no response. It also fails if a forgery has no effect but gets the same 2xx response
    as genuine messages: with a wrong secret, every event would be lost unnoticed. The status 202 is an exception, because
    it only means that the message is queued. Slow refusals give only advice, because an app may delay forgeries on purpose.

    Without the effects hook only responses are judged; that every forgery was refused is then evidence, but no proof.
    """

    judges_responses = True
    needs = (EFFECTS,)
    around = ("deliver", "forge", "forge_every", "forge_without_secret")
    expected = "no effect of a message that Fiskil did not sign, and a response other than 2xx"
    source = "webhooks.signature"
    fix = "first compare the header with base64(HMAC-SHA256(base64-decoded secret, raw body)) in constant time"

    def examine(self, journal: Journal) -> Finding:
        """Look for effects of forgeries, and for a genuine message that had an effect.

        Without an effect of a genuine message, effects of forgeries might be invisible, so the result is INCONCLUSIVE.
        """
        forged = of_kind(journal, "forged")
        if not forged and any(started.is_refusal for started in journal.all(ProcessChanged)):
            return self.passes("the app does not start without its webhook secret", examined=1)
        if not forged:
            return self.inconclusive("no forged message was delivered")
        if was_never_listening(journal):
            return self.inconclusive(NOTHING_LISTENS)
        failure = self._failure(journal, forged)
        if failure is not None:
            return failure
        advice = (*_advice(journal, forged), *_advice_on_2xx(forged))
        observed, cases = (
            f"{len(forged)} forged messages had no effect",
            _cases(forged, [], otherwise=lambda _: Verdict.PASS),
        )
        cases = (*cases, Case(name=ALIKE, verdict=Verdict.PASS, observed="no forgery got the response of genuine messages"))
        return self.passes(observed, examined=len(forged), advice=advice, cases=cases)

    def _failure(self, journal: Journal, forged: list[Delivery]) -> Finding | None:
        """Return a FAIL or INCONCLUSIVE finding, or None if the app passes."""
        advice = _advice(journal, forged)
        has_control = _has_genuine_effect(journal, forged)
        otherwise = partial(_verdict_without_witness, journal, has_control=has_control)
        witness = _applied(journal, forged) or _changed_state(journal, forged) or _leaked(journal)
        if witness:
            observed, evidence, accepted = witness
            cases = _cases(forged, accepted, otherwise=otherwise)
            finding = self.fails(observed, evidence=evidence, advice=advice, cases=cases)
            return msgspec.structs.replace(finding, fix=_fix_for(forged, accepted) or self.fix)
        silent = _silent(forged)
        if silent:
            # A receiver that hangs or exits did not accept the forgery, so that is a separate case.
            cases = _cases(forged, [], otherwise=lambda _: Verdict.INCONCLUSIVE)
            return self.fails(silent[0], evidence=silent[1], advice=advice, cases=cases)
        unclear = _unclear_changes(journal, forged)
        if unclear:
            return self.inconclusive(f"the state changed while forgeries were refused, and also without them: {unclear[0]}")
        if not has_control and journal.all(Effects):
            return self.inconclusive(
                "no genuine delivery had a visible effect, so a forged one cannot show one", hook=EFFECTS
            )
        alike = _with_genuine_response(journal, forged)
        if alike:
            observed = f"{len(alike)} of {len(forged)} forged messages got the response of genuine ones: {alike[0].status}"
            # Without effects, a receiver that refuses other forgeries seems to accept these.
            accepted = alike if not has_control and len(alike) < len(forged) else []
            case = Case(name=ALIKE, verdict=Verdict.INCONCLUSIVE if accepted else Verdict.FAIL, observed=observed)
            cases = (*_cases(forged, accepted, otherwise=otherwise), case)
            evidence = tuple(map(_line, alike))
            finding = self.fails(observed, evidence=evidence, advice=advice, cases=cases)
            return msgspec.structs.replace(finding, fix=_fix_for(forged, alike) or self.fix)
        cases = _cases(forged, [], otherwise=otherwise)
        by_responses = self.inconclusive(_responses(journal, forged), hook=EFFECTS, advice=advice, cases=cases)
        return None if has_control else by_responses


def _verdict_without_witness(journal: Journal, delivery: Delivery, *, has_control: bool) -> Verdict:
    """Return the verdict about a forgery that was not accepted, as far as effects or responses show.

    Without effects, a refusal by a receiver that acknowledges genuine messages passes as a case.
    """
    is_control_acknowledged = any(genuine_delivery.is_acknowledged for genuine_delivery in genuine(journal))
    is_turned_away = not journal.all(Effects) and delivery.is_refused and not delivery.is_server_error
    return Verdict.PASS if has_control or (is_turned_away and is_control_acknowledged) else Verdict.INCONCLUSIVE


def _fix_for(forged: list[Delivery], accepted: list[Delivery]) -> str:
    """Return the remedy for the mistake that the *accepted* forgeries show; "" if it is a wrong comparison."""
    names = {delivery.name for delivery in accepted}
    if not names:
        return ""
    if names <= NO_SIGNATURE:
        return "treat a missing or empty signature as a wrong one"
    if names <= OTHER_BYTES:
        return (
            "compute the HMAC over the bytes that arrived (request.get_data(), express.raw()), not over text or JSON of them"
        )
    if all(name.startswith(GUESSED_KEYS) for name in names):
        return "refuse to start, or return 503, without a secret, and never fall back to another key"
    if names == {delivery.name for delivery in forged} and names & OTHER_KEYS:
        return "verify the signature of every message, and refuse to start, or return 503, without a secret"
    return ""


def _applied(journal: Journal, forged: list[Delivery]) -> Witness | None:
    """Return the forgeries whose message ids were applied, or None if there are none."""
    counts = last_applied(journal) or {}
    names = {journal.names.get(message_id, "") for message_id, count in counts.items() if count > 0}
    applied = [delivery for delivery in forged if f"forged:{delivery.name}" in names]
    if not applied:
        return None
    more = f", and {len(applied) - 1} more" if applied[1:] else ""
    return f"a forged message was applied: {readable(applied[0].name)}{more}", tuple(map(_line, applied)), applied


def _changed_state(journal: Journal, forged: list[Delivery]) -> Witness | None:
    """Return forgeries that changed the state in the same way as a genuine message of their kind, or None."""
    reader = StateReader(journal)
    for step in sorted({delivery.step for delivery in forged}):
        sent = [delivery for delivery in forged if delivery.step == step]
        kind = next((kind for delivery in sent if (kind := kind_of(delivery))), "")
        states = reader.around(step, sent[0].participant)
        genuine_move = reader.genuine_move(kind)
        paths = equal_changes(genuine_move, states) if genuine_move and states else []
        if paths and _changed_without_forgeries(journal, step, sent).isdisjoint(paths):
            forgeries = [delivery for delivery in sent if delivery.is_acknowledged] or sent
            observed = f"forged {kind} messages changed the state as a genuine one does: {paths[0]}"
            return observed, tuple(map(_line, forgeries)), forgeries
    return None


def _changed_without_forgeries(journal: Journal, step: int, sent: list[Delivery]) -> set[str]:
    """Return the paths at which the state changed in an idle step after refused forgeries; empty if there was none."""
    is_followed_by_idle_step = any(idle.step == step + 1 for idle in journal.all(Idle))
    states = StateReader(journal).around(step + 1, sent[0].participant)
    if not states or not is_followed_by_idle_step or not all(delivery.is_refused for delivery in sent):
        return set()
    return differing(*states)


def _unclear_changes(journal: Journal, forged: list[Delivery]) -> list[str]:
    """Return the paths at which the state changed while forgeries were refused, and also without them."""
    reader = StateReader(journal)
    for step in sorted({delivery.step for delivery in forged}):
        sent = [delivery for delivery in forged if delivery.step == step]
        states = reader.around(step, sent[0].participant)
        paths = differing(*states) & _changed_without_forgeries(journal, step, sent) if states else set()
        if paths:
            return sorted(paths)
    return []


def _leaked(journal: Journal) -> Witness | None:
    leaks = [leak for leak in journal.all(Leak) if leak.place.startswith("the response to forged")]
    if not leaks:
        return None
    lines = tuple(f"{leak.place}: {leak.kind}" for leak in leaks)
    return f"the response to a forged message contains the {leaks[0].kind}", lines, []


def _silent(forged: list[Delivery]) -> Witness | None:
    """Return the forgeries on which the receiver hung, or the first forgery after which the receiver stopped, or None."""
    hung = [delivery for delivery in forged if "limit" in delivery.problem]
    if hung:
        return f"{len(hung)} forged messages got no response", tuple(map(_line, hung)), hung
    if any(delivery.problem == CONNECTION_REFUSED for delivery in forged):
        # The error of a connection to a crashing process depends on timing, but the first forgery without response does not.
        first = next(delivery for delivery in forged if delivery.status is None)
        observed = f"the receiver stopped listening after a forged message: {readable(first.name)}"
        return observed, (f"{readable(first.name)}: no response",), [first]
    return None


def _has_genuine_effect(journal: Journal, forged: list[Delivery]) -> bool:
    counts = last_applied(journal)
    if counts is not None:
        return any(counts.get(delivery.message_id) for delivery in genuine(journal))
    reader = StateReader(journal)
    kinds = {kind_of(delivery) for delivery in forged} - {""}
    return any(reader.genuine_move(kind) is not None for kind in kinds)


def _with_genuine_response(journal: Journal, forged: list[Delivery]) -> list[Delivery]:
    """Return the forgeries that got the same response as genuine messages."""
    responses = {
        (delivery.status, delivery.response_body)
        for delivery in genuine(journal)
        if delivery.is_acknowledged and delivery.status != QUEUED
    }
    return [
        delivery
        for delivery in _posted(forged)
        if delivery.is_acknowledged and (delivery.status, delivery.response_body) in responses
    ]


def _responses(journal: Journal, forged: list[Delivery]) -> str:
    """Return how the receiver responded to forgeries and to genuine messages, where effects are not visible."""
    accepted = [readable(delivery.name) for delivery in _posted(forged) if delivery.is_acknowledged]
    refused = [delivery for delivery in forged if not delivery.is_acknowledged]
    statuses = ", ".join(sorted({response_text(delivery) for delivery in refused}))
    acknowledged = [delivery for delivery in genuine(journal) if delivery.is_acknowledged]
    if not acknowledged:
        return "no genuine message was acknowledged, so refusals of forged ones prove nothing"
    count = f"all {len(forged)}" if len(refused) == len(forged) else f"{len(refused)} of {len(forged)}"
    of_refused = f"{count} forged messages were refused ({statuses})" if refused else "only GET and PUT requests were forged"
    of_forged = f"2xx for {first_of(accepted)}" if accepted else of_refused
    return f"{of_forged}, and genuine ones got {acknowledged[0].status}; whether a forged one had an effect is not visible"


def _cases(
    forged: list[Delivery], accepted: list[Delivery], *, otherwise: Callable[[Delivery], Verdict]
) -> tuple[Case, ...]:
    """Return the case ``RESPONDS_TO_JUNK``, and one case for each kind of forgery.

    The cases of *accepted* forgeries fail, and *otherwise* returns the verdict about each of the others.
    """
    accepted_names = {delivery.name for delivery in accepted}
    silent = _silent(forged)
    responds = Case(
        name=RESPONDS_TO_JUNK,
        verdict=Verdict.FAIL if silent else Verdict.PASS,
        observed=silent[0] if silent else "every forged message got a response",
        events=tuple(delivery.event for delivery in silent[2][:1]) if silent else (),
    )
    return responds, *(
        case_of(
            delivery,
            Verdict.FAIL if delivery.name in accepted_names else otherwise(delivery),
            f"{readable(delivery.name)}: {delivery.status or 'no response'}",
        )
        for delivery in {delivery.name: delivery for delivery in forged}.values()
    )


def _advice_on_2xx(forged: list[Delivery]) -> tuple[str, ...]:
    names = [readable(delivery.name) for delivery in _posted(forged) if delivery.is_acknowledged]
    if not names:
        return ()
    return (f"2xx without an effect for {first_of(names)}: a wrong secret would lose every event unnoticed",)


def _advice(journal: Journal, forged: list[Delivery]) -> tuple[str, ...]:
    return _advice_on_server_errors(forged) + _advice_on_slowness(journal, forged)


def _advice_on_slowness(journal: Journal, forged: list[Delivery]) -> tuple[str, ...]:
    """Return advice if refusals take long although the machine is fast: the app probably checks the signature too late."""
    took_s = [delivery.took_s for delivery in forged if delivery.is_refused]
    if len(took_s) < SURE:
        return ()
    quickest_s = min(delivery.took_s for delivery in journal.all(Delivery) if delivery.status is not None)
    if median(took_s) - quickest_s <= SLOW_S:
        return ()
    return (f"refusals of forged messages took more than {SLOW_S:g} s; check the signature before any other work",)


def _advice_on_server_errors(forged: list[Delivery]) -> tuple[str, ...]:
    names = [readable(delivery.name) for delivery in _posted(forged) if delivery.is_server_error and delivery.status != 503]
    return (f"5xx for {first_of(names)}; 4xx would show that the sender is at fault",) if names else ()


def _posted(forged: list[Delivery]) -> list[Delivery]:
    """Return the forgeries sent by POST; other methods may reach another handler on the path, such as a health check."""
    return [delivery for delivery in forged if not delivery.name.startswith(("get_", "put_"))]


def _line(delivery: Delivery) -> str:
    return f"{readable(delivery.name)}: {response_text(delivery)}"
