"""Do the app's answers tell no secret, nor the signature that would have been right?"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator
from typing import ClassVar

from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.core.redaction import Index
from fiskil_harness.journal import Canaries, Delivery, Journal, Leak
from fiskil_harness.journal.queries.secrets import CREDENTIALS, EXPECTED_SIGNATURE, index_of
from fiskil_harness.probes.probe import PlainProbe

KINDS = (EXPECTED_SIGNATURE, *reversed(CREDENTIALS))
WEBHOOK_SECRET = "webhook secret"
TRACE = re.compile(rb"Traceback \(most recent call last\)|\n\s+at .+[.]([cm]?js|java|kt|rb|php|cs|ts)[:)]|goroutine \d+ \[")
"""How stack traces begin, or what their lines look like."""


class ResponsesContainNoSecrets(PlainProbe, frozen=True, kw_only=True, tag="responses_contain_no_secrets"):
    """No answer to a delivery holds a secret, a key, or the right signature of what was refused, in any spelling (I12).

    A stack trace is worth advice: it helps whoever attacks, and proves nothing.
    """

    expected: ClassVar[str] = "answers without the right signature, the secret or its key"
    source: ClassVar[str] = "webhooks.signature"
    fix: ClassVar[str] = "answer a refusal with a status alone, and keep the reason for the log"

    def examine(self, journal: Journal) -> Finding:
        """Search the answers to all deliveries, and those to forgeries for what would have been right."""
        answered = [delivery for delivery in journal.all(Delivery) if delivery.status is not None]
        refused = [delivery for delivery in answered if delivery.kind == "forged"]
        if not refused:
            return self.inconclusive("no forged message was answered")
        index = index_of(journal, KINDS)
        keys = list(_keys(journal))
        hits = dict.fromkeys(hit for delivery in answered for hit in _hits(delivery, index, keys))
        told = [*hits, *((leak.kind, leak.place) for leak in journal.all(Leak) if leak.place.startswith("the answer to"))]
        cases = tuple(_case(kind, [place for what, place in told if what == kind]) for kind in KINDS)
        advice = _traces(answered)
        if told:
            kind, place = told[0]
            lines = tuple(dict.fromkeys(f"{where}: the {what}" for what, where in told))
            return self.fails(
                f"{place} tells the {kind}", evidence=lines, examined=len(answered), advice=advice, cases=cases
            )
        return self.passes(f"{len(answered)} answers told no secret", examined=len(answered), advice=advice, cases=cases)


def _keys(journal: Journal) -> Iterator[bytes]:
    for canaries in journal.all(Canaries):
        for secret in canaries.values.get(WEBHOOK_SECRET, ()):
            try:
                yield base64.b64decode(secret)
            except binascii.Error:
                continue


def _signatures(delivery: Delivery, keys: list[bytes]) -> Iterator[bytes]:
    """What would have been right for a forgery, where it is not what the forgery itself carried."""
    if delivery.kind != "forged" or not delivery.body:
        return
    sent = b"\n".join(value.encode("latin-1", "replace") for _, value in delivery.headers)
    for key in keys:
        digest = hmac.digest(key, delivery.body, hashlib.sha256)
        text = base64.b64encode(digest)
        spellings = {text, text.rstrip(b"="), base64.urlsafe_b64encode(digest).rstrip(b"=")}
        spellings |= {digest.hex().encode(), digest.hex().upper().encode(), digest}
        yield from (spelling for spelling in spellings if spelling not in sent)


def _hits(delivery: Delivery, index: Index, keys: list[bytes]) -> Iterator[tuple[str, str]]:
    text = (
        delivery.response_body
        + b"\n"
        + "\n".join(value for _, value in delivery.response_headers).encode("latin-1", "replace")
    )
    place = f"the answer to {delivery.event}"
    if any(signature in text for signature in _signatures(delivery, keys)):
        yield EXPECTED_SIGNATURE, place
    yield from dict.fromkeys((hit.kind, place) for hit in index.hits(text))


def _case(kind: str, places: list[str]) -> Case:
    name = kind.replace(" ", "_")
    if places:
        return Case(name=name, verdict=Verdict.FAIL, observed=f"{places[0]} tells the {kind}")
    return Case(name=name, verdict=Verdict.PASS, observed=f"no answer tells the {kind}")


def _traces(answered: list[Delivery]) -> tuple[str, ...]:
    found = list(dict.fromkeys(delivery.event for delivery in answered if TRACE.search(delivery.response_body)))
    if not found:
        return ()
    more = f" and {len(found) - 3} more" if found[3:] else ""
    return (f"a stack trace stands in the answer to {', '.join(found[:3])}{more}; strangers learn from it",)
