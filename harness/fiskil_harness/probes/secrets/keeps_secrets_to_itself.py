"""Are tokens and secrets absent from the app's responses, metrics, alerts and telemetry?"""

from collections.abc import Iterator

import msgspec

from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.journal import Delivery, Effects, FileWritten, HookCall, Journal, Reported, Visit
from fiskil_harness.journal.queries.secrets import CREDENTIALS, index_of
from fiskil_harness.probes.probe import Finding, PlainProbe
from fiskil_harness.probes.secrets.keeps_secrets_out_of_logs import has_secrets_at_hand

Text = tuple[str, bytes]


class KeepsSecretsToItself(PlainProbe, frozen=True, kw_only=True, tag="keeps_secrets_to_itself"):
    """Check that no response, page, metric, alert or telemetry contains a token, a secret, or nine characters of either.

    Metrics, alerts and telemetry must not contain a full account number either. Responses and pages may, because they may
    show end users their own account numbers. If metrics, alerts or telemetry were not read completely, the result cannot be
    PASS. A token in a file that is not a log gives advice only.
    """

    is_general = True
    expected = "no token or secret in any response, page, metric or alert"
    source = "token.never-logged"
    fix = "put ids, routes and statuses into responses and reports, but no headers, tokens or settings"

    def examine(self, journal: Journal) -> Finding:
        """Search all responses and reports of the app, and give advice about other files with secrets."""
        responses = list(_responses(journal))
        reports = [(reported.place, reported.text) for reported in journal.all(Reported)]
        if not any(text for _, text in (*responses, *reports)):
            return self.inconclusive("the app returned and reported nothing that the harness can read", hook=METRICS)
        if not has_secrets_at_hand(journal):
            return self.inconclusive("no API call and no message of the scenario carried a secret")
        credentials, all_secrets = index_of(journal, CREDENTIALS), index_of(journal)
        hits = {(place, hit.text) for place, text in responses for hit in credentials.hits(text)}
        hits |= {(place, hit.text) for place, text in reports for hit in all_secrets.hits(text)}
        in_files = {
            (filed.name, hit.text)
            for filed in journal.all(FileWritten)
            if not filed.is_log
            for hit in credentials.hits(filed.text)
        }
        advice = tuple(f"{name} contains {secret}: anyone with the file has access" for name, secret in sorted(in_files))
        if hits:
            place, secret = min(hits)
            lines = tuple(f"{place}: {secret}" for place, secret in sorted(hits))
            return self.fails(f"{secret} is in {place}", evidence=lines, examined=len(responses), advice=advice)
        unread = next((reported for reported in journal.all(Reported) if reported.problem), None)
        if unread:
            return self.inconclusive(f"not all of {unread.place} was read: {unread.problem}", advice=advice)
        # The number of alerts depends on timing, so only responses are counted.
        places = {place for place, text in responses if text} or {"reports"}
        return self.passes("the app's responses, pages and reports contain no secret", examined=len(places), advice=advice)


def _responses(journal: Journal) -> Iterator[Text]:
    """Yield each response of the app, with a name for it in findings."""
    for call in journal.all(HookCall):
        yield f"the response to {call.hook}", call.body
    for effects in journal.all(Effects):
        yield "the response to app.observe.effects", msgspec.json.encode(effects.state) if effects.state is not None else b""
    for visit in journal.all(Visit):
        if not visit.is_elsewhere:
            yield f"the page {visit.page}", visit.body
    for delivery in journal.all(Delivery):
        headers = "\n".join(f"{name}: {value}" for name, value in delivery.response_headers).encode("latin-1", "replace")
        yield "the response to a delivery", delivery.response_body + b"\n" * bool(headers) + headers
