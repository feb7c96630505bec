"""Is every genuine message acknowledged?"""

from typing import ClassVar

import msgspec

from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.journal.queries.deliveries import (
    CONNECTION_REFUSED,
    bites_during,
    events_by_id,
    genuine,
    last_applied,
    line,
    messages_of,
    of_kind,
    puts_off,
    response_text,
    was_ordered,
    why_busy,
)
from fiskil_harness.probes.probe import PlainProbe

NO_RECEIVER = {404, 405}
REFUSED_AS_FORGED = {400, 401, 403}
HUNG_UP = "hung up"
WRONG_FORMS = {
    "raw_key_base64": "the key is the text of the secret; decode the secret from base64 first",
    "raw_key_hex": "the key is the text of the secret and the digest is hex; decode the secret and compare base64",
    "literal_key_hex": "the key is the text secret.key, as in the documentation's OpenSSL recipe; decode the real secret",
    "literal_key_base64": "the key is the text secret.key; decode the real secret from base64",
    "hex": "the digest is compared as hex; the header carries base64",
    "hex_with_prefix": "the digest is compared as hex after sha256=; the header carries plain base64",
    "prefix": "the digest is looked for after sha256=; the header carries plain base64",
    "decoded_key": "the key is the secret decoded from base64; the text of the secret is the key",
    "hash_of_key_and_body": "the signature is taken for a plain hash of key and body; it is an HMAC",
    "hash_of_body_and_key": "the signature is taken for a plain hash of body and key; it is an HMAC",
    "hash_of_text_and_body": "the signature is taken for a plain hash of the secret's text and the body; it is an HMAC",
    "hex_hash_of_text_and_body": "the signature is taken for a plain hash of secret and body in hex; it is an HMAC",
    "time_milliseconds": "the time of the attempt is taken for milliseconds; it is in seconds",
}
"""Signatures that a receiver takes in place of the right one, and what that says about it."""
AFTERWARDS = "after_junk"
"""The case of the genuine messages that came after forgeries or oddities."""


class AcknowledgesGenuine(PlainProbe, frozen=True, kw_only=True, tag="acknowledges_genuine"):
    """A genuine message gets 2xx, however its JSON is written, unless something was broken on purpose.

    In a burst the app may refuse what it acknowledges in the end; refusing a repetition of what it has is worth advice.
    """

    expected: ClassVar[str] = "2xx for every message that Fiskil signed, whatever bytes it is written in"
    source: ClassVar[str] = "webhooks.success"
    fix: ClassVar[str] = "verify the raw bytes as they arrived, and ignore fields and events that you do not know"

    def examine(self, journal: Journal) -> Finding:
        """Look at each answer in the light of what came before and after."""
        made = genuine(journal)
        if not made:
            return self.inconclusive("no genuine message was delivered")
        if not any(delivery.outcome == "ack" for delivery in made):
            return self._of_a_deaf_receiver(journal, made)
        advice = _server_errors(journal)
        refused = [delivery for delivery in made if delivery.outcome != "ack"]
        unexcused = [delivery for delivery in refused if not _is_excused(journal, delivery, made)]
        ignored = _ignored(journal, made)
        cases = (
            *_cases(made, [*unexcused, *ignored]),
            *_afterwards(journal, made, unexcused),
            *_forms(journal, is_deaf=False),
        )
        if unexcused:
            return self._of_refusals(unexcused, made, advice=advice, cases=cases)
        reason, hook = why_busy(journal)
        if ignored and reason:
            return self.inconclusive(reason, hook=hook, advice=advice)
        if ignored:
            seen = f"{len(ignored)} messages that were written another way were acknowledged and ignored"
            evidence = tuple(line(delivery) for delivery in ignored)
            return self.fails(seen, evidence=evidence, examined=messages_of(made), advice=advice, cases=cases)
        advice += _refused_again(refused, made)
        taken = messages_of(delivery for delivery in made if delivery.outcome == "ack")
        return self.passes(f"{taken} genuine messages were acknowledged", examined=taken, advice=advice, cases=cases)

    def _of_refusals(
        self, refused: list[Delivery], made: list[Delivery], *, advice: tuple[str, ...], cases: tuple[Case, ...]
    ) -> Finding:
        """Some messages were not taken: put off, lost on one who has ended, or refused."""
        if all(puts_off(delivery) for delivery in refused):
            seen = f"{messages_of(refused)} genuine messages were put off for longer than they were waited with"
            return self.inconclusive(f"{seen} ({response_text(refused[0])})", advice=advice)
        seen = f"{messages_of(refused)} of {messages_of(made)} genuine messages were not acknowledged at once"
        if refused[-1].trouble == CONNECTION_REFUSED and made[-1].trouble == CONNECTION_REFUSED:
            seen += ": the receiver did not listen any more"
        evidence = tuple(line(delivery) for delivery in refused)
        return self.fails(seen, evidence=evidence, examined=messages_of(made), advice=advice, cases=cases)

    def _of_a_deaf_receiver(self, journal: Journal, made: list[Delivery]) -> Finding:
        """Nothing genuine was taken: say what is taken instead, if anything is."""
        answers = sorted({response_text(delivery) for delivery in made})
        if all(delivery.status in NO_RECEIVER for delivery in made):
            seen = f"every delivery was answered {' or '.join(answers)}: is app.webhook.path the receiver's?"
            return self.inconclusive(seen, hook="app.webhook")
        if answers == [CONNECTION_REFUSED]:
            return self.inconclusive("nobody listens at the receiver's address: it has ended, or was never started")
        taken = [
            delivery.name for delivery in journal.all(Delivery) if delivery.outcome == "ack" and delivery.name in WRONG_FORMS
        ]
        seen = f"every genuine delivery was refused ({' or '.join(answers)})"
        if taken:
            seen += f"; the receiver takes {taken[0].replace('_', ' ')} instead: {WRONG_FORMS[taken[0]]}"
        cases = _forms(journal, is_deaf=True)
        found = self.fails(
            seen, evidence=tuple(line(delivery) for delivery in made), examined=messages_of(made), cases=cases
        )
        return found if taken else msgspec.structs.replace(found, fix=_first_to_look_at(made, self.fix))


def _first_to_look_at(made: list[Delivery], fix: str) -> str:
    """A receiver that takes nothing at all is seldom one with a subtle flaw."""
    if all(delivery.status is None for delivery in made):
        return "see that an HTTP server is at this address and answers each POST, and read what it logs about these"
    if all(delivery.status in REFUSED_AS_FORGED for delivery in made):
        return f"see first that the receiver has the secret that the harness signs with, and lets its address in; then {fix}"
    return fix


def _cases(made: list[Delivery], guilty: list[Delivery]) -> tuple[Case, ...]:
    """Every way in which a genuine message was written."""
    refused = {delivery.name for delivery in guilty}
    written = {delivery.name: delivery for delivery in made if delivery.name}
    return tuple(
        Case(
            name=name,
            verdict=Verdict.FAIL if name in refused else Verdict.PASS,
            observed=f"{name.replace('_', ' ')}: {response_text(delivery)}",
            events=(delivery.event,),
        )
        for name, delivery in written.items()
    )


def _afterwards(journal: Journal, made: list[Delivery], unexcused: list[Delivery]) -> tuple[Case, ...]:
    """Whether genuine messages were answered at all once junk had come; a status below 500 tells of something else."""
    junk = [delivery.at_s for delivery in journal.all(Delivery) if delivery.kind in {"forged", "unusual"}]
    later = [delivery for delivery in made if junk and delivery.at_s > junk[0]]
    if not later or not any(delivery.outcome == "ack" for delivery in made if delivery.at_s < junk[0]):
        return ()
    broken = [
        delivery for delivery in later if delivery in unexcused and (delivery.status is None or delivery.status >= 500)
    ]
    seen = f"a genuine message afterwards: {response_text((broken or later)[0])}"
    verdict = Verdict.FAIL if broken else Verdict.PASS
    return (Case(name=AFTERWARDS, verdict=verdict, observed=seen, events=tuple(delivery.event for delivery in broken[:1])),)


def _forms(journal: Journal, *, is_deaf: bool) -> tuple[Case, ...]:
    """Every wrong form that was tried: it matters where it is taken in place of the right one."""
    tried = {delivery.name: delivery for delivery in journal.all(Delivery) if delivery.name in WRONG_FORMS}
    return tuple(
        Case(
            name=name,
            verdict=Verdict.FAIL if is_deaf and delivery.outcome == "ack" else Verdict.PASS,
            observed=WRONG_FORMS[name]
            if is_deaf and delivery.outcome == "ack"
            else f"{name.replace('_', ' ')}: {response_text(delivery)}",
            events=(delivery.event,),
        )
        for name, delivery in tried.items()
    )


def _is_excused(journal: Journal, refused: Delivery, made: list[Delivery]) -> bool:
    """Whether a correct app may refuse this one."""
    others = [delivery for delivery in made if delivery.message_id == refused.message_id and delivery is not refused]
    is_taken = any(delivery.outcome == "ack" for delivery in others)
    is_repetition = any(
        delivery.at_s < refused.at_s and (delivery.outcome == "ack" or HUNG_UP in delivery.trouble) for delivery in others
    )
    was_in_burst = refused.group > 0 and is_taken
    return (
        HUNG_UP in refused.trouble
        or is_repetition
        or was_in_burst
        or bool(bites_during(journal, refused))
        or was_ordered(journal, refused)
    )


def _ignored(journal: Journal, made: list[Delivery]) -> list[Delivery]:
    """Messages written another way, acknowledged and not applied, though others about the same kind of event were."""
    told = last_applied(journal)
    if told is None:
        return []
    events = events_by_id(journal)
    used = [
        delivery
        for delivery in made
        if delivery.outcome == "ack" and delivery.message_id in events and events[delivery.message_id].is_subscribed
    ]
    applied = {events[delivery.message_id].kind for delivery in used if told.get(delivery.message_id, 0)}
    return [
        delivery
        for delivery in used
        if delivery.name and events[delivery.message_id].kind in applied and not told.get(delivery.message_id, 0)
    ]


def _refused_again(refused: list[Delivery], made: list[Delivery]) -> tuple[str, ...]:
    known = {delivery.message_id for delivery in made if delivery.outcome == "ack"}
    again = [delivery for delivery in refused if delivery.message_id in known and delivery.status is not None]
    if not again:
        return ()
    return (f"repetitions of acknowledged messages were refused ({again[0].status}); 2xx would end the retries",)


def _server_errors(journal: Journal) -> tuple[str, ...]:
    odd = [
        delivery.name.replace("_", " ")
        for delivery in of_kind(journal, "unusual")
        if delivery.status is not None and delivery.status >= 500
    ]
    if not odd:
        return ()
    more = f" and {len(odd) - 4} more" if len(odd) > 4 else ""
    return (f"5xx on signed oddities that Fiskil never sends: {', '.join(odd[:4])}{more}",)
