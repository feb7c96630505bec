"""Is every genuine message acknowledged?"""

import msgspec

from fiskil_harness.journal import API_URL_IN_ENV, Delivery, Journal
from fiskil_harness.journal.queries.deliveries import (
    CONNECTION_REFUSED,
    HUNG_UP,
    NOTHING_LISTENS,
    UNKNOWN_EVENT,
    bites_during,
    case_of,
    describe,
    events_by_id,
    first_of,
    genuine,
    last_applied,
    messages_of,
    of_kind,
    readable,
    requests_pause,
    response_text,
    was_requested_failure,
    why_busy,
)
from fiskil_harness.journal.queries.unreachable_api import REMEDY, may_lack_the_api
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

NO_RECEIVER = {404, 405}
REFUSED_AS_FORGED = {400, 401, 403}
NOT_JUDGED = "the first response to each genuine message was not read, or a failure was requested or injected"
WRONG_FORMS = {
    "raw_key_base64": "the key is the text of the secret; decode the secret from base64 first",
    "raw_key_hex": "the key is the text of the secret and the digest is hex; decode the secret and compare base64",
    "literal_key_hex": "the key is the text secret.key, as in the documentation's OpenSSL recipe; decode the real secret",
    "literal_key_base64": "the key is the text secret.key; decode the real secret from base64",
    "hex": "the digest is compared as hex; the header carries base64",
    "hex_with_prefix": "the digest is compared as hex after sha256=; the header carries plain base64",
    "prefix": "the digest is expected after sha256=; the header carries plain base64",
    "decoded_key": "the key is the secret decoded from base64; the text of the secret is the key",
    "hash_of_key_and_body": "the signature is checked as a plain hash of key and body; it is an HMAC",
    "hash_of_body_and_key": "the signature is checked as a plain hash of body and key; it is an HMAC",
    "hash_of_text_and_body": "the signature is checked as a plain hash of the secret's text and the body; it is an HMAC",
    "hex_hash_of_text_and_body": "the signature is checked as a plain hash of secret and body in hex; it is an HMAC",
    "time_milliseconds": "the time of the attempt is read as milliseconds; it is in seconds",
}
"""Wrong signatures that a receiver may accept instead of the right signature, and the mistake that each of them reveals."""
LOST_BY_SERIALISING = {"escaped", "escaped_utf8", "escaped_slash", "odd_numbers", "big_integer"}
"""Variants whose bytes change if a receiver parses the JSON and serialises it again."""
FIX_FOR_FAILURES = "store the message, respond with 2xx, and process it afterwards; the receiver's log shows why it failed"
AFTERWARDS = "after_junk"
"""Name of the case for genuine messages that are delivered after junk (forged or unusual messages)."""
EVERY_MESSAGE = "every_message"
"""Name of the case that fails if the receiver refused every message, in whatever form it was signed."""


class AcknowledgesGenuine(Probe, frozen=True, kw_only=True, tag="acknowledges_genuine"):
    """Check that every genuine message gets 2xx in every JSON variant, unless a fault was injected.

    In a burst the app may refuse a message that it acknowledges later. If the app refuses a repetition of an acknowledged
    message, the probe gives only advice. A 5xx of a receiver that cannot reach the local Fiskil is INCONCLUSIVE.
    """

    judges_responses = True
    expected = "2xx for every message that Fiskil signed, however its bytes are written"
    source = "webhooks.success"
    fix = "verify the raw bytes as they arrived, and ignore unknown fields and events"

    def examine(self, journal: Journal) -> Finding:
        """Judge each response together with the deliveries before and after it."""
        deliveries = genuine(journal)
        if not deliveries:
            return self.inconclusive("no genuine message was delivered")
        if not any(delivery.is_acknowledged for delivery in deliveries):
            return self._nothing_acknowledged(journal, deliveries)
        advice = _advice_on_server_errors(journal)
        refused = [delivery for delivery in deliveries if not delivery.is_acknowledged]
        unexpected = [delivery for delivery in refused if not _may_be_refused(journal, delivery, deliveries)]
        doubtful = [delivery for delivery in unexpected if may_lack_the_api(journal, delivery)]
        unexpected = [delivery for delivery in unexpected if delivery not in doubtful]
        ignored = _ignored_variants(journal, deliveries)
        conclusive = [delivery for delivery in deliveries if delivery not in doubtful]
        cases = (
            *_variant_cases(journal, conclusive, [*unexpected, *ignored]),
            *_case_after_junk(journal, conclusive, unexpected),
            *_wrong_form_cases(journal, refuses_all=False),
        )
        if unexpected:
            return self._refusals(unexpected, deliveries, advice=advice, cases=cases)
        if ignored:
            return self._ignored(journal, ignored, advice=advice, cases=cases)
        if doubtful:
            return self._without_api(doubtful, deliveries, advice=advice, cases=cases)
        advice += _advice_on_repetitions(refused, deliveries)
        acknowledged = messages_of(delivery for delivery in deliveries if delivery.is_acknowledged)
        return self.passes(
            f"{acknowledged} genuine messages were acknowledged", examined=acknowledged, advice=advice, cases=cases
        )

    def _ignored(
        self,
        journal: Journal,
        ignored: list[Delivery],
        *,
        advice: tuple[str, ...],
        cases: tuple[Case, ...],
    ) -> Finding:
        """Return the finding for messages in another JSON form that were acknowledged and had no effect."""
        if busy := why_busy(journal):
            return self.inconclusive(*busy, advice=advice)
        observed = f"{len(ignored)} messages in another JSON form were acknowledged but not applied"
        evidence = tuple(map(describe, ignored))
        return self.fails(observed, evidence=evidence, advice=advice, cases=cases)

    def _refusals(
        self, refused: list[Delivery], deliveries: list[Delivery], *, advice: tuple[str, ...], cases: tuple[Case, ...]
    ) -> Finding:
        """Return the finding for messages that were not acknowledged: postponed, lost after a crash, or refused."""
        if all(requests_pause(delivery) for delivery in refused):
            observed = f"{messages_of(refused)} genuine messages were postponed for longer than the harness waits"
            return self.inconclusive(f"{observed} ({response_text(refused[0])})", advice=advice)
        observed = f"{messages_of(refused)} of {messages_of(deliveries)} genuine messages were not acknowledged immediately"
        if refused[-1].problem == CONNECTION_REFUSED and deliveries[-1].problem == CONNECTION_REFUSED:
            observed += ": the receiver stopped listening"
        evidence = tuple(map(describe, refused))
        finding = self.fails(observed, evidence=evidence, advice=advice, cases=cases)
        is_failure = all(delivery.is_server_error for delivery in refused)
        return msgspec.structs.replace(finding, fix=FIX_FOR_FAILURES) if is_failure else finding

    def _without_api(
        self,
        refused: list[Delivery],
        deliveries: list[Delivery],
        *,
        advice: tuple[str, ...] = (),
        cases: tuple[Case, ...] = (),
    ) -> Finding:
        """Return the finding for server errors of a receiver that cannot reach the local Fiskil."""
        responses = " or ".join(sorted({response_text(delivery) for delivery in refused}))
        observed = f"{messages_of(refused)} of {messages_of(deliveries)} genuine messages got {responses}; {REMEDY}"
        return self.inconclusive(observed, hook=API_URL_IN_ENV, advice=(*advice, FIX_FOR_FAILURES), cases=cases)

    def _nothing_acknowledged(self, journal: Journal, deliveries: list[Delivery]) -> Finding:
        """Return the finding if no genuine message was acknowledged; if a wrong signature was accepted, describe it."""
        if all(delivery.problem == CONNECTION_REFUSED for delivery in deliveries):
            return self.inconclusive(NOTHING_LISTENS)
        deliveries = [delivery for delivery in deliveries if _is_own_refusal(journal, delivery, deliveries)]
        if all(map(requests_pause, deliveries)):
            not_judged = self.inconclusive(NOT_JUDGED)
            return self._refusals(deliveries, deliveries, advice=(), cases=()) if deliveries else not_judged
        responses = sorted({response_text(delivery) for delivery in deliveries})
        if all(delivery.status in NO_RECEIVER for delivery in deliveries):
            observed = f"every delivery got {' or '.join(responses)}; check that app.webhook.path is the receiver's path"
            return self.inconclusive(observed, hook="app.webhook")
        accepted_forms = [
            delivery.name for delivery in journal.all(Delivery) if delivery.is_acknowledged and delivery.name in WRONG_FORMS
        ]
        # In a burst a small receiver may also reset connections.
        alone = [delivery for delivery in deliveries if delivery.status is not None or not delivery.group]
        if not accepted_forms and alone and all(may_lack_the_api(journal, delivery) for delivery in alone):
            return self._without_api(alone, deliveries)
        observed = f"every genuine message was refused: {' or '.join(responses)}"
        if not accepted_forms and _is_refused_as_forged(deliveries):
            observed += "; check secret and scheme"
        if accepted_forms:
            observed += f"; the receiver accepts {readable(accepted_forms[0])} instead: {WRONG_FORMS[accepted_forms[0]]}"
        cases = _wrong_form_cases(journal, refuses_all=True)
        if not accepted_forms:
            cases = (Case(name=EVERY_MESSAGE, verdict=Verdict.FAIL, observed=observed), *cases)
        evidence = tuple(map(describe, deliveries))
        finding = self.fails(observed, evidence=evidence, cases=cases)
        if accepted_forms:
            return finding
        return msgspec.structs.replace(finding, fix=_fix_for_refused_everything(deliveries, self.fix))


def _fix_for_refused_everything(deliveries: list[Delivery], fix: str) -> str:
    """Return the text ``fix`` for a receiver that refused every message: the setup is the likeliest cause."""
    if all(delivery.status is None for delivery in deliveries):
        return "check that an HTTP server listens at this address and responds to POST, and read its log"
    if _is_refused_as_forged(deliveries):
        return f"check first that the receiver has the harness's secret and scheme, and allows its address; then {fix}"
    return fix


def _is_refused_as_forged(deliveries: list[Delivery]) -> bool:
    """Return True if every response has a status for forged messages; a receiver may also close some connections."""
    return {delivery.status for delivery in deliveries if delivery.status is not None} <= REFUSED_AS_FORGED and any(
        delivery.status for delivery in deliveries
    )


def _variant_cases(journal: Journal, deliveries: list[Delivery], failed: list[Delivery]) -> tuple[Case, ...]:
    """Return one case for each variant of a genuine message; an unknown event is one too.

    A server error shows that the receiver serialises JSON again only if forged messages get the same status. Otherwise the
    case is INCONCLUSIVE, because the error may come from another place, such as the code that reads the message.
    """
    failed_names = {_variant_of(delivery) for delivery in failed}
    variants = {_variant_of(delivery): delivery for delivery in deliveries if _variant_of(delivery)}
    refusals = {delivery.status for delivery in journal.all(Delivery) if delivery.is_forged}

    def verdict_of(name: str, delivery: Delivery) -> Verdict:
        if name not in failed_names:
            return Verdict.PASS
        is_error = name in LOST_BY_SERIALISING and delivery.is_server_error and delivery.status not in refusals
        return Verdict.INCONCLUSIVE if is_error else Verdict.FAIL

    return tuple(
        Case(
            name=name,
            verdict=verdict_of(name, delivery),
            observed=f"{readable(name)}: {response_text(delivery)}",
            events=(delivery.event,),
        )
        for name, delivery in variants.items()
    )


def _variant_of(delivery: Delivery) -> str:
    return delivery.name or (UNKNOWN_EVENT if delivery.event == UNKNOWN_EVENT else "")


def _case_after_junk(journal: Journal, deliveries: list[Delivery], unexpected: list[Delivery]) -> tuple[Case, ...]:
    """Return the case for genuine messages delivered after junk (forged or unusual messages), or () if it proves nothing.

    The case fails if such a message got 5xx or no response. Other statuses have other causes than the junk.
    """
    junk_s = [delivery.at_s for delivery in journal.all(Delivery) if delivery.is_forged or delivery.is_unusual]
    later = [delivery for delivery in deliveries if junk_s and delivery.at_s > junk_s[0]]
    if not later or not any(delivery.is_acknowledged for delivery in deliveries if delivery.at_s < junk_s[0]):
        return ()
    failed = [
        delivery for delivery in later if delivery in unexpected and (delivery.status is None or delivery.is_server_error)
    ]
    observed = f"a genuine message afterwards: {response_text((failed or later)[0])}"
    verdict = Verdict.FAIL if failed else Verdict.PASS
    return (
        Case(name=AFTERWARDS, verdict=verdict, observed=observed, events=tuple(delivery.event for delivery in failed[:1])),
    )


def _wrong_form_cases(journal: Journal, *, refuses_all: bool) -> tuple[Case, ...]:
    """Return one case for each wrong signature that was tried.

    A case fails if the receiver accepted its signature and refused all genuine messages (*refuses_all*).
    """
    forms = {delivery.name: delivery for delivery in journal.all(Delivery) if delivery.name in WRONG_FORMS}
    return tuple(
        case_of(delivery, Verdict.FAIL, WRONG_FORMS[name])
        if refuses_all and delivery.is_acknowledged
        else case_of(delivery, Verdict.PASS, f"{readable(name)}: {response_text(delivery)}")
        for name, delivery in forms.items()
    )


def _is_own_refusal(journal: Journal, refused: Delivery, deliveries: list[Delivery]) -> bool:
    """Return True if only the app can be the reason for the refusal; no fault makes a signature wrong."""
    return refused.status in REFUSED_AS_FORGED or not _may_be_refused(journal, refused, deliveries)


def _may_be_refused(journal: Journal, refused: Delivery, deliveries: list[Delivery]) -> bool:
    """Return True if a correct app may refuse this delivery."""
    others = [delivery for delivery in deliveries if delivery.message_id == refused.message_id and delivery is not refused]
    was_acknowledged = any(delivery.is_acknowledged for delivery in others)
    is_repetition = any(
        delivery.at_s < refused.at_s and (delivery.is_acknowledged or HUNG_UP in delivery.problem) for delivery in others
    )
    was_in_burst = refused.group > 0 and was_acknowledged
    return (
        HUNG_UP in refused.problem
        or is_repetition
        or was_in_burst
        or bool(bites_during(journal, refused))
        or was_requested_failure(journal, refused)
    )


def _ignored_variants(journal: Journal, deliveries: list[Delivery]) -> list[Delivery]:
    """Return deliveries of variants that were acknowledged and not applied, although the app applies their kind of event."""
    counts = last_applied(journal)
    if counts is None:
        return []
    events = events_by_id(journal)
    subscribed = [
        delivery
        for delivery in deliveries
        if delivery.is_acknowledged and delivery.message_id in events and events[delivery.message_id].is_subscribed
    ]
    applied = {events[delivery.message_id].kind for delivery in subscribed if counts.get(delivery.message_id, 0)}
    return [
        delivery
        for delivery in subscribed
        if delivery.name and events[delivery.message_id].kind in applied and not counts.get(delivery.message_id, 0)
    ]


def _advice_on_repetitions(refused: list[Delivery], deliveries: list[Delivery]) -> tuple[str, ...]:
    acknowledged = {delivery.message_id for delivery in deliveries if delivery.is_acknowledged}
    repetitions = [delivery for delivery in refused if delivery.message_id in acknowledged and delivery.status is not None]
    if not repetitions:
        return ()
    return (f"repetitions of acknowledged messages were refused ({repetitions[0].status}); 2xx would end the retries",)


def _advice_on_server_errors(journal: Journal) -> tuple[str, ...]:
    variants = [readable(delivery.name) for delivery in of_kind(journal, "unusual") if delivery.is_server_error]
    if not variants:
        return ()
    return (f"5xx for signed messages that Fiskil never sends: {first_of(variants)}",)
