"""Does the app's log contain the id and the reason of each message whose processing failed?"""

import re

from msgspec import Struct

from fiskil_harness.core.config.hooks import FAIL, LOGS
from fiskil_harness.journal import Delivery, Exchange, FailureReplaced, Journal
from fiskil_harness.journal.queries.api_calls import kind_of
from fiskil_harness.journal.queries.deliveries import ended_s, failed_deliveries, genuine
from fiskil_harness.journal.queries.failpoints import accepted_requests, failed_between, replaced_failures, windows
from fiskil_harness.journal.queries.logs import (
    Log,
    has_status,
    log_of,
    names_endpoint,
    reports_failure,
    without_requests,
    words_of,
)
from fiskil_harness.probes.probe import Finding, Probe

_ABOUT_DELIVERIES = re.compile(r"webhook|deliver|message|event|inbox", re.IGNORECASE)
"""Words with which a record names deliveries in general."""


MORE_WITH_HOOK = f"{FAIL} would also test errors in the app's own code and a database that is down"


class LogsFailedProcessing(Probe, frozen=True, kw_only=True, tag="logs_failed_processing"):
    """Check that a log line reports each failure that the harness requested, and names the message.

    Two kinds of failures are judged on their own: processing that fails after the acknowledgement, and a refused delivery.
    A receiver may refuse a request before it trusts the message's id, so a line about refused webhooks is enough there. A
    line in unknown words counts if no line about another message of this kind, which did not fail, has the same words. For
    an app without ``app.drive.fail``, refused forgeries and an API that fails during a job are the failures. They cause no
    FAIL: a correct app need not log a forgery, nor a call that succeeds when it is repeated.
    """

    expected = "message_id and reason of each processing that failed, and of each refused delivery"
    source = "practices: log failed webhook processing"
    fix = "catch every error in the processing of a message, and log its message_id and the error"

    def examine(self, journal: Journal) -> Finding:
        """Look for a log line about each requested failure."""
        if journal.all(FailureReplaced):
            return self._judge_replaced(journal)
        failures = _failures(journal)
        if not accepted_requests(journal):
            return self.inconclusive("no failure was requested from the app")
        if not failures:
            return self.inconclusive("the app does not report that it has failed", hook="app.observe.effects: failed")
        log = log_of(journal)
        if log.problem:
            return self.inconclusive(log.problem, hook=LOGS)
        return self._judge(log, failures, journal)

    def _judge_replaced(self, journal: Journal) -> Finding:
        """Look for log lines about refused forgeries, and about jobs whose API calls failed."""
        failures, log = replaced_failures(journal), log_of(journal)
        if not failures:
            return self.inconclusive("no forgery was refused, and no API call failed during a job", hook=FAIL)
        if log.problem:
            return self.inconclusive(log.problem, hook=LOGS)
        records = [
            record for record in without_requests(log).records if reports_failure(record, None) or has_status(record, 503)
        ]
        message_ids = {delivery.message_id for delivery in journal.all(Delivery)}
        if not all(_is_reported(failure, records, message_ids) for failure in failures):
            return self.inconclusive("no line of the log connects each failure to a message, webhooks or a call", hook=FAIL)
        observed = "refused forgeries and API failures during jobs are in the log"
        return self.passes(observed, examined=len(failures), advice=(MORE_WITH_HOOK,))

    def _judge(self, log: Log, failures: "list[_Failure]", journal: Journal) -> Finding:
        failed_ids = {message_id for failure in failures for message_id in failure.message_ids}
        unlogged = [
            failure
            for failure in failures
            if not _is_logged(log, failure.message_ids)
            and not log.particular(failure.message_ids, _like(journal, failure.message_ids) - failed_ids)
        ]
        examined = len(failures)
        if any(not failure.is_refusal for failure in unlogged):
            observed = "the processing of a message failed, but no line of the log reports it"
            return self.fails(observed, evidence=("no line with its message_id and a failure",))
        others = _failures_without_id(log, journal)
        if unlogged and not others:
            observed = "the app refused a genuine message, but no line of the log reports it"
            return self.fails(observed, evidence=("no line about it that reports a failure",))
        if unlogged and not any(map(_is_about_deliveries, others)):
            return self.inconclusive(
                "the app refused a genuine message, and no line that names it or webhooks reports a failure"
            )
        advice = ("name the message_id in the line about a refused delivery",) if unlogged else ()
        return self.passes("each failed processing is in the log", examined=examined, advice=advice)


class _Failure(Struct, frozen=True, kw_only=True):
    """A requested failure: the messages that it can concern, and whether the app refused a delivery because of it."""

    message_ids: tuple[str, ...]
    is_refusal: bool


def _failures(journal: Journal) -> list[_Failure]:
    """Return the requested failures that happened."""
    requests = accepted_requests(journal)
    failures = []
    for request, until_s in windows(requests):
        deliveries = [delivery for delivery in genuine(journal) if request.at_s <= ended_s(delivery) < until_s]
        refused = failed_deliveries(deliveries)
        if refused or (deliveries and failed_between(journal, request.at_s, until_s)):
            failures.append(_Failure(message_ids=_ids(refused or deliveries), is_refusal=bool(refused)))
    return failures


def _is_reported(failure: Delivery | Exchange, records: list[str], message_ids: set[str]) -> bool:
    """Return True if a record about a failure names webhooks or a message, or for a failed call its endpoint."""
    if isinstance(failure, Exchange) and any(names_endpoint(record, failure) for record in records):
        return True
    names_message = any(message_id in record for record in records for message_id in message_ids)
    return names_message or (isinstance(failure, Delivery) and any(map(_is_about_deliveries, records)))


def _ids(deliveries: list[Delivery]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(delivery.message_id for delivery in deliveries))


def _like(journal: Journal, message_ids: tuple[str, ...]) -> set[str]:
    """Return the ids of messages about events of the same kind as *message_ids*; their records have the usual words."""
    kinds = {kind_of(delivery) for delivery in genuine(journal) if delivery.message_id in message_ids}
    return {delivery.message_id for delivery in genuine(journal) if kind_of(delivery) in kinds}


def _is_logged(log: Log, message_ids: tuple[str, ...]) -> bool:
    return any(reports_failure(record, None) for record in log.naming(*message_ids))


def _is_about_deliveries(record: str) -> bool:
    return bool(_ABOUT_DELIVERIES.search(record) or words_of("delivery").search(record))


def _failures_without_id(log: Log, journal: Journal) -> list[str]:
    """Return the records that report a failure and name no message; entries of an access log do not count."""
    own = without_requests(log)
    named = set(own.naming(*(delivery.message_id for delivery in journal.all(Delivery))))
    return [record for record in own.records if record not in named and reports_failure(record, None)]
