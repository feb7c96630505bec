"""Are tokens and secrets absent from the app's responses, metrics, alerts and telemetry?"""

from collections.abc import Iterator

from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.journal import Delivery, Effects, Entry, FileWritten, HookCall, Journal, Reported, Visit
from fiskil_harness.journal.entries.secrets import SearchedPart
from fiskil_harness.journal.queries.secrets import CREDENTIALS, SecretsFound
from fiskil_harness.probes.probe import Finding, Probe
from fiskil_harness.probes.secrets.keeps_secrets_out_of_logs import has_secrets_at_hand

Response = tuple[str, tuple[Entry, SearchedPart], bool]
"""A name for a response in findings, the entry and its part with the text, and whether there is a text."""


class KeepsSecretsToItself(Probe, frozen=True, kw_only=True, tag="keeps_secrets_to_itself"):
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
        reports = journal.all(Reported)
        if not any(has_text for *_, has_text in responses) and not any(reported.text for reported in reports):
            return self.inconclusive("the app returned and reported nothing that the harness can read", hook=METRICS)
        if not has_secrets_at_hand(journal):
            return self.inconclusive("no API call and no message of the scenario carried a secret")
        found = SecretsFound(journal)
        hits = {
            (place, hit.description) for place, response, _ in responses for hit in found.of(*response, kinds=CREDENTIALS)
        }
        hits |= {(reported.place, hit.description) for reported in reports for hit in found.of(reported)}
        data = [filed for filed in journal.all(FileWritten) if not filed.is_log]
        in_files = {(filed.name, hit.description) for filed in data for hit in found.of(filed)}
        advice = tuple(f"{name} contains {secret}: anyone with the file has access" for name, secret in sorted(in_files))
        advice += tuple(f"{filed.name} was not searched completely: {filed.problem}" for filed in data if filed.problem)
        if hits:
            place, secret = min(hits)
            lines = tuple(f"{place}: {secret}" for place, secret in sorted(hits))
            return self.fails(f"{secret} is in {place}", evidence=lines, advice=advice)
        unread = next((reported for reported in reports if reported.problem), None)
        if unread:
            return self.inconclusive(f"not all of {unread.place} was read: {unread.problem}", advice=advice)
        # The number of alerts depends on timing, so only responses are counted.
        places = {place for place, _, has_text in responses if has_text} or {"reports"}
        return self.passes("the app's responses, pages and reports contain no secret", examined=len(places), advice=advice)


def _responses(journal: Journal) -> Iterator[Response]:
    """Yield each response of the app, with a name for it in findings."""
    for call in journal.all(HookCall):
        yield f"the response to {call.hook}", (call, "text"), bool(call.body)
    for effects in journal.all(Effects):
        yield "the response to app.observe.effects", (effects, "text"), effects.state is not None
    for visit in journal.all(Visit):
        if not visit.is_elsewhere:
            yield f"the page {visit.page}", (visit, "text"), bool(visit.body)
    for delivery in journal.all(Delivery):
        has_text = bool(delivery.response_body or any(value for _, value in delivery.response_headers))
        yield "the response to a delivery", (delivery, "response"), has_text
