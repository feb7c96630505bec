"""Are secrets and the valid signature absent from the app's responses to deliveries?"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator

from fiskil_harness.core.redaction import Index
from fiskil_harness.journal import Canaries, Delivery, Journal, Leak
from fiskil_harness.journal.queries.deliveries import first_of, has_stack_trace
from fiskil_harness.journal.queries.secrets import CREDENTIALS, EXPECTED_SIGNATURE, index_of
from fiskil_harness.probes.probe import Case, Finding, PlainProbe, Verdict

KINDS = (EXPECTED_SIGNATURE, *reversed(CREDENTIALS))
WEBHOOK_SECRET = "webhook secret"


class ResponsesContainNoSecrets(PlainProbe, frozen=True, kw_only=True, tag="responses_contain_no_secrets"):
    """Check that no response to a delivery contains a secret, a key or the valid signature, in any encoding.

    A stack trace gives advice only, because it helps an attacker but contains no secret.
    """

    judges_responses = True
    is_general = True
    expected = "responses without the right signature, the secret or its key"
    source = "webhooks.signature"
    fix = "refuse with a status only, and write the reason into the log"

    def examine(self, journal: Journal) -> Finding:
        """Search all responses for secrets, and responses to forgeries also for the signature that would have been valid."""
        responses = [delivery for delivery in journal.all(Delivery) if delivery.status is not None]
        refused = [delivery for delivery in responses if delivery.is_forged]
        if not refused:
            return self.inconclusive("no forged message got a response")
        index = index_of(journal, KINDS)
        keys = list(_keys(journal))
        hits = dict.fromkeys(hit for delivery in responses for hit in _hits(delivery, index, keys))
        leaks = [*hits, *((leak.kind, leak.place) for leak in journal.all(Leak) if leak.place.startswith("the response to"))]
        cases = tuple(_case(kind, [place for secret, place in leaks if secret == kind]) for kind in KINDS)
        advice = _traces(responses)
        if leaks:
            kind, place = leaks[0]
            lines = tuple(dict.fromkeys(f"{where}: the {secret}" for secret, where in leaks))
            return self.fails(
                f"{place} contains the {kind}", evidence=lines, examined=len(responses), advice=advice, cases=cases
            )
        return self.passes(
            f"{len(responses)} responses contained no secret", examined=len(responses), advice=advice, cases=cases
        )


def _keys(journal: Journal) -> Iterator[bytes]:
    for canaries in journal.all(Canaries):
        for secret in canaries.values.get(WEBHOOK_SECRET, ()):
            try:
                yield base64.b64decode(secret)
            except binascii.Error:
                continue


def _signatures(delivery: Delivery, keys: list[bytes]) -> Iterator[bytes]:
    """Yield the encodings of the signature that would have been valid for a forgery.

    Encodings that the forgery itself contained are left out.
    """
    if not delivery.is_forged or not delivery.body:
        return
    sent_headers = b"\n".join(value.encode("latin-1", "replace") for _, value in delivery.headers)
    for key in keys:
        digest = hmac.digest(key, delivery.body, hashlib.sha256)
        text = base64.b64encode(digest)
        spellings = {text, text.rstrip(b"="), base64.urlsafe_b64encode(digest).rstrip(b"=")}
        spellings |= {digest.hex().encode(), digest.hex().upper().encode(), digest}
        yield from (spelling for spelling in spellings if spelling not in sent_headers)


def _hits(delivery: Delivery, index: Index, keys: list[bytes]) -> Iterator[tuple[str, str]]:
    headers = "\n".join(f"{name}: {value}" for name, value in delivery.response_headers)
    text = delivery.response_body + b"\n" + headers.encode("latin-1", "replace")
    place = f"the response to {delivery.event}"
    if any(signature in text for signature in _signatures(delivery, keys)):
        yield EXPECTED_SIGNATURE, place
    yield from dict.fromkeys((hit.kind, place) for hit in index.hits(text))


def _case(kind: str, places: list[str]) -> Case:
    name = kind.replace(" ", "_")
    if places:
        return Case(name=name, verdict=Verdict.FAIL, observed=f"{places[0]} contains the {kind}")
    return Case(name=name, verdict=Verdict.PASS, observed=f"no response contains the {kind}")


def _traces(responses: list[Delivery]) -> tuple[str, ...]:
    events = list(dict.fromkeys(delivery.event for delivery in responses if has_stack_trace(delivery)))
    if not events:
        return ()
    return (f"the response to {first_of(events, 3)} contains a stack trace, which helps attackers",)
