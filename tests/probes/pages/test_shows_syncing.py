"""shows_syncing: the page announces that data is syncing until it is there, and no longer."""

import msgspec
import pytest

from fiskil_harness.journal import Declared, PageView, ViewMoment
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import ShowsSyncing, Verdict
from tests.probes.sight import shown

PROBE = ShowsSyncing()
STATE = {"connection": "connected", "transactions": [{"fiskil_id": "bank_tx_a", "amount": "-12.50"}]}
EMPTY = "Your connections\nThis is what you share with us.\nAccounts: 0\nTransactions: none"
FULL = "Your connections\nThis is what you share with us.\nEveryday account\n-12.50 at COFFEE a"
SYNCING = "Your connections\nWe are syncing your data. This usually takes a few minutes."
ANNOUNCEMENTS = [
    SYNCING,
    "Thank you\nYour budget will be ready when you come back.",
    "Connected!\nWe're fetching your transactions.",
    "Hang tight\nWe are getting your data from the bank.",
    "Done\nNothing here yet, please look again soon.",
    "Thanks\nYour bank is preparing your data; we'll let you know when it is here.",
]


def view_around_sync(
    tape: JournalBuilder, early: str, late: str = FULL, *, own: tuple[str, ...] = (), **more: object
) -> None:
    """Record a view of *early* after the consent, data that the app holds, and a view of *late*."""
    tape.journal.write(Declared(syncing_words=own))
    shown(tape, "connections", early, moment="unsynced", **more)
    tape.rows(tape.transaction("a"))
    tape.deliver_event("banking.transactions.sync.completed")
    tape.effects(STATE)
    shown(tape, "connections", late, moment="synced")


@pytest.mark.parametrize("early", ANNOUNCEMENTS)
def test_an_announcement_passes(tape: JournalBuilder, early: str) -> None:
    """The page may use any common words for syncing."""
    view_around_sync(tape, early)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.PASS,
        "the page announces that data is syncing, and stops when it is there",
    )


def test_a_progress_bar_passes(tape: JournalBuilder) -> None:
    """A progress bar needs no words."""
    view_around_sync(tape, "Your connections\nBudget", signs=("progressbar",))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_words_from_the_config_pass(tape: JournalBuilder) -> None:
    """The config adds the words of a page in German."""
    view_around_sync(tape, "Danke\nIhre Umsätze werden gerade abgeholt.", own=("werden gerade abgeholt",))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "early",
    [
        EMPTY,
        f"{EMPTY}\nPosted: 0",
        f"{EMPTY}\nWhen you stop sharing, we delete it.",
        "Thank you\nYour bank is connected and this is your budget.",
    ],
)
def test_an_empty_page_without_an_announcement_fails(tape: JournalBuilder, early: str) -> None:
    """An end user takes an empty list for the final result."""
    view_around_sync(tape, early)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "after the consent the page shows no data, and does not announce that data is syncing",
    )


def test_an_unknown_language_is_inconclusive(tape: JournalBuilder) -> None:
    """The config can add the words of the language."""
    view_around_sync(tape, "Danke\nIhre Umsätze werden gerade abgeholt.")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.syncing_words")
    assert finding.observed == 'the page has few English words; add its words for "syncing" to app.facts.syncing_words'


def test_other_words_about_waiting_are_inconclusive(tape: JournalBuilder) -> None:
    """The list cannot contain every announcement."""
    view_around_sync(tape, "Thank you\nThe bank is asked once an hour and you get an e-mail.")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.syncing_words")
    assert finding.observed == "the page may announce the sync in unknown words"


def test_data_that_is_there_at_once_is_inconclusive(tape: JournalBuilder) -> None:
    """There was nothing to wait for."""
    view_around_sync(tape, FULL)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("late", [SYNCING, FULL + SYNCING.removeprefix("Your connections")])
def test_a_lasting_announcement_fails(tape: JournalBuilder, late: str) -> None:
    """All data is there, but the page still announces syncing."""
    view_around_sync(tape, SYNCING, late)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "the connections page still announces that data is syncing although all of it is there",
    )
    assert finding.evidence == ("connections: still syncing",)


def test_text_of_another_page_does_not_excuse_a_lasting_announcement(tape: JournalBuilder) -> None:
    """The callback page is not viewed again, so no text vanished from it."""
    shown(tape, "callback", "Thank you\nYour bank usually needs a few minutes.", moment="unsynced")
    view_around_sync(tape, SYNCING, SYNCING)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("late", [FULL + "\nWe are syncing your data.", "Your connections\nNothing here, importing it."])
def test_a_remaining_announcement_is_inconclusive(tape: JournalBuilder, late: str) -> None:
    """A text vanished, so the remaining or new text may be about newer data."""
    view_around_sync(tape, SYNCING, late)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("setting", ["Background syncing: on", "Daily syncing is on.", "We keep importing new transactions"])
@pytest.mark.parametrize("late", [FULL, EMPTY])
def test_a_permanent_setting_passes(tape: JournalBuilder, setting: str, late: str) -> None:
    """A setting is general information; the announcement of the first data vanished."""
    view_around_sync(tape, f"{SYNCING}\n{setting}", f"{late}\n{setting}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_remaining_text_after_other_words_vanished_is_inconclusive(tape: JournalBuilder) -> None:
    """The vanished words may have been the announcement."""
    view_around_sync(tape, "Sync engine: syncing\nPlease give us an hour.", f"{FULL}\nSync engine: syncing")

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
def test_ambiguous_words_are_inconclusive(tape: JournalBuilder, early: str, late: str) -> None:
    """Such words neither prove an announcement nor its absence."""
    view_around_sync(tape, f"Your connections\nThis is what you share with us.\n{early}", f"{FULL}\n{late}")

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
def test_ambiguous_words_next_to_words_for_data_pass(tape: JournalBuilder, early: str) -> None:
    """Next to a word for data, an ambiguous word is an announcement."""
    view_around_sync(tape, f"Your connections\n{early}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "late",
    [
        FULL + "\nSyncing usually takes a few minutes after each purchase.",
        FULL + "\nYour bank is asked every few minutes.",
        FULL + "\nPending payments will appear here.",
    ],
)
def test_general_information_about_syncing_passes(tape: JournalBuilder, late: str) -> None:
    """General information does not concern the current data."""
    view_around_sync(tape, SYNCING, late)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_progress_bar_for_the_budget_passes(tape: JournalBuilder) -> None:
    """A bar that appears with the data is no sign of syncing."""
    view_around_sync(tape, SYNCING)
    shown(tape, "connections", FULL, moment="synced", signs=("progressbar Groceries",))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_text_that_is_always_there_is_inconclusive(tape: JournalBuilder) -> None:
    """Permanent text does not show whether data is there."""
    view_around_sync(
        tape, "Budget\nNew payments will appear within minutes.", FULL + "\nNew payments will appear within minutes."
    )

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.syncing_words")
    assert finding.observed == "the page shows its words about waiting at all times"


def test_an_app_without_reported_rows_is_inconclusive(tape: JournalBuilder) -> None:
    """Only the effects show whether all data is there."""
    shown(tape, "connections", SYNCING, moment="unsynced")
    tape.rows(tape.transaction("a"))
    tape.effects({"connection": "syncing"})
    shown(tape, "connections", SYNCING, moment="synced")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects: state")
    assert finding.observed == "the app did not report that it holds the data before the page was viewed"


def test_a_busy_app_is_inconclusive(tape: JournalBuilder) -> None:
    """A busy app may rightly announce syncing."""
    shown(tape, "connections", SYNCING, moment="unsynced")
    tape.rows(tape.transaction("a"))
    tape.effects(STATE, pending=3, is_idle=False)
    shown(tape, "connections", SYNCING, moment="synced")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_one_page_with_an_announcement_passes(tape: JournalBuilder) -> None:
    """The callback page has the announcement; a missing one on a page that never shows data is advice."""
    shown(tape, "callback", "Thank you\nWe are syncing your data.", moment="unsynced")
    consents = "Your connections\nThis is what you share with us.\nUntil 12 March"
    view_around_sync(tape, consents, consents)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.advice) == (
        Verdict.PASS,
        ("the connections page does not announce that data is syncing",),
    )


@pytest.mark.parametrize("moment", ["unsynced", "synced"])
def test_an_unreadable_page_is_inconclusive(tape: JournalBuilder, moment: str) -> None:
    """A page that could not be read never passes."""
    view_around_sync(tape, SYNCING)
    shown(tape, "connections", "", moment=moment, problem="the page did not load")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the connections page could not be read: the page did not load",
    )


def test_a_missing_view_names_the_hook(tape: JournalBuilder) -> None:
    """Without a browser, no page can be viewed."""
    assert PROBE.examine(tape.journal).hook == "app.observe.pages"


def test_words_from_the_config_are_plain_data() -> None:
    """The declared words convert to builtins unchanged."""
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
def test_a_drawn_announcement_is_inconclusive(tape: JournalBuilder, html: str) -> None:
    """A skeleton or a named picture may announce the data."""
    view_around_sync(tape, "Your connections\nThis is what you share with us.", html=html)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_text_from_before_the_consent_passes(tape: JournalBuilder) -> None:
    """Such text is about the service, not about this consent."""
    always = "We are fetching the best rates for you."
    shown(tape, "connections", f"Your connections\n{always}")
    view_around_sync(tape, f"{SYNCING}\n{always}", f"{FULL}\n{always}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_announcement_of_newer_data_passes(tape: JournalBuilder) -> None:
    """The announcement differs from the one before."""
    view_around_sync(tape, SYNCING, FULL + "\nWe are fetching today's rates.")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def view_two_pages(tape: JournalBuilder, callback: str, *, callback_later: str) -> None:
    """The connections page announces the sync; the page after the journey shows *callback*, and later *callback_later*."""
    shown(tape, "callback", callback, moment="unsynced")
    view_around_sync(tape, SYNCING)
    shown(tape, "callback", callback_later, moment="synced")


def test_every_page_with_data_must_announce_the_sync(tape: JournalBuilder) -> None:
    """The end user takes the empty list on the first page for the final result."""
    view_two_pages(tape, EMPTY, callback_later=FULL)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("callback: no word and no sign of waiting",))


@pytest.mark.parametrize("later", ["Thank you\nYour bank is connected.", SYNCING])
def test_a_page_that_never_shows_data_need_not_announce_the_sync(tape: JournalBuilder, later: str) -> None:
    """A thank-you page may be static."""
    view_two_pages(tape, later, callback_later=later)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_amounts_with_separators_are_data(tape: JournalBuilder) -> None:
    """The page writes the amount for people."""
    shown(tape, "callback", EMPTY, moment="unsynced")
    shown(tape, "connections", SYNCING, moment="unsynced")
    tape.rows(tape.transaction("a", amount="-1234.50"))
    tape.deliver_event("banking.transactions.sync.completed")
    tape.effects(STATE)
    shown(tape, "connections", "Your connections\nThis is what you share with us.", moment="synced")
    shown(tape, "callback", "Your budget\n$1,234.50 at the shop", moment="synced")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_page_in_unknown_words_is_inconclusive(tape: JournalBuilder) -> None:
    """The page without an announcement may have one in other words."""
    view_two_pages(tape, "Thank you\nThe bank is asked once an hour and you get an e-mail.", callback_later=FULL)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.facts.syncing_words")


def test_a_denial_is_no_announcement(tape: JournalBuilder) -> None:
    """The page states that nothing is syncing while it is."""
    view_around_sync(tape, "Your connections\nThis is what you share with us. We are not syncing any data.")

    assert PROBE.examine(tape.journal).verdict is not Verdict.PASS


def test_an_announcement_under_the_consent_page_fails(tape: JournalBuilder) -> None:
    """The app has written its text, so it knows of the consent, and the end user cannot reach it."""
    shown(tape, "connect", "Connect your bank")
    text = f"Connect your bank\n{SYNCING}"
    shown(tape, "callback", "", moment="unsynced", problem="the consent page is still there after its end")
    tape.journal.write(
        PageView(at_s=9, participant="", page="callback", moment="unsynced", width_px=1280, text=text, is_covered=True)
    )

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed.startswith("the callback page is covered")


@pytest.mark.parametrize(
    ("at_s", "width_px", "text", "verdict"),
    [
        (1.0, 1280, f"Connect your bank\n{SYNCING}", Verdict.FAIL),
        (0.9, 1280, f"Connect your bank\n{SYNCING}", Verdict.INCONCLUSIVE),
        (1.0, 360, f"Connect your bank\n{SYNCING}", Verdict.INCONCLUSIVE),
        (1.0, 1280, "Connect your bank", Verdict.INCONCLUSIVE),
    ],
    ids=["new text", "no earlier view", "no earlier view at this width", "no new text"],
)
def test_a_covered_page_fails_only_if_it_has_new_text(
    tape: JournalBuilder, at_s: float, width_px: int, text: str, verdict: Verdict
) -> None:
    """Without a comparison with a page from before the journey, the app may not know yet that the journey is over."""
    shown(tape, "connect", "Connect your bank")
    tape.write(
        PageView(
            at_s=at_s, participant="", page="callback", moment="unsynced", width_px=width_px, text=text, is_covered=True
        )
    )

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(
    ("row", "text", "is_data"),
    [
        ({}, "coffee A", True),
        ({"description": "TRAM"}, "Tram", True),
        ({"description": "BUS"}, "Bus", False),
        ({"current_balance": "1234.50"}, "$1,234.50", True),
        ({"merchant_name": "Bakery"}, "Bakery", False),
    ],
)
def test_a_page_with_a_value_of_a_row_shows_data(
    tape: JournalBuilder, row: dict[str, str], text: str, is_data: bool
) -> None:
    """Values are compared without case and separators; a short one, or one that pages do not show, may occur by chance."""
    shown(tape, "connections", f"Your connections\nThis is what you share with us.\n{text}", moment="unsynced")
    tape.rows(tape.transaction("a", **row))
    tape.effects(STATE)
    shown(tape, "connections", FULL, moment="synced")

    finding = PROBE.examine(tape.journal)

    assert finding.observed == (
        "the page showed data before any sync was announced, so there was nothing to wait for"
        if is_data
        else "after the consent the page shows no data, and does not announce that data is syncing"
    )


def test_data_of_another_end_user_is_not_on_the_page(tape: JournalBuilder) -> None:
    """The text is the same by chance."""
    tape.rows(tape.transaction("b", description="This is what you share"), participant="b")
    view_around_sync(tape, EMPTY)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


JSON = '{"data": []}'


@pytest.mark.parametrize(
    ("narrow", "wide", "observed"),
    [
        (JSON, JSON, "the connections page shows bare JSON"),
        (EMPTY, JSON, "the connections page shows bare JSON"),
    ],
)
def test_a_page_that_is_not_for_people_is_inconclusive(tape: JournalBuilder, narrow: str, wide: str, observed: str) -> None:
    """A page for programs announces nothing, at whatever width."""
    shown(tape, "connections", narrow, moment="unsynced", width_px=360)
    view_around_sync(tape, wide)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, observed)


@pytest.mark.parametrize(
    ("is_idle", "later_s", "verdict"),
    [(True, 0.0, Verdict.PASS), (True, 0.1, Verdict.INCONCLUSIVE), (False, 0.0, Verdict.INCONCLUSIVE)],
)
def test_the_app_holds_the_data_before_the_page_is_viewed(
    tape: JournalBuilder, is_idle: bool, later_s: float, verdict: Verdict
) -> None:
    """A state from after the view, or of a busy app, does not show that all data was there."""
    shown(tape, "connections", SYNCING, moment="unsynced")
    tape.rows(tape.transaction("a"))
    viewed_s = tape.now_s
    tape.now_s = viewed_s + later_s
    tape.effects(STATE, is_idle=is_idle)
    tape.now_s = viewed_s
    shown(tape, "connections", FULL, moment="synced")

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("moment", ["unsynced", "synced"])
def test_a_page_that_was_viewed_at_one_moment_only_is_inconclusive(tape: JournalBuilder, moment: ViewMoment) -> None:
    """The announcement must be there before the data, and gone afterwards."""
    shown(tape, "connections", SYNCING, moment=moment)

    finding = PROBE.examine(tape.journal)

    missing = "after the data had arrived" if moment == "unsynced" else "between the consent and the data"
    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, f"no page was viewed {missing}")


@pytest.mark.parametrize(("sign", "verdict"), [("aria-busy", Verdict.PASS), ("status", Verdict.FAIL)])
def test_an_announced_status_is_judged_by_its_words(tape: JournalBuilder, sign: str, verdict: Verdict) -> None:
    """The status of a page may be about anything, but a busy element is a sign of progress."""
    view_around_sync(tape, EMPTY, signs=(sign,))

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("early", ["Danke\nIhre Bank ist verbunden.", "Danke\nIhr Konto: leer"])
def test_a_page_in_the_language_of_the_declared_words_must_have_them(tape: JournalBuilder, early: str) -> None:
    """The config adds the words of the language, so their absence is known."""
    view_around_sync(tape, early, own=("werden gerade abgeholt",))

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL
