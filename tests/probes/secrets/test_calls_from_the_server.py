"""calls_from_the_server: the browser itself tells whether a page asked the API; headers alone accuse nobody."""

from fiskil_harness.journal import CutShort
from fiskil_harness.probes import CallsFromTheServer, Verdict
from tests.probes.sights import TOKEN, Sights

PROBE = CallsFromTheServer()
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"


def test_a_page_that_asks_the_api_is_caught() -> None:
    """Whether or not it got an answer; the address is told without what may be secret in it."""
    sights = Sights()
    sights.fetched(
        f"/v1/institutions?token={TOKEN}", kind="fetch", is_ours=False, is_api=True, status=None, problem="no answer"
    )

    finding = PROBE.examine(sights.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "the page 'connect' asked the API for /v1/institutions",
    )


def test_a_picture_of_the_apis_host_is_no_call() -> None:
    """An institution's logo may be shown from there."""
    sights = Sights()
    sights.fetched("/logos/1.png", kind="image", is_ours=False, is_api=True)

    assert PROBE.examine(sights.journal).verdict is Verdict.PASS


def test_a_server_that_passes_a_browsers_headers_on_is_advised() -> None:
    """The call came from the server all the same."""
    sights = Sights()
    sights.call("consents.list", request_headers=(("user-agent", AGENT), ("sec-fetch-site", "same-origin")))

    finding = PROBE.examine(sights.journal)

    assert (finding.verdict, len(finding.advice)) == (Verdict.PASS, 1)


def test_a_servers_own_client_may_send_what_browsers_send_too() -> None:
    """Node's fetch says sec-fetch-mode of itself."""
    sights = Sights()
    sights.call("consents.list", request_headers=(("user-agent", "node"), ("sec-fetch-mode", "cors")))

    finding = PROBE.examine(sights.journal)

    assert (finding.verdict, finding.advice) == (Verdict.PASS, ())


def test_a_page_whose_requests_were_not_all_seen_proves_nothing() -> None:
    """A script that did not come may have asked."""
    sights = Sights()
    sights.fetched(kind="script", status=None, problem="it was refused")

    assert PROBE.examine(sights.journal).verdict is Verdict.INCONCLUSIVE


def test_without_a_browser_it_says_what_is_missing() -> None:
    """What would help stands in the place of a hook."""
    sights = Sights()
    sights.journal.write(CutShort(what="Chromium is missing.", hook="Chromium"))

    finding = PROBE.examine(sights.journal)

    assert (finding.verdict, finding.observed, finding.hook) == (Verdict.INCONCLUSIVE, "Chromium is missing.", "Chromium")
