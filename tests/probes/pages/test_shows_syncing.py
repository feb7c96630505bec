"""shows_syncing: the page says that data is on its way, as long as it is and no longer."""

import msgspec
import pytest

from fiskil_harness.journal import Declared
from fiskil_harness.probes import ShowsSyncing, Verdict
from tests.probes.sight import shown
from tests.probes.tape import Tape

PROBE = ShowsSyncing()
HELD = {"connection": "connected", "transactions": [{"fiskil_id": "bank_tx_a", "amount": "-12.50"}]}
EMPTY = "Your connections\nThis is what you share with us.\nAccounts: 0\nTransactions: none"
FULL = "Your connections\nThis is what you share with us.\nEveryday account\n-12.50 at COFFEE a"
SYNCING = "Your connections\nWe are syncing your data. This usually takes a few minutes."
SPOKEN = [
    SYNCING,
    "Thank you\nYour budget will be ready when you come back.",
    "Connected!\nWe're fetching your transactions.",
    "Hang tight\nWe are getting your data from the bank.",
    "Done\nNothing here yet, please look again soon.",
    "Thanks\nYour bank is preparing your data; we'll let you know when it is here.",
]


def told(tape: Tape, early: str, late: str = FULL, *, own: tuple[str, ...] = (), **more: object) -> None:
    """A consent, a page, then data that the app holds, and the page again."""
    tape.journal.write(Declared(syncing_words=own))
    shown(tape, "connections", early, moment="unsynced", **more)
    tape.rows(tape.transaction("a"))
    tape.told("banking.transactions.sync.completed")
    tape.effects(HELD)
    shown(tape, "connections", late, moment="synced")


@pytest.mark.parametrize("early", SPOKEN)
def test_words_of_waiting_pass(tape: Tape, early: str) -> None:
    """There are many ways to say it."""
    told(tape, early)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.PASS,
        "the page says that data is on its way, and stops when it is there",
    )


def test_a_progress_bar_passes(tape: Tape) -> None:
    """It needs no words."""
    told(tape, "Your connections\nBudget", signs=("progressbar",))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_the_teams_own_words_pass(tape: Tape) -> None:
    """A page in German says it in German."""
    told(tape, "Danke\nIhre Umsätze werden gerade abgeholt.", own=("werden gerade abgeholt",))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "early",
    [EMPTY, f"{EMPTY}\nWhen you stop sharing, we delete it.", "Thank you\nYour bank is connected and this is your budget."],
)
def test_nothing_shown_as_final_fails(tape: Tape, early: str) -> None:
    """Whoever sees an empty list believes it."""
    told(tape, early)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "after the consent the page shows nothing as final, and does not say that data is on its way",
    )


def test_another_language_without_words_of_its_own_is_a_doubt(tape: Tape) -> None:
    """The config can tell them."""
    told(tape, "Danke\nIhre Umsätze werden gerade abgeholt.")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.syncing_words")


def test_other_words_of_waiting_are_a_doubt(tape: Tape) -> None:
    """Nobody has listed every way to say it."""
    told(tape, "Thank you\nThe bank is asked once an hour and you get an e-mail.")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.syncing_words")


def test_data_that_was_there_at_once_needs_no_words(tape: Tape) -> None:
    """There was nothing to wait for."""
    told(tape, FULL)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("late", [SYNCING, FULL + SYNCING.removeprefix("Your connections")])
def test_syncing_for_ever_fails(tape: Tape, late: str) -> None:
    """All of it is there, and the page says otherwise."""
    told(tape, SYNCING, late)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "the connections page still says that data is on its way when all of it is there",
    )


def test_what_another_page_said_does_not_excuse_one_that_tells_the_same(tape: Tape) -> None:
    """Nobody looks at the callback page again, so nothing has gone from it."""
    shown(tape, "callback", "Thank you\nYour bank usually needs a few minutes.", moment="unsynced")
    told(tape, SYNCING, SYNCING)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("late", [FULL + "\nWe are syncing your data.", "Your connections\nNothing here, importing it."])
def test_what_is_left_over_is_open(tape: Tape, late: str) -> None:
    """Something has gone, so what stays or has come may be about newer data."""
    told(tape, SYNCING, late)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "standing", ["Background syncing: on", "Daily syncing is on.", "We keep importing new transactions"]
)
@pytest.mark.parametrize("late", [FULL, EMPTY])
def test_a_setting_that_stands_always_is_no_flaw(tape: Tape, standing: str, late: str) -> None:
    """It is about all times; what was about the first data has gone."""
    told(tape, f"{SYNCING}\n{standing}", f"{late}\n{standing}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_what_stays_beside_other_words_of_waiting_is_open(tape: Tape) -> None:
    """Those that went may have told it."""
    told(tape, "Sync engine: syncing\nPlease give us an hour.", f"{FULL}\nSync engine: syncing")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("early", "late"),
    [
        ("Pending transactions: none", "Pending transactions: 1 waiting"),
        ("The card you ordered is being printed", "The card is in your hands"),
        ("Processing fees: none", "Fees: 2 %"),
        ("Updating your address? Call us.", "Address updated"),
    ],
)
def test_words_that_may_be_about_something_else_are_a_doubt(tape: Tape, early: str, late: str) -> None:
    """They neither tell that data is on its way nor that nobody said so."""
    told(tape, f"Your connections\nThis is what you share with us.\n{early}", f"{FULL}\n{late}")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "early",
    [
        "Your data is being prepared for you",
        "The first sync is pending",
        "Your transactions are being read",
        "We are waiting for your bank",
    ],
)
def test_such_words_beside_the_data_tell_it(tape: Tape, early: str) -> None:
    """Nothing else can be meant."""
    told(tape, f"Your connections\n{early}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "late",
    [
        FULL + "\nSyncing usually takes a few minutes after each purchase.",
        FULL + "\nYour bank is asked every few minutes.",
        FULL + "\nPending payments will appear here.",
    ],
)
def test_what_the_page_says_of_syncing_in_general_is_no_flaw(tape: Tape, late: str) -> None:
    """It is not about this moment."""
    told(tape, SYNCING, late)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_bar_that_shows_the_budget_is_no_flaw(tape: Tape) -> None:
    """It is no sign of waiting, and so it is none before either."""
    told(tape, SYNCING)
    shown(tape, "connections", FULL, moment="synced", signs=("progressbar Groceries",))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_what_the_page_says_always_tells_nobody(tape: Tape) -> None:
    """Whether data is there cannot be read from it."""
    told(tape, "Budget\nNew payments will appear within minutes.", FULL + "\nNew payments will appear within minutes.")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.syncing_words")


def test_an_app_that_tells_no_rows_is_a_doubt(tape: Tape) -> None:
    """Whether all is there, only its effects tell."""
    shown(tape, "connections", SYNCING, moment="unsynced")
    tape.rows(tape.transaction("a"))
    tape.effects({"connection": "syncing"})
    shown(tape, "connections", SYNCING, moment="synced")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_an_app_at_work_is_a_doubt(tape: Tape) -> None:
    """It may say syncing with good reason."""
    shown(tape, "connections", SYNCING, moment="unsynced")
    tape.rows(tape.transaction("a"))
    tape.effects(HELD, pending=3, is_idle=False)
    shown(tape, "connections", SYNCING, moment="synced")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_one_page_that_tells_is_enough(tape: Tape) -> None:
    """The callback page has said it; that the other one is silent is advice."""
    shown(tape, "callback", "Thank you\nWe are syncing your data.", moment="unsynced")
    told(tape, EMPTY)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.advice) == (
        Verdict.PASS,
        ("the connections page does not say that data is on its way",),
    )


@pytest.mark.parametrize("moment", ["unsynced", "synced"])
def test_a_page_that_was_not_seen_is_a_doubt(tape: Tape, moment: str) -> None:
    """Nothing to see is never a pass."""
    told(tape, SYNCING)
    shown(tape, "connections", "", moment=moment, problem="the page did not load")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the connections page was not seen: the page did not load",
    )


def test_no_look_names_the_hook(tape: Tape) -> None:
    """Without a browser there is nothing to see."""
    assert PROBE.examine(tape.journal).hook == "app.observe.pages"


def test_words_are_told_as_a_plain_list() -> None:
    """What a config adds is data."""
    assert msgspec.to_builtins(Declared(syncing_words=("lädt",)))["syncing_words"] == ("lädt",)


@pytest.mark.parametrize(
    "html",
    [
        '<div class="row skeleton">',
        '<div class="MuiSkeleton-root">',
        '<svg aria-label="Fetching">',
        '<img alt="We are syncing">',
    ],
)
def test_what_is_drawn_may_say_it(tape: Tape, html: str) -> None:
    """A skeleton of rows to come needs no words."""
    told(tape, "Your connections\nThis is what you share with us.", html=html)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_what_the_page_said_before_any_consent_is_no_flaw(tape: Tape) -> None:
    """It is about the service, and not about this consent."""
    always = "We are fetching the best rates for you."
    shown(tape, "connections", f"Your connections\n{always}")
    told(tape, f"{SYNCING}\n{always}", f"{FULL}\n{always}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_newer_data_on_its_way_beside_what_is_there_is_no_flaw(tape: Tape) -> None:
    """The page said something else before."""
    told(tape, SYNCING, FULL + "\nWe are fetching today's rates.")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS
