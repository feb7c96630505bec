"""Compares what a page states after the end user revoked a consent there with what happened at Fiskil."""

from collections.abc import Iterator

from msgspec import Struct

from fiskil_harness.journal import ConsentState, Exchange, Journal, PageView
from fiskil_harness.journal.entries.pages import AFTER, BEFORE, FAILED_REVOCATION, RESPONSE
from fiskil_harness.journal.queries.api_calls import calls, is_complete_success
from fiskil_harness.journal.queries.page_outcomes import claims_of_end, claims_of_failure, fresh_sentences, mentions_failure
from fiskil_harness.journal.queries.rows import PENDING, last_effects, why_still_busy

SERVER_ERROR = 500
REVOCATION = "consents.revoke"


class Mismatch(Struct, frozen=True, kw_only=True):
    """A page that contradicts Fiskil; *hook* is not empty if a missing observation prevents the judgement."""

    observed: str
    evidence: tuple[str, ...] = ()
    is_certain: bool = True
    hook: str = ""


def false_success(journal: Journal) -> Mismatch | None:
    """Return the page that stated that sharing has ended although the revocation failed at Fiskil; None if there is none.

    The app made its last attempt before the page was viewed, and the consent is active until the end of the scenario. An app
    that has unfinished work may repeat the revocation, so its page is not certainly wrong.
    """
    for view, claims in _claiming(journal):
        end = last_effects(journal, view.participant)
        if end is not None and not end.is_idle:
            return Mismatch(observed=why_still_busy(end)[0], is_certain=False)
        if end is None or not end.has_reported_idle:
            observed = "the revocation failed at Fiskil, and the app may repeat it later"
            return Mismatch(observed=observed, is_certain=False, hook=PENDING)
        observed = "the page states that the sharing has ended, but the revocation failed and the consent is still active"
        return Mismatch(observed=observed, evidence=(f"the page: {claims[0]}", "the app reports no unfinished work"))
    return None


def false_failure(journal: Journal, consent_id: str) -> Mismatch | None:
    """Return the page that reported a failure although the revocation of *consent_id* succeeded; None if there is none."""
    earlier = [view for view in journal.all(PageView) if view.moment == BEFORE and not view.participant]
    for view in journal.all(PageView):
        if view.page != RESPONSE or view.moment != AFTER or view.participant or view.problem:
            continue
        revocations = [call for call in _revocations(journal, consent_id) if call.ended_s <= view.at_s]
        if not revocations or not is_complete_success(revocations[-1]):
            continue
        fresh = fresh_sentences(earlier, view)
        failures = () if claims_of_end(fresh) else claims_of_failure(fresh)
        if view.status is not None and view.status >= SERVER_ERROR:
            return Mismatch(
                observed=f"the consent was revoked at Fiskil, but the page after the last press responded {view.status}"
            )
        if failures:
            observed = "the consent was revoked at Fiskil, but the page after the last press states that it was not"
            return Mismatch(observed=observed, evidence=(f"the page: {failures[0]}",))
    return None


def _claiming(journal: Journal) -> Iterator[tuple[PageView, tuple[str, ...]]]:
    """Yield each page after a revocation that failed which states that sharing has ended, with its sentences."""
    views = [view for view in journal.all(PageView) if view.cause == FAILED_REVOCATION and not view.problem]
    for view in views:
        earlier = [each for each in views if each.page != RESPONSE and each.participant == view.participant]
        if view.page != RESPONSE or not earlier or not _has_failed(journal, view):
            continue
        fresh = fresh_sentences(earlier, view)
        claims = claims_of_end(fresh)
        if claims and not mentions_failure(fresh):
            yield view, claims


def _has_failed(journal: Journal, view: PageView) -> bool:
    """Return True if the app tried before *view* to revoke each consent of the end user, and none of them has ended."""
    consents = {each.consent_id: each for each in journal.all(ConsentState) if each.participant == view.participant}
    if not consents or not all(consent.is_active for consent in consents.values()):
        return False
    sent = [call for consent_id in consents for call in _revocations(journal, consent_id)]
    return bool(sent) and all(call.ended_s <= view.at_s and not is_complete_success(call) for call in sent)


def _revocations(journal: Journal, consent_id: str) -> list[Exchange]:
    return [call for call in calls(journal, REVOCATION) if consent_id in call.path]
