"""lists_and_revokes: what is shared can be seen, and ended in a few presses, so that Fiskil and the page know."""

from typing import Any

import pytest

from fiskil_harness.journal import Control
from fiskil_harness.probes import ListsAndRevokes, Verdict
from tests.probes.glass import BANK, NARROW, WIDE, button, declare, link, press, rest, share, show
from tests.probes.tape import Tape

PROBE = ListsAndRevokes()
PAGE = f"Your connections\n{BANK}\nShares accounts, balances, transactions\nUntil 12 March 2027"
EMPTY = "Your connections\nYou are not sharing any data with us."
STOP = button("Stop sharing")


def listed(tape: Tape, text: str = PAGE, *controls: Control, **more: Any) -> None:
    """A consent stands and its page was opened."""
    declare(tape)
    share(tape)
    show(tape, "connections", text, *(controls or (STOP,)), moment="synced", **more)


def gone(tape: Tape, text: str = EMPTY, *controls: Control, **more: Any) -> None:
    """The consent has ended, and the page was opened again."""
    tape.consent("arr1", is_active=False)
    show(tape, "connections", text, *controls, moment="ended", **more)


def test_one_press_that_ends_it_passes(tape: Tape) -> None:
    """Listed, revoked, gone."""
    listed(tape)
    press(tape, STOP.text)
    gone(tape)
    rest(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.PASS,
        "the page lists what is shared, and 1 press ends it at Fiskil",
    )


def test_three_presses_are_enough(tape: Tape) -> None:
    """Details, the control, and a question."""
    listed(tape, PAGE, link("Manage", "/connections/1"))
    press(tape, "Manage", "Disconnect", "Yes, disconnect")
    gone(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_four_presses_fail(tape: Tape) -> None:
    """That is not easy."""
    listed(tape)
    press(tape, "Manage", "Disconnect", "Continue", "Yes, I am sure")
    gone(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "it takes 4 presses to revoke a consent, and 3 are the most",
    )


@pytest.mark.parametrize(
    ("acts", "verdict", "seen"),
    [
        (
            ("Disconnect", "typed 'STOP'", "Yes"),
            Verdict.PASS,
            "the page lists what is shared, and 2 presses and 1 typed word end it at Fiskil",
        ),
        (
            ("Details", "Disconnect", "typed 'STOP'", "Yes"),
            Verdict.INCONCLUSIVE,
            "it takes 3 presses and 1 typed word to revoke a consent, and 3 are the most; "
            "whether a word that is typed is a press, the practice does not say",
        ),
        (
            ("Details", "Disconnect", "typed 'STOP'", "Yes", "Really"),
            Verdict.FAIL,
            "it takes 4 presses and 1 typed word to revoke a consent, and 3 are the most",
        ),
    ],
)
def test_a_typed_word_is_counted_and_told(tape: Tape, acts: tuple[str, ...], verdict: Verdict, seen: str) -> None:
    """It is work, and no click: alone it makes nobody guilty."""
    listed(tape)
    press(tape, *acts)
    gone(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (verdict, seen)


def test_a_switch_that_still_stands_on_lists_the_consent(tape: Tape) -> None:
    """And one that stands off does not."""
    switch = Control(kind="switch", text=f"Share my data with {BANK}", is_on=True)
    listed(tape, PAGE, switch)
    press(tape, switch.text, is_switch=True)
    gone(tape, PAGE, switch)

    assert PROBE.examine(tape.journal).observed == "the page still lists a consent as active that has ended"


def test_whatever_its_label_the_switch_that_ended_it_still_lists_it(tape: Tape) -> None:
    """It stood for the consent, as its end has shown."""
    switch = Control(kind="switch", text="Sharing", is_on=True)
    listed(tape, PAGE, switch)
    press(tape, switch.text, is_switch=True)
    gone(tape, PAGE, switch)

    assert PROBE.examine(tape.journal).observed == "the page still lists a consent as active that has ended"


def test_a_switch_beside_the_list_hides_no_consent_that_is_still_listed(tape: Tape) -> None:
    """It was turned off, and is about something else."""
    switch = Control(kind="switch", text="Share crash reports", is_on=True)
    listed(tape, PAGE, STOP, switch)
    press(tape, switch.text, is_switch=True)
    press(tape, STOP.text)
    gone(tape, PAGE, STOP, Control(kind="switch", text=switch.text))

    assert PROBE.examine(tape.journal).observed == "the page still lists a consent as active that has ended"


@pytest.mark.parametrize(
    ("label", "verdict"),
    [
        (f"Share data with {BANK}", Verdict.FAIL),
        ("Share my banking data", Verdict.FAIL),
        ("Sharing", Verdict.INCONCLUSIVE),
        ("Allow us to share reports", Verdict.INCONCLUSIVE),
        ("Allow access with Face ID", Verdict.INCONCLUSIVE),
        ("Share my plans with my family", Verdict.INCONCLUSIVE),
        ("Share my data with our partners", Verdict.INCONCLUSIVE),
        ("Share my balances", Verdict.INCONCLUSIVE),
    ],
)
def test_a_switch_that_ends_nothing_is_judged_by_its_own_label(tape: Tape, label: str, verdict: Verdict) -> None:
    """Only the institution's name or somebody's own data says that it stands for this consent."""
    switch = Control(kind="switch", text=label, is_on=True)
    listed(tape, PAGE, switch)
    press(tape, label, is_switch=True)
    show(tape, "connections", PAGE, switch, moment="ended")
    rest(tape, is_connected=True)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_switch_beside_a_way_that_could_not_be_followed_is_a_doubt(tape: Tape) -> None:
    """The other way may be the one that ends it."""
    switch = Control(kind="switch", text="Share my data", is_on=True)
    listed(tape, PAGE, link("Manage", "/one"), switch)
    press(tape, switch.text, is_switch=True)
    press(tape, "Manage", problem="it leads nowhere")
    press(tape, "Details")
    rest(tape, is_connected=True)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "a switch alone says that it would revoke the consent, and beside it: it leads nowhere",
    )


def test_what_was_tried_before_is_no_part_of_the_way(tape: Tape) -> None:
    """Only presses since the page was opened count."""
    listed(tape)
    press(tape, "Details", "Back", "More")
    press(tape, STOP.text)
    gone(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Your connections\nYour bank\nShares accounts, balances, transactions\nUntil 12 March 2027",
            "with which institution",
        ),
        (f"Your connections\n{BANK}\nActive until 12 March 2027", "which data"),
        (f"Your connections\n{BANK}\nShares accounts, balances, transactions\nStatus active", "until when"),
    ],
)
def test_a_list_that_leaves_something_out_fails(tape: Tape, text: str, words: str) -> None:
    """Who, what and until when."""
    listed(tape, text)
    press(tape, STOP.text)
    gone(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, words in finding.observed) == (Verdict.FAIL, True)


@pytest.mark.parametrize(
    "text",
    [
        f"{BANK}\nShares accounts and balances\nUntil 12 March 2027",
        f"{BANK}\nShares accounts, balances, transactions\nSince 1 January 2026",
        "Sandbox Bank\nShares accounts, balances, transactions\nUntil 12 March 2027",
    ],
    ids=["a dataset less", "another date", "a part of the name"],
)
def test_a_list_in_other_words_is_open(tape: Tape, text: str) -> None:
    """It may be how the app says it."""
    listed(tape, text)
    press(tape, STOP.text)
    gone(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_bank_that_is_shown_by_its_logo_is_open(tape: Tape) -> None:
    """Nobody reads pictures here."""
    text = "Your connections\nYour bank\nShares accounts, balances, transactions\nUntil 12 March 2027"
    listed(tape, text, html=f"<main>{text}<img src=logo.png></main>")
    press(tape, STOP.text)
    gone(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_details_on_the_way_count(tape: Tape) -> None:
    """The page of one consent may tell what the list does not."""
    listed(tape, f"Your connections\n{BANK}", link("Manage", "/connections/1"))
    show(tape, "answer", PAGE, STOP, moment="synced", widths=(WIDE,))
    press(tape, "Manage", STOP.text)
    gone(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_nothing_to_press_fails(tape: Tape) -> None:
    """A list alone revokes nothing."""
    listed(tape, PAGE, link("Home", "/"))
    press(tape, "", problem="there is nothing that would revoke the consent")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "the page of connections has nothing to press that would revoke the consent",
    )


def test_nothing_to_press_beside_a_menu_is_open(tape: Tape) -> None:
    """It may be in there."""
    listed(tape, PAGE, link("Home", "/"), html=f"<main>{PAGE}<button aria-haspopup=menu></button></main>")
    press(tape, "", problem="there is nothing that would revoke the consent")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "control",
    [
        link("Manage your consents", "https://elsewhere.example/consents"),
        button("Pause feed"),
        button(""),
        Control(kind="field", text="Daily budget sync"),
        link("Everyday Bank", "/banks/1"),
    ],
    ids=["at another machine", "unknown words", "no name", "a switch", "a page of its own"],
)
def test_nothing_to_press_beside_what_nobody_knows_is_open(tape: Tape, control: Control) -> None:
    """It may be that."""
    listed(tape, PAGE, link("Home", "/"), control)
    press(tape, "", problem="there is nothing that would revoke the consent")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_list_in_another_language_is_open(tape: Tape) -> None:
    """Its words are not known."""
    listed(tape, f"Ihre Verbindungen\n{BANK}\nFreigegeben: Konten\nbis Frühjahr", button("Freigabe beenden"))
    press(tape, "", problem="there is nothing that would revoke the consent")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("text", "verdict"), [(EMPTY, Verdict.FAIL), (PAGE, Verdict.INCONCLUSIVE)])
def test_what_may_mean_something_else_counts_where_the_page_follows(tape: Tape, text: str, verdict: Verdict) -> None:
    """A page that lists the consent no more says that it was revoked; one that does may have removed something else."""
    listed(tape, PAGE, button("Remove"))
    press(tape, "Remove")
    show(tape, "connections", text, moment="ended")
    rest(tape)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_what_was_not_really_pressed_says_nothing(tape: Tape) -> None:
    """Something lay over it, and what was pressed then only looked around."""
    listed(tape)
    press(tape, STOP.text, problem="something lies over it")
    press(tape, "Details")
    rest(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("page", "lack"), [("", "the page asks for more than presses"), ("answer", "the app answered 403")])
def test_a_question_that_a_press_does_not_answer_is_open(tape: Tape, page: str, problem: str) -> None:
    """A word that must be typed, a login that is too old."""
    listed(tape)
    press(tape, STOP.text)
    show(tape, page or "elsewhere", "Type STOP", moment="synced", problem=problem)
    press(tape, "", problem=problem if not page else "")
    rest(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_nobody_is_held_to_a_time_that_was_never_promised() -> None:
    """Where the app does not tell what is pending either."""
    tape = Tape(assumed=("fresh_s",))
    listed(tape)
    press(tape, STOP.text)
    show(tape, "connections", EMPTY, moment="ended")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.limits.fresh_s")


def test_a_time_that_was_promised_counts(tape: Tape) -> None:
    """It is over."""
    listed(tape)
    press(tape, STOP.text)
    gone(tape, PAGE, STOP)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_consent_that_lives_on_fails(tape: Tape) -> None:
    """The page says that it ended, and Fiskil knows nothing of that."""
    listed(tape)
    press(tape, STOP.text)
    show(tape, "connections", EMPTY, moment="ended")
    rest(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed, finding.evidence) == (
        Verdict.FAIL,
        "the consent was revoked on the page and lives on at Fiskil",
        ("pressed 'Stop sharing'",),
    )


@pytest.mark.parametrize(
    ("first", "presses"),
    [("Disconnect", ["Disconnect"]), ("Manage", ["Manage", "Disconnect"])],
    ids=["at once", "by a page"],
)
def test_more_controls_than_consents_that_end_nothing_are_open(tape: Tape, first: str, presses: list[str]) -> None:
    """What was pressed may have been about a login, or about one account of many."""
    listed(tape, f"{PAGE}\nGoogle", button(first), button(first))
    press(tape, *presses)
    press(tape, *presses)
    show(tape, "connections", PAGE, button(first), moment="ended")
    rest(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "of more controls than consents none that was pressed has ended the consent",
    )


def test_more_controls_than_consents_excuse_no_page_that_lists_it_no_more(tape: Tape) -> None:
    """The page itself says that it has ended."""
    listed(tape, f"{PAGE}\nGoogle", STOP, STOP)
    press(tape, STOP.text)
    show(tape, "connections", EMPTY, moment="ended")
    rest(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_an_app_at_work_is_not_accused(tape: Tape) -> None:
    """The end may come yet."""
    listed(tape)
    press(tape, STOP.text)
    show(tape, "connections", EMPTY, moment="ended")
    rest(tape, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_press_that_could_not_be_followed_is_open(tape: Tape) -> None:
    """The window is gone."""
    listed(tape)
    press(tape, STOP.text, problem="the page did not answer in time")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_presses_that_only_look_around_are_open(tape: Tape) -> None:
    """Nothing said that it would revoke."""
    listed(tape, PAGE, link("Manage", "/connections/1"))
    press(tape, "Manage")
    rest(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_page_that_still_lists_it_fails(tape: Tape) -> None:
    """Nothing on it has changed."""
    listed(tape)
    press(tape, STOP.text)
    gone(tape, PAGE, STOP)
    rest(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "the page still lists a consent as active that has ended")


@pytest.mark.parametrize(
    ("text", "controls", "more"),
    [
        (f"{EMPTY}\nConnect {BANK} again", (button("Connect"),), {}),
        (f"{PAGE}\nStatus: ended", (STOP,), {}),
        (f"{PAGE}\nDisconnected today", (), {}),
        (f"{PAGE.replace('Until 12 March 2027', 'Off')}", (STOP,), {}),
        (f"{PAGE}\nOff", (button("Remove"),), {}),
        (f"Ended connections\n{BANK}\nWas shared until today", (button("Remove from list"),), {}),
        ("Not found, there is nothing here", (), {"status": 404}),
        (EMPTY, (), {"url": "http://127.0.0.1:8000/connect"}),
    ],
    ids=[
        "offered again",
        "marked",
        "without a control",
        "without a date",
        "with another control",
        "in a history",
        "no page",
        "led elsewhere",
    ],
)
def test_a_page_that_has_followed_passes(tape: Tape, text: str, controls: tuple[Control, ...], more: dict[str, Any]) -> None:
    """Gone, marked as ended, or offered anew."""
    listed(tape)
    press(tape, STOP.text)
    gone(tape, text, *controls, **more)
    rest(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_state_that_stays_connected_fails(tape: Tape) -> None:
    """The page is no more than a page."""
    listed(tape)
    press(tape, STOP.text)
    gone(tape)
    rest(tape, is_connected=True)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, "counts the end user as connected" in finding.observed) == (Verdict.FAIL, True)


def test_a_page_that_was_not_seen_again_is_open(tape: Tape) -> None:
    """Whether it has followed is not known."""
    listed(tape)
    press(tape, STOP.text)
    tape.consent("arr1", is_active=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


OTHER = "Bank of the Ranges"
BOTH = f"{PAGE}\n{OTHER}\nShares accounts, balances, transactions\nUntil 12 March 2027"


def two(tape: Tape, *controls: Control) -> None:
    """Two consents stand, and the first is to go."""
    share(tape, "arr2", institution=OTHER, is_sought=False)
    listed(tape, BOTH, *controls)


def test_the_right_one_of_two_passes(tape: Tape) -> None:
    """The other stays."""
    two(tape, STOP, STOP)
    press(tape, STOP.text)
    gone(tape, BOTH.replace(f"{PAGE}\n", ""), STOP)
    rest(tape, is_connected=True)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined, finding.advice) == (Verdict.PASS, 2, ())


def test_the_wrong_one_of_two_fails(tape: Tape) -> None:
    """The control of one ended the other."""
    two(tape, STOP, STOP)
    press(tape, STOP.text)
    tape.consent("arr2", is_active=False)
    show(tape, "connections", PAGE, STOP, moment="ended")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "the control of one consent ended another")


def test_the_wrong_one_of_more_controls_than_consents_is_open(tape: Tape) -> None:
    """Which control belongs to which consent was perhaps not to be seen."""
    two(tape, STOP, STOP, STOP)
    press(tape, STOP.text)
    tape.consent("arr2", is_active=False)
    show(tape, "connections", PAGE, STOP, moment="ended")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_both_of_two_by_one_control_each_fails(tape: Tape) -> None:
    """Nobody asked for that."""
    two(tape, STOP, STOP)
    press(tape, STOP.text)
    tape.consent("arr2", is_active=False)
    gone(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_one_control_for_all_is_worth_a_remark(tape: Tape) -> None:
    """It says what it does."""
    two(tape, button("Stop sharing everything"))
    press(tape, "Stop sharing everything")
    tape.consent("arr2", is_active=False)
    gone(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.advice) == (
        Verdict.PASS,
        ("one control ends all consents; each could have its own",),
    )


def test_one_of_two_at_one_bank_is_as_good_as_the_other(tape: Tape) -> None:
    """A page may not tell them apart."""
    share(tape, "arr2", is_sought=False)
    listed(tape, f"{PAGE}\n{PAGE}", STOP, STOP)
    press(tape, STOP.text)
    tape.consent("arr2", is_active=False)
    show(tape, "connections", PAGE, STOP, moment="ended")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_app_that_was_not_told_is_not_accused(tape: Tape) -> None:
    """It cannot list what it does not know."""
    declare(tape)
    share(tape, is_told=False)
    show(tape, "connections", EMPTY, moment="synced")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("more", [{"status": 500}, {"lack": "it asked for a login"}, {"widths": (NARROW,)}])
def test_a_page_that_cannot_be_read_is_open(tape: Tape, more: dict[str, Any]) -> None:
    """It accuses nobody."""
    listed(tape, **more)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_a_consent_nothing_is_judged(tape: Tape) -> None:
    """There was nothing to list."""
    declare(tape)
    show(tape, "connections", EMPTY, moment="synced")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
