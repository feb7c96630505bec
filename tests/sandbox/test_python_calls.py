"""The Python interface of the sandbox, and its errors: a wrong value is reported before anything changes."""

import pytest

from fiskil_harness.errors import UnknownName, UsageError
from tests.sandbox.still import Still


@pytest.mark.parametrize("name", ["noel", "joint_only", "otto", "ines"])
def test_a_person_with_nothing_to_share_cannot_consent(still: Still, name: str) -> None:
    """As at the page, such a person leaves no consent behind. Source: accounts.offered"""
    end_user = still.enrol(name)

    with pytest.raises(UsageError, match=r"has no account that can be shared there|is not eligible to share anything"):
        still.sandbox.authorise(end_user)

    assert still.sandbox.consents_of(end_user.end_user_id) == []


def test_a_person_with_only_closed_accounts_cannot_consent(still: Still) -> None:
    """The error names the closed accounts and what reopens them. Source: accounts.closed"""
    end_user = still.enrol()
    still.sandbox.close_account(end_user.person, "savings")
    still.sandbox.close_account(end_user.person, "everyday")

    with pytest.raises(UsageError, match=r"everyday, savings closed since the last reset, and a reset opens them again\."):
        still.sandbox.authorise(end_user)


def test_an_unknown_institution_is_reported(still: Still) -> None:
    """The error suggests the nearest institution id."""
    with pytest.raises(UnknownName, match=r"No institution '8888'\. Did you mean '88888'"):
        still.sandbox.authorise(still.enrol(), institution_id="8888")


def test_an_unknown_revoker_is_reported(still: Still) -> None:
    """The error suggests the nearest value, and the consent stays active. Source: consents.termination-reason"""
    consent = still.consent()

    with pytest.raises(UnknownName, match=r"'instituton'\. Did you mean 'institution'\? Known: end_user, institution\."):
        still.sandbox.revoke(consent, by="instituton")

    assert still.sandbox.consents_of(consent.end_user_id)[0].is_active


@pytest.mark.parametrize("act", ["begin_sync", "sync", "fail_sync", "rows"])
def test_an_unknown_dataset_is_reported(still: Still, act: str) -> None:
    """Every call that takes a dataset suggests the nearest one."""
    consent = still.consent()

    with pytest.raises(UnknownName, match=r"No dataset 'transaction'\. Did you mean 'transactions'"):
        getattr(still.sandbox, act)(consent, "transaction")


@pytest.mark.parametrize("rows", [0, -1])
def test_a_page_limit_below_one_is_refused(still: Still, rows: int) -> None:
    """The error leaves the page limit as it was. Source: paging.size-cap"""
    before = still.sandbox.store.largest_page

    with pytest.raises(UsageError, match=f"A page has at least one row; got {rows}"):
        still.sandbox.limit_pages(rows)

    assert still.sandbox.store.largest_page == before
