"""Does the connections page follow events, as the state does that the app reports?"""

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Fetched, Journal, Limits, PageView, Sharing
from fiskil_harness.journal.entries.pages import AFTER, BEFORE, CONNECTIONS
from fiskil_harness.journal.queries.api_calls import acknowledged_events, consent_of
from fiskil_harness.journal.queries.page_balances import shown_balances
from fiskil_harness.journal.queries.page_caching import kept_s
from fiskil_harness.journal.queries.page_text import page_views, why_unreadable
from fiskil_harness.journal.queries.page_wording import phrase_in
from fiskil_harness.journal.queries.revocations import is_still_listed, own_revoke_words
from fiskil_harness.journal.queries.rows import last_effects, why_still_busy
from fiskil_harness.probes.probe import Probe

FRESH = "app.limits.fresh_s"
OK = 200
SHORT_S = 60.0
"""For how many seconds a browser may show an old page if the config does not set ``fresh_s``."""


class PagesFollowEvents(Probe, frozen=True, kw_only=True, tag="pages_follow_events"):
    """Check that after ``consent.revoked`` the connections page no longer shows the consent as active, nor its balances.

    The page is judged by itself, because it may come from another place than the state that the app reports. The harness
    requests each page again, so the headers show whether a browser would show the old page again.
    """

    needs = (PAGES,)
    expected = "a page without the ended consent and its data, at most app.limits.fresh_s after the event"
    source = "practices: provide easy access to consent management"
    fix = (
        "render the page from the data that events change, clear the page's cache on consent.revoked, and send "
        "Cache-Control: no-store"
    )

    def examine(self, journal: Journal) -> Finding:
        """Judge the headers and the views of the page of the first consent that ended."""
        ended = {consent_of(delivery) for delivery, event in acknowledged_events(journal) if event.kind == "consent.revoked"}
        sharing = next((sharing for sharing in journal.all(Sharing) if sharing.consent_id in ended), None)
        if sharing is None:
            return self.inconclusive("the app acknowledged no consent.revoked about a consent that its page listed")
        return self._judge_caching(journal, sharing) or self._judge_views(journal, sharing)

    def _judge_caching(self, journal: Journal, sharing: Sharing) -> Finding | None:
        """Return a FAIL if a browser may show the old page without a request to the app, else None."""
        stale_s = _stale_s(journal, sharing)
        if not stale_s:
            return None
        observed = f"the browser may show the page of an ended consent for {stale_s:g} s more without a request to the app"
        evidence = ("the headers of the page allow this, and its content changed when the consent ended",)
        return self.fails(observed, evidence=evidence)

    def _judge_views(self, journal: Journal, sharing: Sharing) -> Finding:
        """Compare what the last view shows of the consent with what the view before its end shows."""
        before, after = page_views(journal, CONNECTIONS, [BEFORE]), page_views(journal, CONNECTIONS, [AFTER])
        problem = why_unreadable(before) or why_unreadable(after)
        if problem:
            return self.inconclusive(problem)
        if not any(_shows(journal, sharing, view) for view in before):
            return self.inconclusive("the page showed neither the institution nor a balance before the consent ended")
        kept = [_kept(journal, sharing, earlier, later) for earlier, later in zip(before, after, strict=False)]
        if not all(kept):
            return self.passes("the page no longer shows the consent that ended at the bank", examined=len(kept))
        reason, hook = _why_too_early(journal)
        if reason:
            return self.inconclusive(reason, hook=hook)
        observed = "the page still shows a consent, or its data, although the app acknowledged that the consent has ended"
        return self.fails(observed, evidence=tuple(sorted(set.union(*kept))))


def _stale_s(journal: Journal, sharing: Sharing) -> float:
    """Return for how long a browser may show what the consent's page no longer contains; 0 if at most for ``fresh_s``.

    Only responses count whose content is about the consent: a later response of the same URL does not name the institution.
    """
    limits = next(iter(journal.all(Limits)), None)
    if limits is None:
        return 0.0
    by_url: dict[str, list[Fetched]] = {}
    for response in journal.all(Fetched):
        is_read = response.is_ours and response.method == "GET" and response.status == OK and not response.problem
        if is_read and response.page == CONNECTIONS and not response.participant:
            by_url.setdefault(response.url, []).append(response)
    allowed_s = max(limits.fresh_s, SHORT_S if "fresh_s" in limits.assumed else 0.0)
    times = [
        kept_s(responses[0])
        for responses in by_url.values()
        if _names(responses[0], sharing) and not _names(responses[-1], sharing)
    ]
    return max((seconds for seconds in times if seconds > allowed_s), default=0.0)


def _names(response: Fetched, sharing: Sharing) -> bool:
    return bool(phrase_in(response.body.decode(errors="replace"), [sharing.institution]))


def _why_too_early(journal: Journal) -> tuple[str, str]:
    """Return the reason why the page may still change, and the hook that would help; both are empty if it may not."""
    end = last_effects(journal)
    if end is not None:
        return ("", "") if end.is_idle else why_still_busy(end)
    is_assumed = any("fresh_s" in limits.assumed for limits in journal.all(Limits))
    return ("the config does not state when the page must be up to date", FRESH) if is_assumed else ("", "")


def _shows(journal: Journal, sharing: Sharing, view: PageView) -> bool:
    return bool(
        phrase_in(view.text, [sharing.institution]) or shown_balances(journal, view.text, consents=[sharing.consent_id])
    )


def _kept(journal: Journal, sharing: Sharing, earlier: PageView, later: PageView) -> set[str]:
    """Return what the *later* view still shows of the ended consent as the *earlier* one did, as lines for a report."""
    shown_before, shown_later = (
        shown_balances(journal, view.text, consents=[sharing.consent_id]) for view in (earlier, later)
    )
    kept = {f"shown: {name}" for name in shown_before & shown_later}
    is_listed = is_still_listed(
        earlier,
        text=later.text,
        controls=later.controls,
        institution=sharing.institution,
        more_words=own_revoke_words(journal),
    )
    return kept | ({"the consent is listed as active"} if is_listed else set())
