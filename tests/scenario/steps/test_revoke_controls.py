"""ways_out: what may end a consent is found by its words, the likeliest first, and what must not be pressed is not there."""

import pytest

from fiskil_harness.journal import Control
from fiskil_harness.scenario.steps.revoke_controls import first_controls, next_controls

ORIGIN = "http://127.0.0.1:8000"
PAGE = f"{ORIGIN}/connections"
RANGES, SANDBOX = "Bank of the Ranges", "Banking Sandbox Data Holder"
LIST = f"Your connections\n{RANGES}\nShares accounts\n{SANDBOX}\nShares accounts"


def is_own(url: str) -> bool:
    """Whether an address is the app's."""
    return url.startswith(ORIGIN)


def button(text: str, leads_to: str = "") -> Control:
    """A button, perhaps of a form."""
    return Control(kind="button", text=text, leads_to=leads_to)


def link(text: str, leads_to: str = f"{ORIGIN}/x") -> Control:
    """A link."""
    return Control(kind="link", text=text, leads_to=leads_to)


def first(*controls: Control, institutions: tuple[str, ...] = (SANDBOX,), text: str = LIST) -> list[Control]:
    """What is tried on the first page, in its order."""
    ways = first_controls(text, controls, url=PAGE, institutions=institutions, sought=SANDBOX, is_own=is_own)
    return [way.control for way in ways]


def test_the_surest_comes_first() -> None:
    """What says it, what may say it, what leads to details, and what has no name."""
    menu, manage, remove, stop = button("⋮"), link("Manage"), button("Remove"), button("Stop sharing")

    assert first(menu, manage, remove, stop, link("Blog")) == [stop, remove, manage, menu]


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
def test_what_must_not_be_pressed_is_not_there(control: Control) -> None:
    """It leads away, ends more than a consent, keeps it, begins another, or cannot be pressed."""
    assert first(control) == []


@pytest.mark.parametrize(
    "words",
    ["Disconnect", "Revoke consent", "WITHDRAW PERMISSION", "Unlink this bank", "I no longer share", "Remove access"],
)
def test_many_words_say_it(words: str) -> None:
    """Each by itself."""
    assert first_controls(LIST, [button(words)], url=PAGE, institutions=[SANDBOX], sought=SANDBOX, is_own=is_own)[0].is_sure


def test_words_of_the_config_say_it_too() -> None:
    """In whatever language."""
    end, other = button("Freigabe beenden"), button("Mehr erfahren")

    ways = first_controls(
        LIST,
        [other, end],
        url=PAGE,
        institutions=[SANDBOX],
        sought=SANDBOX,
        is_own=is_own,
        more_words=["Freigabe beenden"],
    )

    assert [(way.control, way.is_sure) for way in ways] == [(end, True)]


def test_of_two_banks_the_one_that_is_named_is_meant() -> None:
    """The other's is left alone."""
    own, other = button(f"Stop sharing with {SANDBOX}"), button(f"Stop sharing with {RANGES}")

    assert first(other, own, institutions=(RANGES, SANDBOX)) == [own]


def test_of_two_banks_the_order_of_the_page_tells() -> None:
    """As many controls of one name as there are banks: each stands by its own."""
    one, other = button("Disconnect", f"{ORIGIN}/end/1"), button("Disconnect", f"{ORIGIN}/end/2")

    assert first(one, other, institutions=(SANDBOX, RANGES)) == [other]


def test_controls_that_are_all_alike_are_counted() -> None:
    """A script alone knows which is which."""
    same = button("Disconnect")

    ways = first_controls(LIST, [same, same], url=PAGE, institutions=[SANDBOX, RANGES], sought=SANDBOX, is_own=is_own)

    assert [(way.control, way.nth) for way in ways] == [(same, 1)]


def test_what_ends_everything_comes_last() -> None:
    """As long as there is more than one."""
    everything, details = button("Stop all sharing"), link("Details")

    assert first(everything, details, institutions=(SANDBOX, RANGES)) == [details, everything]
    assert first(everything, details) == [everything, details]


def test_only_what_has_come_since_goes_on() -> None:
    """What stood there before the press confirms nothing."""
    stop, home, yes, no = button("Stop sharing"), link("Home"), button("Yes"), button("No, keep it")

    ways = next_controls([stop, home], [stop, home, no, yes], is_own=is_own, has_sure=True)

    assert [way.control for way in ways] == [yes]


def test_one_more_of_the_same_has_come_since() -> None:
    """A window in front of the page may say the same as the page."""
    stop = button("Stop sharing")

    assert [next_control.control for next_control in next_controls([stop], [stop, stop], is_own=is_own, has_sure=True)] == [
        stop
    ]


def test_after_something_sure_nothing_leads_astray() -> None:
    """Details and menus are for those who have not found it yet."""
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
    ids=["below", "beside", "before", "first", "with prose", "without their words"],
)
def test_of_more_controls_than_consents_the_nearest_comes_first(text: str, nths: list[int]) -> None:
    """The others may be about a login, and are tried later."""
    same = button("Disconnect")

    ways = first_controls(text, [same, same], url=PAGE, institutions=[SANDBOX], sought=SANDBOX, is_own=is_own)

    assert [(way.control, way.nth, way.alike) for way in ways] == [(same, nth, 2) for nth in nths]


def test_of_more_controls_than_consents_another_banks_is_left_alone() -> None:
    """It would end the other consent."""
    same = button("Disconnect")
    text = f"Google\nDisconnect\n{RANGES}\nDisconnect\n{SANDBOX}\nDisconnect"

    ways = first_controls(text, [same] * 3, url=PAGE, institutions=[RANGES, SANDBOX], sought=SANDBOX, is_own=is_own)

    assert [way.nth for way in ways] == [2]


def switch(text: str, *, is_on: bool = True) -> Control:
    """A switch, which stands on unless told otherwise."""
    return Control(kind="switch", text=text, is_on=is_on)


def test_a_switch_that_stands_for_sharing_is_a_way_out() -> None:
    """After what says that it ends it; a part of what is shared comes last, though it may be all there is."""
    part, whole, stop = switch("Share balances"), switch(f"Share with {SANDBOX}"), button("Stop sharing with them")

    assert first(part, stop, whole) == [whole, stop, part]


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
def test_only_a_switch_that_says_whose_data_it_shares_is_sure(label: str, is_sure: bool) -> None:
    """Much else is shared, allowed or connected."""
    ways = first_controls(LIST, [switch(label)], url=PAGE, institutions=[SANDBOX], sought=SANDBOX, is_own=is_own)

    assert [way.is_sure for way in ways] == [is_sure]


def test_a_switch_for_other_sharing_comes_after_what_leads_to_details() -> None:
    """One that says only that something is shared comes before, as it may be the consent itself."""
    other, bare, manage = switch("Allow us to share reports"), switch("Data sharing is on"), link("Manage")

    assert first(other, manage, bare) == [bare, manage, other]


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
def test_other_switches_are_left_alone(control: Control) -> None:
    """Nobody turns on what is off, nor what is about something else."""
    assert first(control) == []


def test_the_name_of_one_bank_is_not_all_banks() -> None:
    """What it calls my data, beside a name, is the data from there."""
    one, every = switch(f"Share my data with {SANDBOX}"), button("Stop all sharing and delete my data")

    assert first(every, one, institutions=(RANGES, SANDBOX)) == [one, every]


def test_what_keeps_a_change_follows_a_switch() -> None:
    """It stood there before, where it would have changed nothing."""
    save, on, off = button("Save"), switch("Share my data"), switch("Share my data", is_on=False)

    after = next_controls([save, on], [save, off], is_own=is_own, has_sure=True, has_switched=True)

    assert [revoke_control.control for revoke_control in after] == [save]
    assert next_controls([save, on], [save, off], is_own=is_own, has_sure=True) == []
