"""The check of the requests that are no deliveries: pages, hooks, and the lives of end users who arrive during the load."""

from collections import Counter

from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.soak.checks.given import MOST_ERRORS, Given, Messages, finding
from fiskil_harness.soak.ledger import Request

AFTER_TROUBLE_S = 2.0
"""The observer begins and ends trouble at the API up to this long after the time in the plan."""


def serves_requests(given: Given, _messages: Messages) -> Finding:
    """Return whether pages and hooks worked under load, and whether the lives were played to their end."""
    expected = "a response below 500, or 503 with Retry-After, while the API is healthy; every life played to its end"
    fix = "keep pages and hooks independent of the work on webhooks; under too much load return 503 with Retry-After"
    requests = [request for request in given.ledger.requests if not _is_in_trouble(request, given)]
    failed = [request for request in requests if request.is_error]
    useless = sorted(
        {request.name for request in requests} - {request.name for request in requests if 200 <= request.status < 400}
    )
    lived = given.ledger.lived
    cut_short = sum(not life.is_complete for life in lived)
    is_explained = given.is_disturbed or any(phase.trouble for phase in given.timetable.phases)
    is_explained = is_explained or any(request.is_put_off for request in requests)
    observed = f"{len(failed):,} of {len(requests):,} requests failed while the API was healthy"
    observed += f"; {cut_short:,} of {len(lived):,} lives were cut short" if cut_short else ""
    evidence = [
        f"{count:,} x {name}: {status or 'no response'}"
        for (name, status), count in Counter((request.name, request.status) for request in failed).most_common()
    ]
    if len(failed) > MOST_ERRORS * len(requests):
        verdict = Verdict.INCONCLUSIVE if given.is_disturbed else Verdict.FAIL
    elif not requests and not lived:
        verdict = Verdict.INCONCLUSIVE
        observed = "no page was read and no end user arrived: set app.observe.pages or app.drive.start_session"
    elif useless or (cut_short and not is_explained):
        verdict = Verdict.INCONCLUSIVE
        observed += "".join(f"; no request of {name} succeeded" for name in useless)
    else:
        verdict = Verdict.PASS
    return finding(
        "serves_requests", verdict, observed, expected=expected, fix=fix, evidence=evidence, examined=len(requests)
    )


def _is_in_trouble(request: Request, given: Given) -> bool:
    """Return true if the API was slow or failing at some time during the request."""
    end_s = request.at - given.ledger.began_at
    begin_s = end_s - request.latency_s
    return any(
        phase.trouble and begin_s < phase.end_s + AFTER_TROUBLE_S and end_s > phase.start_s
        for phase in given.timetable.phases
    )
