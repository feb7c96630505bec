"""lists_and_revokes: the connections page lists what is shared, and a few presses revoke it at Fiskil."""

from typing import Any

import pytest

from fiskil_harness.journal import Control, Renewed
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import ListsAndRevokes, Verdict
from tests.probes.glass import BANK, NARROW, WIDE, button, declare, link, press, report_end, share, show

PROBE = ListsAndRevokes()
PAGE = f"Your connections\n{BANK}\nShares accounts, balances, transactions\nUntil 12 March 2027"
EMPTY = "Your connections\nYou are not sharing any data with us."
STOP = button("Stop sharing")


def open_list(tape: JournalBuilder, text: str = PAGE, *controls: Control, **more: Any) -> None:
    """Record an active consent and a view of the connections page."""
    declare(tape)
    share(tape)
    show(tape, "connections", text, *(controls or (STOP,)), moment="synced", **more)


def end_consent(tape: JournalBuilder, text: str = EMPTY, *controls: Control, **more: Any) -> None:
    """Record the end of the consent and another view of the page."""
    tape.consent("arr1", is_active=False)
    show(tape, "connections", text, *controls, moment="ended", **more)


def test_one_press_that_revokes_passes(tape: JournalBuilder) -> None:
    """The page lists the consent, a press revokes it, and the page lists it no more."""
    open_list(tape)
    press(tape, STOP.text)
    end_consent(tape)
    report_end(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.PASS,
        "the page lists what is shared, and 1 press revokes it at Fiskil",
    )


def test_three_presses_are_enough(tape: JournalBuilder) -> None:
    """Details, the control, and a confirmation are three presses."""
    open_list(tape, PAGE, link("Manage", "/connections/1"))
    press(tape, "Manage", "Disconnect", "Yes, disconnect")
    end_consent(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_four_presses_fail(tape: JournalBuilder) -> None:
    """More than three presses are not easy."""
    open_list(tape)
    press(tape, "Manage", "Disconnect", "Continue", "Yes, I am sure")
    end_consent(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "revoking a consent takes 4 presses, and at most 3 are allowed",
    )


@pytest.mark.parametrize(
    ("acts", "verdict", "observed"),
    [
        (
            ("Disconnect", "typed 'STOP'", "Yes"),
            Verdict.PASS,
            "the page lists what is shared, and 2 presses and 1 typed word revoke it at Fiskil",
        ),
        (
            ("Details", "Disconnect", "typed 'STOP'", "Yes"),
            Verdict.INCONCLUSIVE,
            "revoking a consent takes 3 presses and 1 typed word, and at most 3 are allowed; "
            "the practice does not state whether a typed word counts as a press",
        ),
        (
            ("Details", "Disconnect", "typed 'STOP'", "Yes", "Really"),
            Verdict.FAIL,
            "revoking a consent takes 4 presses and 1 typed word, and at most 3 are allowed",
        ),
    ],
)
def test_a_typed_word_is_counted_separately(
    tape: JournalBuilder, acts: tuple[str, ...], verdict: Verdict, observed: str
) -> None:
    """A typed word is work, but may not be a press, so it alone does not fail."""
    open_list(tape)
    press(tape, *acts)
    end_consent(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (verdict, observed)


def test_a_switch_that_is_still_on_lists_the_consent(tape: JournalBuilder) -> None:
    """A page whose switch for the consent is on still lists it as active."""
    switch = Control(kind="switch", text=f"Share my data with {BANK}", is_on=True)
    open_list(tape, PAGE, switch)
    press(tape, switch.text, is_switch=True)
    end_consent(tape, PAGE, switch)

    assert PROBE.examine(tape.journal).observed == "the page still lists an ended consent as active"


def test_the_switch_that_revoked_it_lists_the_consent_with_any_label(tape: JournalBuilder) -> None:
    """The end of the consent proves that the switch controls it."""
    switch = Control(kind="switch", text="Sharing", is_on=True)
    open_list(tape, PAGE, switch)
    press(tape, switch.text, is_switch=True)
    end_consent(tape, PAGE, switch)

    assert PROBE.examine(tape.journal).observed == "the page still lists an ended consent as active"


def test_an_unrelated_switch_does_not_hide_a_listed_consent(tape: JournalBuilder) -> None:
    """A switch for something else was turned off, and the consent is still listed."""
    switch = Control(kind="switch", text="Share crash reports", is_on=True)
    open_list(tape, PAGE, STOP, switch)
    press(tape, switch.text, is_switch=True)
    press(tape, STOP.text)
    end_consent(tape, PAGE, STOP, Control(kind="switch", text=switch.text))

    assert PROBE.examine(tape.journal).observed == "the page still lists an ended consent as active"


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
def test_a_switch_that_does_not_revoke_is_judged_by_its_label(tape: JournalBuilder, label: str, verdict: Verdict) -> None:
    """Only a label with the institution's name or the end user's own data claims to control this consent."""
    switch = Control(kind="switch", text=label, is_on=True)
    open_list(tape, PAGE, switch)
    press(tape, label, is_switch=True)
    show(tape, "connections", PAGE, switch, moment="ended")
    report_end(tape, is_connected=True)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_switch_next_to_a_failed_press_is_inconclusive(tape: JournalBuilder) -> None:
    """The other control may be the one that revokes."""
    switch = Control(kind="switch", text="Share my data", is_on=True)
    open_list(tape, PAGE, link("Manage", "/one"), switch)
    press(tape, switch.text, is_switch=True)
    press(tape, "Manage", problem="it leads nowhere")
    press(tape, "Details")
    report_end(tape, is_connected=True)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "only a switch is labelled as revoking the consent, and another control failed: it leads nowhere",
    )


def test_earlier_attempts_are_not_counted(tape: JournalBuilder) -> None:
    """Only presses since the page was opened count."""
    open_list(tape)
    press(tape, "Details", "Back", "More")
    press(tape, STOP.text)
    end_consent(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Your connections\nYour bank\nShares accounts, balances, transactions\nUntil 12 March 2027",
            "does not show the institution",
        ),
        (f"Your connections\n{BANK}\nActive until 12 March 2027", "does not show the shared data"),
        (
            f"Your connections\n{BANK}\nShares accounts, balances, transactions\nStatus active",
            "does not show the expiry",
        ),
    ],
)
def test_an_incomplete_list_fails(tape: JournalBuilder, text: str, words: str) -> None:
    """The list must show institution, data and expiry."""
    open_list(tape, text)
    press(tape, STOP.text)
    end_consent(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, words in finding.observed) == (Verdict.FAIL, True)


def test_the_expiry_before_a_renewal_fails(tape: JournalBuilder) -> None:
    """The page still names the day on which the consent would have ended."""
    tape.journal.write(Renewed(at_s=tape.now_s, participant="", consent_id="arr1", ended_on="2027-01-18"))
    open_list(tape, PAGE.replace("12 March 2027", "18 January 2027"))
    press(tape, STOP.text)
    end_consent(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, "before it was renewed" in finding.observed) == (Verdict.FAIL, True)


@pytest.mark.parametrize(
    "text",
    [
        f"{BANK}\nShares accounts and balances\nUntil 12 March 2027",
        f"{BANK}\nShares accounts, balances, transactions\nSince 1 January 2026",
        "Sandbox Bank\nShares accounts, balances, transactions\nUntil 12 March 2027",
    ],
    ids=["a dataset less", "another date", "a part of the name"],
)
def test_a_list_in_other_words_is_inconclusive(tape: JournalBuilder, text: str) -> None:
    """The app may use other words for the same thing."""
    open_list(tape, text)
    press(tape, STOP.text)
    end_consent(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_logo_of_the_bank_is_inconclusive(tape: JournalBuilder) -> None:
    """Pictures cannot be read."""
    text = "Your connections\nYour bank\nShares accounts, balances, transactions\nUntil 12 March 2027"
    open_list(tape, text, html=f"<main>{text}<img src=logo.png></main>")
    press(tape, STOP.text)
    end_consent(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_detail_pages_count(tape: JournalBuilder) -> None:
    """The page of one consent may show what the list does not."""
    open_list(tape, f"Your connections\n{BANK}", link("Manage", "/connections/1"))
    show(tape, "response", PAGE, STOP, moment="synced", widths=(WIDE,))
    press(tape, "Manage", STOP.text)
    end_consent(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "control",
    [
        link("Home", "/"),
        link("Everyday Bank", "/connections"),
        link("Privacy policy", "/privacy"),
        link("News", "https://elsewhere.example/news"),
        Control(kind="button", text="Pause feed", is_disabled=True),
    ],
    ids=["home", "the page itself", "privacy", "at another machine", "disabled"],
)
def test_a_list_without_a_control_fails(tape: JournalBuilder, control: Control) -> None:
    """A list without a control cannot revoke a consent, and a link to the same page is none."""
    open_list(tape, PAGE, control)
    press(tape, "", problem="no control revokes the consent")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "the connections page has no control that revokes the consent",
    )


def test_a_missing_control_next_to_a_menu_is_inconclusive(tape: JournalBuilder) -> None:
    """The menu may contain the control."""
    open_list(tape, PAGE, link("Home", "/"), html=f"<main>{PAGE}<button aria-haspopup=menu></button></main>")
    press(tape, "", problem="no control revokes the consent")

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
def test_an_unknown_control_is_inconclusive(tape: JournalBuilder, control: Control) -> None:
    """A control with unknown words may revoke."""
    open_list(tape, PAGE, link("Home", "/"), control)
    press(tape, "", problem="no control revokes the consent")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_list_in_an_unknown_language_is_inconclusive(tape: JournalBuilder) -> None:
    """The words of the language are unknown."""
    open_list(tape, f"Ihre Verbindungen\n{BANK}\nFreigegeben: Konten\nbis Frühjahr", button("Freigabe beenden"))
    press(tape, "", problem="no control revokes the consent")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("text", "html", "hook"),
    [
        (f"Verbindungen\n{BANK}\nTeilt accounts, balances, transactions\n2027-03-12", "", "app.facts.revoke_words"),
        (PAGE, f"<main>{PAGE}<button aria-haspopup=menu></button></main>", ""),
    ],
    ids=["language", "menu"],
)
def test_a_missing_control_names_the_setting_that_would_help(tape: JournalBuilder, text: str, html: str, hook: str) -> None:
    """The config can add words of an unknown language, and cannot open a menu."""
    open_list(tape, text, link("Home", "/"), html=html or f"<main>{text}</main>")
    press(tape, "", problem="no control revokes the consent")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, hook)
    assert finding.observed.startswith("no control is labelled as revoking the consent, but one may do so: ")


@pytest.mark.parametrize(("text", "verdict"), [(EMPTY, Verdict.FAIL), (PAGE, Verdict.INCONCLUSIVE)])
def test_an_ambiguous_control_fails_if_the_page_removes_the_consent(
    tape: JournalBuilder, text: str, verdict: Verdict
) -> None:
    """A page that lists the consent no more claims that it was revoked; otherwise the press may mean something else."""
    open_list(tape, PAGE, button("Remove"))
    press(tape, "Remove")
    show(tape, "connections", text, moment="ended")
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_failed_press_is_inconclusive(tape: JournalBuilder) -> None:
    """The control was covered, and the other press only opened details."""
    open_list(tape)
    press(tape, STOP.text, problem="something lies over it")
    press(tape, "Details")
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("page", "problem"), [("", "the page asks for more than presses"), ("response", "the app responded 403")]
)
def test_an_unanswered_confirmation_is_inconclusive(tape: JournalBuilder, page: str, problem: str) -> None:
    """The page may require a typed word or a new login."""
    open_list(tape)
    press(tape, STOP.text)
    show(tape, page or "elsewhere", "Type STOP", moment="synced", problem=problem)
    press(tape, "", problem=problem if not page else "")
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_delay_without_a_promised_time_is_inconclusive() -> None:
    """The config promises no time, and the app does not report pending work."""
    tape = JournalBuilder(assumed=("fresh_s",))
    open_list(tape)
    press(tape, STOP.text)
    show(tape, "connections", EMPTY, moment="ended")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.limits.fresh_s")


def test_a_promised_time_counts(tape: JournalBuilder) -> None:
    """The promised time is over, and the page still lists the consent."""
    open_list(tape)
    press(tape, STOP.text)
    end_consent(tape, PAGE, STOP)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_consent_that_stays_active_fails(tape: JournalBuilder) -> None:
    """The page removes the consent, but it is still active at Fiskil."""
    open_list(tape)
    press(tape, STOP.text)
    show(tape, "connections", EMPTY, moment="ended")
    report_end(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed, finding.evidence) == (
        Verdict.FAIL,
        "the consent was revoked on the page but is still active at Fiskil",
        ("pressed 'Stop sharing'",),
    )


@pytest.mark.parametrize(
    ("first", "presses"),
    [("Disconnect", ["Disconnect"]), ("Manage", ["Manage", "Disconnect"])],
    ids=["one press", "by another page"],
)
def test_more_controls_than_consents_are_inconclusive(tape: JournalBuilder, first: str, presses: list[str]) -> None:
    """The pressed control may be about a login, or about one of several accounts."""
    open_list(tape, f"{PAGE}\nGoogle", button(first), button(first))
    press(tape, *presses)
    press(tape, *presses)
    show(tape, "connections", PAGE, button(first), moment="ended")
    report_end(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the page has more controls than consents, and none of the pressed ones revoked the consent",
    )


def test_more_controls_do_not_excuse_a_page_that_removes_the_consent(tape: JournalBuilder) -> None:
    """The page itself claims that the consent ended."""
    open_list(tape, f"{PAGE}\nGoogle", STOP, STOP)
    press(tape, STOP.text)
    show(tape, "connections", EMPTY, moment="ended")
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_busy_app_is_inconclusive(tape: JournalBuilder) -> None:
    """The app may still revoke the consent."""
    open_list(tape)
    press(tape, STOP.text)
    show(tape, "connections", EMPTY, moment="ended")
    report_end(tape, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_press_without_an_observed_result_is_inconclusive(tape: JournalBuilder) -> None:
    """The page did not respond after the press."""
    open_list(tape)
    press(tape, STOP.text, problem="the page did not respond in time")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_presses_of_unlabelled_controls_are_inconclusive(tape: JournalBuilder) -> None:
    """No pressed control was labelled as revoking."""
    open_list(tape, PAGE, link("Manage", "/connections/1"))
    press(tape, "Manage")
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_page_that_still_lists_the_consent_fails(tape: JournalBuilder) -> None:
    """The page has not changed after the end of the consent."""
    open_list(tape)
    press(tape, STOP.text)
    end_consent(tape, PAGE, STOP)
    report_end(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "the page still lists an ended consent as active")


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
def test_a_page_that_shows_the_end_passes(
    tape: JournalBuilder, text: str, controls: tuple[Control, ...], more: dict[str, Any]
) -> None:
    """The consent is removed, marked as ended, or offered again."""
    open_list(tape)
    press(tape, STOP.text)
    end_consent(tape, text, *controls, **more)
    report_end(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_state_that_stays_connected_fails(tape: JournalBuilder) -> None:
    """The app's state must show the end, too."""
    open_list(tape)
    press(tape, STOP.text)
    end_consent(tape)
    report_end(tape, is_connected=True)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, "counts the end user as connected" in finding.observed) == (Verdict.FAIL, True)


def test_a_page_that_was_not_viewed_again_is_inconclusive(tape: JournalBuilder) -> None:
    """Without a view after the end, the list cannot be judged."""
    open_list(tape)
    press(tape, STOP.text)
    tape.consent("arr1", is_active=False)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the connections page could not be read after the consent had ended",
    )


OTHER = "Bank of the Ranges"
BOTH = f"{PAGE}\n{OTHER}\nShares accounts, balances, transactions\nUntil 12 March 2027"


def list_two(tape: JournalBuilder, *controls: Control) -> None:
    """Record two active consents, of which the first will be revoked."""
    share(tape, "arr2", institution=OTHER, is_sought=False)
    open_list(tape, BOTH, *controls)


def test_the_right_consent_of_two_passes(tape: JournalBuilder) -> None:
    """The other consent stays active."""
    list_two(tape, STOP, STOP)
    press(tape, STOP.text)
    end_consent(tape, BOTH.replace(f"{PAGE}\n", ""), STOP)
    report_end(tape, is_connected=True)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined, finding.advice) == (Verdict.PASS, 2, ())


def test_the_wrong_consent_of_two_fails(tape: JournalBuilder) -> None:
    """The control of one consent must not revoke the other."""
    list_two(tape, STOP, STOP)
    press(tape, STOP.text)
    tape.consent("arr2", is_active=False)
    show(tape, "connections", PAGE, STOP, moment="ended")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "the control of one consent revoked another")


def test_a_wrong_consent_with_more_controls_is_inconclusive(tape: JournalBuilder) -> None:
    """The page may not show which control belongs to which consent."""
    list_two(tape, STOP, STOP, STOP)
    press(tape, STOP.text)
    tape.consent("arr2", is_active=False)
    show(tape, "connections", PAGE, STOP, moment="ended")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_control_of_one_consent_that_revokes_both_fails(tape: JournalBuilder) -> None:
    """Each consent has its own control, so only one may end."""
    list_two(tape, STOP, STOP)
    press(tape, STOP.text)
    tape.consent("arr2", is_active=False)
    end_consent(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_one_control_for_all_consents_is_advice(tape: JournalBuilder) -> None:
    """The label states that the control revokes everything."""
    list_two(tape, button("Stop sharing everything"))
    press(tape, "Stop sharing everything")
    tape.consent("arr2", is_active=False)
    end_consent(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.advice) == (
        Verdict.PASS,
        ("one control revokes all consents; each consent could have its own control",),
    )


def test_either_of_two_consents_at_one_bank_passes(tape: JournalBuilder) -> None:
    """A page may show both consents alike."""
    share(tape, "arr2", is_sought=False)
    open_list(tape, f"{PAGE}\n{PAGE}", STOP, STOP)
    press(tape, STOP.text)
    tape.consent("arr2", is_active=False)
    show(tape, "connections", PAGE, STOP, moment="ended")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_page_that_hides_one_of_two_consents_at_one_bank_fails(tape: JournalBuilder) -> None:
    """The page lists the other consent only after the first one ended, so it does not list the ended one."""
    share(tape, "arr2", is_sought=False)
    open_list(tape, PAGE, STOP)
    press(tape, STOP.text)
    end_consent(tape, PAGE, STOP)
    report_end(tape)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "the page has not changed although one of 2 consents at the same institution ended: "
        "it hid one of them before, or still lists the ended one",
    )


def test_an_app_that_was_not_notified_is_inconclusive(tape: JournalBuilder) -> None:
    """The app cannot list a consent that it does not know."""
    declare(tape)
    share(tape, is_notified=False)
    show(tape, "connections", EMPTY, moment="synced")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("more", [{"status": 500}, {"problem": "it asked for a login"}, {"widths": (NARROW,)}])
def test_an_unreadable_page_is_inconclusive(tape: JournalBuilder, more: dict[str, Any]) -> None:
    """A page that cannot be read is not judged."""
    open_list(tape, **more)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_a_consent_the_page_is_inconclusive(tape: JournalBuilder) -> None:
    """The page has no consent to list."""
    declare(tape)
    show(tape, "connections", EMPTY, moment="synced")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("until", "facts", "verdict"),
    [
        ("2027-12-02", {}, Verdict.FAIL),
        ("5 May 2027", {"consent_days": 154}, Verdict.FAIL),
        ("5 May 2027", {}, Verdict.INCONCLUSIVE),
        ("90 days", {}, Verdict.INCONCLUSIVE),
    ],
)
def test_an_assumed_duration_fails(tape: JournalBuilder, until: str, facts: dict[str, Any], verdict: Verdict) -> None:
    """The consent ends on 12 March; a page that names the end of another usual duration did not read the consent's own."""
    declare(tape, **facts)
    share(tape)
    show(tape, "connections", PAGE.replace("12 March 2027", until), STOP, moment="synced")
    press(tape, STOP.text)
    end_consent(tape)

    assert PROBE.examine(tape.journal).verdict is verdict


WITHOUT_EXPIRY = f"{BANK}\nShares accounts, balances, transactions\nStatus active"


@pytest.mark.parametrize(
    ("page", "moment", "verdict"),
    [
        ("response", "synced", Verdict.PASS),
        ("response", "ended", Verdict.FAIL),
        ("response", "plain", Verdict.FAIL),
        ("connect", "synced", Verdict.FAIL),
        ("connect", "plain", Verdict.FAIL),
    ],
)
def test_only_pages_that_a_press_opened_before_the_end_complete_the_list(
    tape: JournalBuilder, page: str, moment: str, verdict: Verdict
) -> None:
    """Another page, or the page after the revocation, does not show an end user what they share."""
    open_list(tape, WITHOUT_EXPIRY)
    show(tape, page, "This consent lasts until 12 March 2027", moment=moment)
    press(tape, STOP.text)
    end_consent(tape)

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("label", "verdict"), [("Stop sharing everything", Verdict.PASS), (STOP.text, Verdict.FAIL)])
def test_a_control_for_all_consents_may_be_beside_those_of_each_consent(
    tape: JournalBuilder, label: str, verdict: Verdict
) -> None:
    """The pressed control says whether it is for all consents."""
    list_two(tape, STOP, STOP, button("Stop sharing everything"))
    press(tape, label)
    tape.consent("arr2", is_active=False)
    end_consent(tape)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is verdict
    if verdict is Verdict.FAIL:
        assert finding.observed == "the control of one consent revoked others as well"
        assert finding.evidence == ("pressed 'Stop sharing'",)


def test_a_control_for_everything_at_one_bank_must_spare_the_other(tape: JournalBuilder) -> None:
    """Its label limits it to the consents of the named institution."""
    list_two(tape, STOP, STOP)
    press(tape, f"Stop sharing everything with {BANK}")
    tape.consent("arr2", is_active=False)
    end_consent(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(404, Verdict.PASS), (410, Verdict.PASS), (403, Verdict.INCONCLUSIVE), (500, Verdict.INCONCLUSIVE)],
)
def test_a_page_that_cannot_be_read_after_the_end_is_inconclusive(
    tape: JournalBuilder, status: int, verdict: Verdict
) -> None:
    """A page that is gone lists no consent any more."""
    open_list(tape)
    press(tape, STOP.text)
    end_consent(tape, "", status=status, problem=f"the app responded {status}")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is verdict
    assert finding.observed == (
        "the page lists what is shared, and 1 press revokes it at Fiskil"
        if verdict is Verdict.PASS
        else f"the connections page could not be read after the consent had ended; the app responded {status}"
    )


def test_a_busy_app_may_still_count_the_end_user_as_connected(tape: JournalBuilder) -> None:
    """It has not processed the end of the consent yet."""
    open_list(tape)
    press(tape, STOP.text)
    end_consent(tape)
    report_end(tape, is_connected=True, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "other",
    [
        Control(kind="button", text=STOP.text, is_disabled=True),
        button("Stop sharing everything"),
        link("Privacy", "/privacy"),
    ],
    ids=["disabled", "for all", "for something else"],
)
def test_a_control_that_cannot_be_about_this_consent_is_no_excuse(tape: JournalBuilder, other: Control) -> None:
    """The pressed control is the only one for a single consent, and the consent is still active."""
    open_list(tape, PAGE, STOP, other)
    press(tape, STOP.text)
    show(tape, "connections", PAGE, STOP, other, moment="ended")
    report_end(tape)

    assert PROBE.examine(tape.journal).observed == "the consent was revoked on the page but is still active at Fiskil"


@pytest.mark.parametrize(
    ("labels", "revoke_words"),
    [(("Stop sharing", "Disconnect"), ()), (("Kappen", "Alles kappen"), ("kappen",))],
    ids=["known words", "words of the config"],
)
def test_two_labels_for_revoking_one_consent_are_inconclusive(
    tape: JournalBuilder, labels: tuple[str, str], revoke_words: tuple[str, ...]
) -> None:
    """The control that was not pressed may be the one that revokes the consent."""
    declare(tape, revoke_words=revoke_words)
    open_list(tape, PAGE, *map(button, labels))
    press(tape, labels[0])
    show(tape, "connections", PAGE, *map(button, labels), moment="ended")
    report_end(tape)

    assert PROBE.examine(tape.journal).observed == (
        "the page has more controls than consents, and none of the pressed ones revoked the consent"
    )
