"""Does the connections page follow events, as the state does that the app reports?"""

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Journal, Limits, PageView, Sharing
from fiskil_harness.journal.entries.pages import AFTER, BEFORE, CONNECTIONS
from fiskil_harness.journal.queries.api_calls import acknowledged_events, consent_of
from fiskil_harness.journal.queries.page_balances import shown_balances
from fiskil_harness.journal.queries.page_text import page_views, why_unreadable
from fiskil_harness.journal.queries.page_wording import phrase_in
from fiskil_harness.journal.queries.revocations import is_still_listed, own_revoke_words
from fiskil_harness.journal.queries.rows import last_effects, why_still_busy
from fiskil_harness.probes.probe import PlainProbe

FRESH = "app.limits.fresh_s"


class PagesFollowEvents(PlainProbe, frozen=True, kw_only=True, tag="pages_follow_events"):
    """Check that after ``consent.revoked`` the connections page no longer shows the consent as active, nor its balances.

    The page is judged by itself, because it may come from another place than the state that the app reports.
    """

    needs = (PAGES,)
    expected = "a page without the ended consent and its data, at most app.limits.fresh_s after the event"
    source = "practices: provide easy access to consent management"
    fix = "render the page from the data that events change, or clear the page's cache on consent.revoked"

    def examine(self, journal: Journal) -> Finding:
        """Compare the last view of the page with the view before the consent ended."""
        ended = {consent_of(delivery) for delivery, event in acknowledged_events(journal) if event.kind == "consent.revoked"}
        sharing = next((sharing for sharing in journal.all(Sharing) if sharing.consent_id in ended), None)
        if sharing is None:
            return self.inconclusive("the app acknowledged no consent.revoked about a consent that its page listed")
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
        return self.fails(observed, evidence=tuple(sorted(set.union(*kept))), examined=len(kept))


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
