"""Do tokens and secrets stay inside the app, wherever it answers, reports or keeps something?"""

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Delivery, Effects, Filed, HookCall, Journal, Reported, Visit
from fiskil_harness.journal.queries.secrets import CREDENTIALS, index_of
from fiskil_harness.probes.probe import PlainProbe
from fiskil_harness.probes.secrets.keeps_secrets_out_of_logs import has_secrets_at_hand

Said = tuple[str, bytes]


class KeepsSecretsToItself(PlainProbe, frozen=True, kw_only=True, tag="keeps_secrets_to_itself"):
    """No answer, page, metric, alert or telemetry of the app holds a token, a secret, or nine characters of either.

    In metrics, alerts and telemetry a full account number is one too many as well; answers and pages may show one to whom it
    belongs. Where not all of them was read, nothing is proven. What a file holds that is no log is worth advice: a database
    may keep a token, and better keeps none.
    """

    expected: ClassVar[str] = "no token or secret in any answer, page, metric or alert"
    source: ClassVar[str] = "token.never-logged"
    fix: ClassVar[str] = "answer and report with ids, routes and statuses; pass no headers, tokens or settings on"

    def examine(self, journal: Journal) -> Finding:
        """Search all that the app told anybody, and advise on what it keeps."""
        answers, reports = list(_answers(journal)), [(reported.place, reported.text) for reported in journal.all(Reported)]
        if not any(text for _, text in (*answers, *reports)):
            return self.inconclusive("the app told nothing that the harness can read", hook=METRICS)
        if not has_secrets_at_hand(journal):
            return self.inconclusive("no call and no message of the scenario carried a secret")
        credentials, every = index_of(journal, CREDENTIALS), index_of(journal)
        found = {(place, hit.text) for place, text in answers for hit in credentials.hits(text)}
        found |= {(place, hit.text) for place, text in reports for hit in every.hits(text)}
        kept = {
            (filed.name, hit.text)
            for filed in journal.all(Filed)
            if not filed.is_log
            for hit in credentials.hits(filed.text)
        }
        advice = tuple(f"{name} holds {what}: whoever gets the file gets in" for name, what in sorted(kept))
        if found:
            place, what = min(found)
            lines = tuple(f"{place}: {what}" for place, what in sorted(found))
            return self.fails(f"{what} stands in {place}", evidence=lines, examined=len(answers), advice=advice)
        lacks = [
            f"not all of {reported.place} was read: {reported.problem}"
            for reported in journal.all(Reported)
            if reported.problem
        ]
        if lacks:
            return self.inconclusive(lacks[0], advice=advice)
        # Alerts come when they come, so only answers are counted.
        places = {place for place, text in answers if text} or {"reports"}
        return self.passes("no secret in what it answered, showed and reported", examined=len(places), advice=advice)


def _answers(journal: Journal) -> Iterator[Said]:
    """What the app answered, and to what."""
    for call in journal.all(HookCall):
        yield f"the answer to {call.hook}", call.body
    for told in journal.all(Effects):
        yield "the answer to app.observe.effects", msgspec.json.encode(told.state) if told.state is not None else b""
    for visit in journal.all(Visit):
        if not visit.is_elsewhere:
            yield f"the page {visit.page}", visit.body
    for delivery in journal.all(Delivery):
        headers = "\n".join(value for _, value in delivery.response_headers).encode("latin-1", "replace")
        yield "the answer to a delivery", delivery.response_body + b"\n" * bool(headers) + headers
