"""Controls that may revoke a consent are found by their labels, the most likely first; dangerous ones are left out."""

import pytest

from fiskil_harness.journal import Control
from fiskil_harness.scenario.steps.revoke_controls import first_controls, next_controls

ORIGIN = "http://127.0.0.1:8000"
PAGE = f"{ORIGIN}/connections"
RANGES, SANDBOX = "Bank of the Ranges", "Banking Sandbox Data Holder"
LIST = f"Your connections\n{RANGES}\nShares accounts\n{SANDBOX}\nShares accounts"


def is_own(url: str) -> bool:
    """Return true if a URL is the app's."""
    return url.startswith(ORIGIN)


def button(text: str, leads_to: str = "") -> Control:
    """Return a button, perhaps of a form."""
    return Control(kind="button", text=text, leads_to=leads_to)


def link(text: str, leads_to: str = f"{ORIGIN}/x") -> Control:
    """Return a link."""
    return Control(kind="link", text=text, leads_to=leads_to)


def first_tried(*controls: Control, institutions: tuple[str, ...] = (SANDBOX,), text: str = LIST) -> list[Control]:
    """Return the controls to try on the first page, in order."""
    candidates = first_controls(text, controls, url=PAGE, institutions=institutions, sought=SANDBOX, is_own=is_own)
    return [candidate.control for candidate in candidates]


def test_the_most_likely_control_comes_first() -> None:
    """The order is: explicit labels, possible labels, links to details, controls without a label."""
    menu, manage, remove, stop = button("⋮"), link("Manage"), button("Remove"), button("Stop sharing")

    assert first_tried(menu, manage, remove, stop, link("Blog")) == [stop, remove, manage, menu]


@pytest.mark.parametrize(
    "control",
    [
        link("Disconnect", "https://bank.example/disconnect"),
        link("Log out"),
        button("Delete my account"),
        button("Sign out and disconnect later", "https://elsewhere.example/"),
        button("Keep sharing, do not disconnect"),
        link("Your connections", PAGE),
        link("Connect another bank"),
        button("Renew"),
        link("Back"),
        Control(kind="button", text="Disconnect", is_disabled=True),
        Control(kind="field", text="Disconnect"),
        link("How we use your data"),
    ],
    ids=lambda value: value.text[:20],
)
def test_a_dangerous_control_is_left_out(control: Control) -> None:
    """It leads to a foreign host, ends more than a consent, keeps it, starts another one, or cannot be pressed."""
    assert first_tried(control) == []


@pytest.mark.parametrize(
    "words",
    ["Disconnect", "Revoke consent", "WITHDRAW PERMISSION", "Unlink this bank", "I no longer share", "Remove access"],
)
def test_explicit_labels_are_recognised(words: str) -> None:
    """Each label alone is enough."""
    assert first_controls(LIST, [button(words)], url=PAGE, institutions=[SANDBOX], sought=SANDBOX, is_own=is_own)[0].is_sure


def test_labels_of_the_config_are_recognised() -> None:
    """They may be in any language."""
    end, other = button("Freigabe beenden"), button("Mehr erfahren")

    candidates = first_controls(
        LIST,
        [other, end],
        url=PAGE,
        institutions=[SANDBOX],
        sought=SANDBOX,
        is_own=is_own,
        more_words=["Freigabe beenden"],
    )

    assert [(candidate.control, candidate.is_sure) for candidate in candidates] == [(end, True)]


def test_of_two_institutions_the_named_one_counts() -> None:
    """The control of the other institution is left out."""
    own, other = button(f"Stop sharing with {SANDBOX}"), button(f"Stop sharing with {RANGES}")

    assert first_tried(other, own, institutions=(RANGES, SANDBOX)) == [own]


def test_of_two_institutions_the_order_of_the_page_decides() -> None:
    """If there are as many equal controls as institutions, each belongs to one of them."""
    upper, lower = button("Disconnect", f"{ORIGIN}/end/1"), button("Disconnect", f"{ORIGIN}/end/2")

    assert first_tried(upper, lower, institutions=(SANDBOX, RANGES)) == [lower]


def test_equal_controls_are_numbered() -> None:
    """Only the app's script distinguishes them."""
    same = button("Disconnect")

    candidates = first_controls(LIST, [same, same], url=PAGE, institutions=[SANDBOX, RANGES], sought=SANDBOX, is_own=is_own)

    assert [(candidate.control, candidate.nth) for candidate in candidates] == [(same, 1)]


def test_a_control_that_ends_all_consents_comes_last() -> None:
    """With a single consent it is explicit."""
    everything, details = button("Stop all sharing"), link("Details")

    assert first_tried(everything, details, institutions=(SANDBOX, RANGES)) == [details, everything]
    assert first_tried(everything, details) == [everything, details]


def test_only_new_controls_may_follow() -> None:
    """A control that was there before the press confirms nothing."""
    stop, home, yes, no = button("Stop sharing"), link("Home"), button("Yes"), button("No, keep it")

    candidates = next_controls([stop, home], [stop, home, no, yes], is_own=is_own, has_sure=True)

    assert [candidate.control for candidate in candidates] == [yes]


def test_an_additional_equal_control_is_new() -> None:
    """A dialog in front of the page may have the same label as the page."""
    stop = button("Stop sharing")

    candidates = next_controls([stop], [stop, stop], is_own=is_own, has_sure=True)

    assert [candidate.control for candidate in candidates] == [stop]


def test_after_an_explicit_control_only_confirmations_follow() -> None:
    """Details and menus are only for a search without result so far."""
    assert next_controls([], [link("Details"), button("⋮")], is_own=is_own, has_sure=True) == []
    assert len(next_controls([], [link("Details"), button("⋮")], is_own=is_own, has_sure=False)) == 2


@pytest.mark.parametrize(
    ("text", "nths"),
    [
        (f"Logins\nGoogle\nDisconnect\nBanks\n{SANDBOX}\nDisconnect", [1, 0]),
        (f"Google Disconnect\n{SANDBOX} Disconnect", [1, 0]),
        (f"Disconnect Google\nDisconnect {SANDBOX}", [1, 0]),
        (f"{SANDBOX}\nDisconnect\nGoogle\nDisconnect", [0, 1]),
        (f"Google\nDisconnect\n{SANDBOX}\nDisconnect\nWhen you disconnect, we delete all.", [1, 0]),
        (f"{SANDBOX}\nGoogle", [0, 1]),
    ],
    ids=["below", "beside", "before", "first_tried", "with prose", "without their words"],
)
def test_with_extra_controls_the_nearest_comes_first(text: str, nths: list[int]) -> None:
    """The others may concern a login, and are tried later."""
    same = button("Disconnect")

    candidates = first_controls(text, [same, same], url=PAGE, institutions=[SANDBOX], sought=SANDBOX, is_own=is_own)

    assert [(candidate.control, candidate.nth, candidate.alike) for candidate in candidates] == [
        (same, nth, 2) for nth in nths
    ]


def test_with_extra_controls_another_institutions_is_left_out() -> None:
    """It would end the other consent."""
    same = button("Disconnect")
    text = f"Google\nDisconnect\n{RANGES}\nDisconnect\n{SANDBOX}\nDisconnect"

    candidates = first_controls(text, [same] * 3, url=PAGE, institutions=[RANGES, SANDBOX], sought=SANDBOX, is_own=is_own)

    assert [candidate.nth for candidate in candidates] == [2]


def switch(text: str, *, is_on: bool = True) -> Control:
    """Return a switch, which is on by default."""
    return Control(kind="switch", text=text, is_on=is_on)


def test_a_switch_for_sharing_may_end_the_consent() -> None:
    """It comes after explicit labels; a switch for a part of the data comes last."""
    part, whole, stop = switch("Share balances"), switch(f"Share with {SANDBOX}"), button("Stop sharing with them")

    assert first_tried(part, stop, whole) == [whole, stop, part]


@pytest.mark.parametrize(
    ("label", "is_sure"),
    [
        (f"Share with {SANDBOX}", True),
        ("Share my data", True),
        ("Allow access to your banking data", True),
        ("Sharing", False),
        ("Allow us to share reports", False),
        ("Share my plans with my family", False),
        (SANDBOX, False),
    ],
)
def test_only_a_switch_that_names_the_data_is_explicit(label: str, is_sure: bool) -> None:
    """Other things can be shared, allowed or connected as well."""
    candidates = first_controls(LIST, [switch(label)], url=PAGE, institutions=[SANDBOX], sought=SANDBOX, is_own=is_own)

    assert [candidate.is_sure for candidate in candidates] == [is_sure]


def test_a_switch_for_other_sharing_comes_after_links_to_details() -> None:
    """One with a general label comes before, because it may be the consent itself."""
    other, bare, manage = switch("Allow us to share reports"), switch("Data sharing is on"), link("Manage")

    assert first_tried(other, manage, bare) == [bare, manage, other]


@pytest.mark.parametrize(
    "control",
    [
        switch("Share my data", is_on=False),
        switch("Share my location"),
        switch("E-mail me about shared accounts"),
        switch("Dark mode"),
        Control(kind="switch", text="Share my data", is_on=True, is_disabled=True),
    ],
    ids=lambda value: value.text,
)
def test_other_switches_are_left_out(control: Control) -> None:
    """A switch that is off, or that concerns something else, is not pressed."""
    assert first_tried(control) == []


def test_the_name_of_one_institution_does_not_mean_all() -> None:
    """Beside a name, "my data" means the data of that institution."""
    single, every = switch(f"Share my data with {SANDBOX}"), button("Stop all sharing and delete my data")

    assert first_tried(every, single, institutions=(RANGES, SANDBOX)) == [single, every]


def test_a_save_button_follows_a_switch() -> None:
    """It was there before, but would have changed nothing."""
    save, on, off = button("Save"), switch("Share my data"), switch("Share my data", is_on=False)

    after = next_controls([save, on], [save, off], is_own=is_own, has_sure=True, has_switched=True)

    assert [revoke_control.control for revoke_control in after] == [save]
    assert next_controls([save, on], [save, off], is_own=is_own, has_sure=True) == []
