"""Does every page of the app respond while the API fails?"""

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.journal import HookCall, Journal
from fiskil_harness.journal.queries.api_calls import calls_beside, routes_of
from fiskil_harness.probes.probe import Finding, Probe


class OpensPagesDespiteFaults(Probe, frozen=True, kw_only=True, tag="opens_pages_despite_faults"):
    """Check that each page of the app responds, whatever happens to the API calls that it causes.

    Pages that cause no API call pass, because no fault of the API can reach them.
    """

    expected = "a page with the stored data, or with a text about the failure"
    source = "errors.timeout"
    fix = "show stored data, and read the API in the background; else limit the call, and state on the page that it failed"

    def examine(self, journal: Journal) -> Finding:
        """Look for pages without a response among those that the harness opened."""
        pages = [call for call in journal.all(HookCall) if call.is_page]
        if not pages:
            return self.inconclusive("no page of the app was opened", hook=PAGES)
        caused = [call for page in pages for call in calls_beside(journal, page)]
        if not caused:
            return self.passes("no page calls the API when it is opened", examined=len(pages))
        disturbed = [call for call in caused if call.bites]
        if not disturbed:
            return self.inconclusive(f"a page caused calls to {caused[0].route}, and no fault met them")
        silent = [call for page in pages if page.status is None for call in calls_beside(journal, page) if call.bites]
        if silent:
            lines = sorted({f"while {call.route} met {call.bites[0].partition('(')[0]}" for call in silent})
            return self.fails("a page did not respond", evidence=tuple(lines))
        return self.passes("every page responded while its API calls failed", examined=routes_of(disturbed))
