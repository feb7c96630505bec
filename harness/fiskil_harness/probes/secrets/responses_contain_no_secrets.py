"""Are secrets and the valid signature absent from the app's responses to deliveries?"""

from collections.abc import Iterator

from fiskil_harness.journal import Delivery, Journal, Leak
from fiskil_harness.journal.queries.deliveries import first_of, has_stack_trace
from fiskil_harness.journal.queries.secrets import CREDENTIALS, EXPECTED_SIGNATURE, SecretsFound
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

KINDS = (EXPECTED_SIGNATURE, *reversed(CREDENTIALS))


class ResponsesContainNoSecrets(Probe, frozen=True, kw_only=True, tag="responses_contain_no_secrets"):
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
        found = SecretsFound(journal)
        hits = dict.fromkeys(hit for delivery in responses for hit in _hits(delivery, found))
        leaks = [*hits, *((leak.kind, leak.place) for leak in journal.all(Leak) if leak.place.startswith("the response to"))]
        cases = tuple(_case(kind, [place for secret, place in leaks if secret == kind]) for kind in KINDS)
        advice = _traces(responses)
        if leaks:
            kind, place = leaks[0]
            lines = tuple(dict.fromkeys(f"{where}: the {secret}" for secret, where in leaks))
            return self.fails(f"{place} contains the {kind}", evidence=lines, advice=advice, cases=cases)
        return self.passes(
            f"{len(responses)} responses contained no secret", examined=len(responses), advice=advice, cases=cases
        )


def _hits(delivery: Delivery, found: SecretsFound) -> Iterator[tuple[str, str]]:
    place = f"the response to {delivery.event}"
    hits = (*found.of(delivery, "signature"), *found.of(delivery, "response"))
    yield from dict.fromkeys((hit.kind, place) for hit in hits)


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
