"""Do the pages of the app follow events, as the state does that the app reports?"""

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.journal import Fetched, Journal, Limits, PageView, Sharing
from fiskil_harness.journal.entries.pages import AFTER, BEFORE, CONNECTIONS, RESPONSE
from fiskil_harness.journal.queries.api_calls import acknowledged_events, consent_of
from fiskil_harness.journal.queries.consents import rows_under
from fiskil_harness.journal.queries.page_addresses import is_same_address
from fiskil_harness.journal.queries.page_balances import shown_balances
from fiskil_harness.journal.queries.page_caching import kept_s
from fiskil_harness.journal.queries.page_dates import has_date
from fiskil_harness.journal.queries.page_rows import shown_rows
from fiskil_harness.journal.queries.page_text import page_views, why_unreadable
from fiskil_harness.journal.queries.page_wording import phrase_in, words_for
from fiskil_harness.journal.queries.revocations import is_still_listed, own_revoke_words
from fiskil_harness.journal.queries.rows import last_effects, shown, why_still_busy
from fiskil_harness.probes.probe import Probe

FRESH = "app.limits.fresh_s"
OK = 200
SHORT_S = 60.0
"""For how many seconds a browser may show an old page if the config does not set ``fresh_s``."""
FEWEST_VALUES = 2
"""Minimum number of different values of an ended consent on a page that count as its data."""


class PagesFollowEvents(Probe, frozen=True, kw_only=True, tag="pages_follow_events"):
    """Check that after ``consent.revoked`` the connections page no longer shows the consent as active, nor its balances.

    Each other page must no longer show the consent's data as before. The pages are judged by themselves, because they may
    come from another place than the state that the app reports. A page with data that the state still holds, or with new
    text about an end or a date, may show history, and is not judged. The harness requests each page again, so the headers
    show whether a browser would show the old connections page again.
    """

    needs = (PAGES,)
    expected = "pages without the ended consent and its data, at most app.limits.fresh_s after the event"
    source = "practices: provide easy access to consent management"
    fix = (
        "render each page from the data that events change, clear the pages' caches on consent.revoked, and send "
        "Cache-Control: no-store"
    )

    def examine(self, journal: Journal) -> Finding:
        """Judge the headers and the views of the connections page of the first consent that ended, then the other pages."""
        ended = {consent_of(delivery) for delivery, event in acknowledged_events(journal) if event.kind == "consent.revoked"}
        sharing = next((sharing for sharing in journal.all(Sharing) if sharing.consent_id in ended), None)
        if sharing is None:
            return self.inconclusive("the app acknowledged no consent.revoked about a consent that its page listed")
        finding = self._judge_caching(journal, sharing) or self._judge_views(journal, sharing)
        if finding.verdict is Verdict.FAIL:
            return finding
        return self._judge_data(journal, {consent_id for consent_id in ended if consent_id}) or finding

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

    def _judge_data(self, journal: Journal, consent_ids: set[str]) -> Finding | None:
        """Return FAIL or INCONCLUSIVE if a page other than the list still shows data of ended consents, else None."""
        kept = {page: values for page in _data_pages(journal) if (values := _kept_data(journal, page, consent_ids))}
        if not kept:
            return None
        reason, hook = _why_too_early(journal)
        if reason:
            return self.inconclusive(reason, hook=hook)
        if _state_holds_rows(journal, consent_ids):
            return None
        observed = f"the {next(iter(kept))} page still shows data although the app acknowledged that its consent has ended"
        evidence = tuple(sorted(f"{page} shows: {name}" for page, values in kept.items() for name in values))
        return self.fails(observed, evidence=evidence)


def _data_pages(journal: Journal) -> list[str]:
    """Return the pages other than the list of consents that were viewed before and after the consent ended."""
    before, after = (
        dict.fromkeys(view.page for view in journal.all(PageView) if view.moment == moment) for moment in (BEFORE, AFTER)
    )
    return [page for page in before if page in after and page not in {CONNECTIONS, RESPONSE}]


def _kept_data(journal: Journal, page: str, consent_ids: set[str]) -> set[str]:
    """Return the names of the values of ended consents that *page* shows as before; empty if it may show history.

    A single value is no evidence, because the page may contain it by chance.
    """
    before, after = page_views(journal, page, [BEFORE]), page_views(journal, page, [AFTER])
    if why_unreadable(before) or why_unreadable(after):
        return set()
    kept: set[str] = set()
    for earlier, later in zip(before, after, strict=True):
        then, now = _lines(earlier), _lines(later)
        new_text = "\n".join(line for line in now if line not in then)
        is_history = phrase_in(new_text, words_for("ended")) or has_date(new_text)
        same_text = "\n".join(line for line in now if line in then)
        values = shown_rows(journal, same_text, consents=consent_ids)
        if len(values) >= FEWEST_VALUES and is_same_address(earlier.url, later.url) and not is_history:
            kept |= set(values.values())
    return kept


def _lines(view: PageView) -> list[str]:
    return [" ".join(line.split()) for line in view.text.splitlines()]


def _state_holds_rows(journal: Journal, consent_ids: set[str]) -> bool:
    """Return True if the app's last state contains an id of a row of the ended consents."""
    end = last_effects(journal)
    return end is not None and bool(shown(end.state, rows_under(journal, consent_ids)))


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
