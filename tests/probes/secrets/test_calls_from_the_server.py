"""calls_from_the_server: the browser records whether a page called the API; browser headers do not fail."""

from fiskil_harness.journal import StepIncomplete
from fiskil_harness.probes import CallsFromTheServer, Verdict
from tests.probes.sights import TOKEN, BrowserJournal

PROBE = CallsFromTheServer()
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"


def test_a_page_that_calls_the_api_fails() -> None:
    """It fails with and without a response; the finding names the path without the query."""
    sights = BrowserJournal()
    sights.fetch(
        f"/v1/institutions?token={TOKEN}", kind="fetch", is_ours=False, is_api=True, status=None, problem="no response"
    )

    finding = PROBE.examine(sights.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "the page 'connect' requested /v1/institutions from the API",
    )


def test_a_picture_from_the_api_host_passes() -> None:
    """A page may load an institution's logo from there."""
    sights = BrowserJournal()
    sights.fetch("/logos/1.png", kind="image", is_ours=False, is_api=True)

    assert PROBE.examine(sights.journal).verdict is Verdict.PASS


def test_a_server_that_forwards_browser_headers_gets_advice() -> None:
    """The call still came from the server."""
    sights = BrowserJournal()
    sights.call("consents.list", request_headers=(("user-agent", AGENT), ("sec-fetch-site", "same-origin")))

    finding = PROBE.examine(sights.journal)

    assert (finding.verdict, len(finding.advice)) == (Verdict.PASS, 1)


def test_a_server_client_may_send_some_browser_headers() -> None:
    """Node's fetch sends sec-fetch-mode by itself."""
    sights = BrowserJournal()
    sights.call("consents.list", request_headers=(("user-agent", "node"), ("sec-fetch-mode", "cors")))

    finding = PROBE.examine(sights.journal)

    assert (finding.verdict, finding.advice) == (Verdict.PASS, ())


def test_a_page_with_unread_requests_is_inconclusive() -> None:
    """A script that was not loaded might have called the API."""
    sights = BrowserJournal()
    sights.fetch(kind="script", status=None, problem="it was refused")

    assert PROBE.examine(sights.journal).verdict is Verdict.INCONCLUSIVE


def test_without_a_browser_the_finding_names_it() -> None:
    """The missing browser is named in place of a hook."""
    sights = BrowserJournal()
    sights.journal.write(StepIncomplete(reason="Chromium is missing.", hook="Chromium"))

    finding = PROBE.examine(sights.journal)

    assert (finding.verdict, finding.observed, finding.hook) == (Verdict.INCONCLUSIVE, "Chromium is missing.", "Chromium")
