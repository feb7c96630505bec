"""What Python asks of the sandbox, and what it refuses: nonsense is named before anything changes."""

import pytest

from fiskil_harness.errors import UnknownName, UsageError
from tests.sandbox.still import Still


@pytest.mark.parametrize("name", ["noel", "joint_only", "otto", "ines"])
def test_who_has_nothing_to_share_cannot_consent(still: Still, name: str) -> None:
    """As at the page; no consent is left. Source: accounts.offered"""
    end_user, person = still.enrol(name)

    with pytest.raises(UsageError, match=r"has no account that can be shared there|is not eligible to share anything"):
        still.sandbox.authorise(end_user, person)

    assert still.sandbox.consents_of(end_user.end_user_id) == []


def test_nobody_consents_with_closed_accounts(still: Still) -> None:
    """The refusal names them, and what opens them again. Source: accounts.closed"""
    end_user, rosa = still.enrol()
    still.sandbox.close_account(rosa, "savings")
    still.sandbox.close_account(rosa, "everyday")

    with pytest.raises(UsageError, match=r"everyday, savings closed since the last reset, and a reset opens them again\."):
        still.sandbox.authorise(end_user, rosa)


def test_an_institution_that_is_none_is_named(still: Still) -> None:
    """With the nearest one."""
    with pytest.raises(UnknownName, match=r"No institution '8888'\. Did you mean '88888'"):
        still.sandbox.authorise(*still.enrol(), institution_id="8888")


def test_somebody_else_revokes_nothing(still: Still) -> None:
    """The nearest one is named, and the consent lives on. Source: consents.termination-reason"""
    consent = still.consent()

    with pytest.raises(UnknownName, match=r"'instituton'\. Did you mean 'institution'\? Known: end_user, institution\."):
        still.sandbox.revoke(consent, by="instituton")

    assert still.sandbox.consents_of(consent.end_user_id)[0].is_active


@pytest.mark.parametrize("act", ["begin_sync", "sync", "fail_sync", "rows"])
def test_a_dataset_that_is_none_is_named(still: Still, act: str) -> None:
    """With the nearest one, whatever is asked about it."""
    consent = still.consent()

    with pytest.raises(UnknownName, match=r"No dataset 'transaction'\. Did you mean 'transactions'"):
        getattr(still.sandbox, act)(consent, "transaction")


@pytest.mark.parametrize("rows", [0, -1])
def test_a_page_has_a_row(still: Still, rows: int) -> None:
    """Fewer are refused, and pages stay as they were. Source: paging.size-cap"""
    before = still.sandbox.store.largest_page

    with pytest.raises(UsageError, match=f"A page has at least one row; got {rows}"):
        still.sandbox.limit_pages(rows)

    assert still.sandbox.store.largest_page == before
