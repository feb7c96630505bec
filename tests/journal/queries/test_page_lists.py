"""Lists of consents on a page: which details of a consent the page does not show."""

from typing import Any

import pytest

from fiskil_harness.journal import PageView, Sharing
from fiskil_harness.journal.queries.page_lists import Gaps, gaps

BANK = "Ridgeway Bank"
UNTIL = "Until 12 March 2027"
PAGE = f"{BANK}\nShares your accounts and balances\n{UNTIL}"


def view(text: str, *, unseen: str = "") -> PageView:
    """Return a view of a page; *unseen* is further HTML."""
    html = f"<p>{text}</p>{unseen}"
    return PageView(participant="", page="connections", status=200, width_px=360, text=text, html=html)


def gaps_of(*views: PageView, responses: tuple[PageView, ...] = (), **more: Any) -> Gaps:
    """Return the details that the page does not show of a consent to accounts and balances until 12 March 2027."""
    changes = {name: more.pop(name) for name in ("institution", "permissions", "will_be_revoked", "today") if name in more}
    usual = {"institution": BANK, "permissions": ("accounts", "balances"), "today": "2026-12-02"}
    sharing = Sharing(participant="", consent_id="arr1", expires_on="2027-03-12", **{**usual, **changes})
    return gaps(sharing, list(views), list(responses), **{"more_words": {}, **more})


def test_a_page_with_every_detail_has_no_gap() -> None:
    """Every view shows them, or the pages after the presses do."""
    assert gaps_of(view(PAGE), view(PAGE)) == ([], [])
    responses = (view("Details"), view(f"{BANK} has your accounts"), view("Balances"), view(UNTIL))
    assert gaps_of(view("Ridgeway"), responses=responses) == ([], [])


@pytest.mark.parametrize(
    ("institution", "text", "unseen", "expected"),
    [
        (BANK, BANK, "", ([], [])),
        (BANK, "Your bank", "", (["the institution"], [])),
        (BANK, "Ridgeway", "", ([], ["the full name of the institution is not visible"])),
        (BANK, "Your bank", f"<p hidden>{BANK}</p>", ([], ["the full name of the institution is not visible"])),
        (BANK, "Your bank", "<img src=r.png>", ([], ["a picture without a text alternative may show the institution"])),
        (BANK, "Your bank", f"<img alt='{BANK}'>", ([], ["the full name of the institution is not visible"])),
        ("Bank of Australia", "Australia", "", ([], ["the full name of the institution is not visible"])),
        ("Bank of Australia", "Your money", "", (["the institution"], [])),
    ],
)
def test_the_name_of_the_institution_is_required(institution: str, text: str, unseen: str, expected: Gaps) -> None:
    """A part of the name may be enough, but a common word such as "bank" is a part of many names."""
    assert gaps_of(view(text, unseen=unseen), institution=institution, will_be_revoked=False) == expected


def test_the_name_must_be_visible_at_each_width() -> None:
    """The view that shows least of it counts."""
    found = gaps_of(view(BANK), view("Your money"), will_be_revoked=False)

    assert found == (["the institution"], [])


@pytest.mark.parametrize(
    ("text", "unseen", "expected"),
    [
        ("accounts, balances", "", ([], [])),
        ("accounts", "", ([], ["the list of shared data does not visibly name balances"])),
        ("accounts", "<details>balances</details>", ([], [])),
        ("nothing", "<p hidden>accounts</p>", ([], ["the list of shared data does not visibly name accounts, balances"])),
        ("your products", "", ([], ["the list of shared data does not visibly name accounts, balances"])),
        ("nothing", "", (["the shared data"], [])),
    ],
)
def test_the_shared_data_is_required(text: str, unseen: str, expected: Gaps) -> None:
    """It is certainly missing only if the page names none of it."""
    assert gaps_of(view(f"{BANK}\n{text}\n{UNTIL}", unseen=unseen)) == expected


def test_shared_data_has_a_name_in_words() -> None:
    """A dataset with two words is listed as the end user would write it."""
    page = view(f"{BANK}\nnothing\n{UNTIL}", unseen="<p hidden>direct debits</p>")

    found = gaps_of(page, permissions=("direct_debits",))

    assert found == ([], ["the list of shared data does not visibly name direct debits"])


def test_each_view_may_name_shared_data() -> None:
    """A name that is written on one of them is not certainly missing."""
    text = f"{BANK}\nnothing\n{UNTIL}"
    views = (view(text), view(text, unseen="<p hidden>accounts</p>"), view(text))

    assert gaps_of(*views) == ([], ["the list of shared data does not visibly name accounts, balances"])


def test_the_app_may_have_words_of_its_own_for_data() -> None:
    """The config states them."""
    page = view(f"{BANK}\nPockets, balances\n{UNTIL}")

    assert gaps_of(page, more_words={"accounts": ("pockets",)}) == ([], [])


OTHER_DAY = "the page shows dates, but not the day on which the consent expires"


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("", (["the expiry"], [])),
        ("<time>soon</time>", ([], [OTHER_DAY])),
        ("Since 5 January 2026", ([], [OTHER_DAY])),
        ("Until 2027-03-02", (["the expiry (it names the day after 90 days, and this consent lasts 100 days)"], [])),
        ("Until 2 December 2027", (["the expiry (it names the day after 365 days, and this consent lasts 100 days)"], [])),
        ("Until 1 January 2027", (["the expiry (it names the day after 30 days, and this consent lasts 100 days)"], [])),
        (
            "Until 20 November 2026",
            (["the expiry (it names the day on which the consent ended before it was renewed)"], []),
        ),
        ("Until 21 November 2026", ([], [OTHER_DAY])),
    ],
)
def test_the_day_of_the_end_is_required(until: str, expected: Gaps) -> None:
    """A usual duration, and the end before a renewal, are certainly wrong; another date may mean something else."""
    text = f"{BANK}\naccounts, balances\n{until}"

    assert gaps_of(view(text), stated_days=30, earlier_ends=("2026-11-19", "2026-11-20")) == expected


def test_the_day_must_be_visible_at_each_width() -> None:
    """A width that shows it does not help the end user at the other width."""
    wide, narrow = view(PAGE), view(PAGE.replace(UNTIL, "Until 2027-03-02"))

    assert gaps_of(wide, narrow) == ([], [OTHER_DAY])


@pytest.mark.parametrize(
    ("today", "duration"), [("2027-03-10", "2 days"), ("2027-03-11", "1 day"), ("2027-03-12", "0 days")]
)
def test_a_short_consent_has_a_duration_too(today: str, duration: str) -> None:
    """One day has no plural ending."""
    page = view(f"{BANK}\naccounts, balances\nUntil 2027-03-{int(today[-2:]) + 9}")

    found = gaps_of(page, today=today, stated_days=9)

    assert found == ([f"the expiry (it names the day after 9 days, and this consent lasts {duration})"], [])
