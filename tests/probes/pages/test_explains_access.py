"""explains_access: the page where linking starts names the data and the purpose in common words."""

from typing import Any

import pytest

from fiskil_harness.journal import Control
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import ExplainsAccess, Verdict
from tests.probes.glass import WIDE, button, declare, link, show

PROBE = ExplainsAccess()
GOOD = "We ask your bank for accounts, balances and transactions, to build your monthly budget."
VAGUE = "Connect your bank to begin. It takes two minutes, and you choose what happens next."


def test_a_complete_page_passes(tape: JournalBuilder) -> None:
    """The page names three datasets and the purpose."""
    declare(tape)
    show(tape, "connect", GOOD)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined, finding.observed) == (
        Verdict.PASS,
        4,
        "the page names 3 datasets and the purpose",
    )


@pytest.mark.parametrize(
    "text",
    [
        "Für Ihr Budget: account DETAILS, Balance, and what you spent; a budget for each month",
        "To plan a monthly budget we read which accounts\nyou have, how much\u00a0money you have and your statements",
        "Account balance and details. Transaction details. So that building budgets each month is easy.",
    ],
)
def test_synonyms_pass(tape: JournalBuilder, text: str) -> None:
    """Case, accents, line breaks, plurals and endings make no difference."""
    declare(tape)
    show(tape, "connect", text)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_words_from_the_config_count(tape: JournalBuilder) -> None:
    """The config may add words in any language."""
    words = {"accounts": ("口座",), "balances": ("残高",), "transactions": ("取引明細",)}
    declare(tape, purpose="家計簿を作成", dataset_words=words)
    show(tape, "connect", "家計簿を作成するために、口座情報、残高、取引明細を銀行に照会します。続けますか。")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("following", "more", "verdict"),
    [
        (GOOD, {}, Verdict.PASS),
        ("You can stop sharing at any time on your connections page.", {}, Verdict.FAIL),
        (GOOD, {"url": "https://example.com/terms"}, Verdict.INCONCLUSIVE),
        (GOOD, {"status": 500}, Verdict.INCONCLUSIVE),
        (GOOD, {"problem": "it did not load"}, Verdict.INCONCLUSIVE),
        ("", {"html": "<img src=a.png>"}, Verdict.INCONCLUSIVE),
        ("Wir lesen Ihre Konten, um Ihr Budget zu planen.", {}, Verdict.INCONCLUSIVE),
    ],
    ids=["explains", "explains nothing", "another origin", "an error", "unreadable", "a picture", "another language"],
)
def test_pages_on_the_way_to_the_consent_page_count(
    tape: JournalBuilder, following: str, more: dict[str, Any], verdict: Verdict
) -> None:
    """An app may let the end user choose a bank first, and then explain."""
    declare(tape)
    show(tape, "connect", "Choose the bank that you want to connect. You can add more of them.")
    show(tape, "connect", following, **more)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_missing_dataset_fails(tape: JournalBuilder) -> None:
    """The finding names the missing dataset."""
    declare(tape)
    show(tape, "connect", "We ask your bank for accounts and balances, to build your monthly budget.")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed, finding.evidence) == (
        Verdict.FAIL,
        "the page where linking starts does not state transactions",
        ("no word for transactions",),
    )


def test_a_page_without_datasets_and_purpose_fails(tape: JournalBuilder) -> None:
    """The evidence lists every missing dataset and the words of the purpose."""
    declare(tape)
    show(tape, "connect", VAGUE)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == (
        "no word for accounts",
        "no word for balances",
        "no word for transactions",
        "none of: build, monthly, budget",
    )


@pytest.mark.parametrize(
    ("dataset", "text"),
    [("transactions", "We look at the payments of your account."), ("identity", "We ask your bank for your name.")],
)
def test_ambiguous_words_are_inconclusive(tape: JournalBuilder, dataset: str, text: str) -> None:
    """A word that may mean the dataset neither passes nor fails."""
    declare(tape, datasets=(dataset,))
    show(tape, "connect", f"{text} It is to build your monthly budget.")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    "text",
    [
        "We look at the money that comes in, the money that goes out and the money you hold, to build your monthly budget.",
        "We look at what you earn, how you spend it and what you have left, to build your monthly budget.",
        "To build your monthly budget we need to know your wages, what you bought and what is left over.",
    ],
)
def test_words_for_money_are_inconclusive(tape: JournalBuilder, text: str) -> None:
    """The list of words cannot contain every description of transactions."""
    declare(tape)
    show(tape, "connect", text)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("control", "verdict"),
    [
        (button("What do you read?"), Verdict.INCONCLUSIVE),
        (button("Learn more"), Verdict.INCONCLUSIVE),
        (button("?"), Verdict.INCONCLUSIVE),
        (link("Which data?", "/connect#data"), Verdict.INCONCLUSIVE),
        (button("Continue to your bank"), Verdict.FAIL),
        (button("Connect"), Verdict.FAIL),
        (link("How we use your data", "/privacy"), Verdict.FAIL),
    ],
    ids=lambda value: value.text if isinstance(value, Control) else "",
)
def test_a_control_that_may_explain_is_inconclusive(tape: JournalBuilder, control: Control, verdict: Verdict) -> None:
    """Content that only a press shows is not judged, with any label of the control."""
    declare(tape)
    show(tape, "connect", VAGUE, control)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_denial_about_money_names_no_data(tape: JournalBuilder) -> None:
    """A sentence like "we cannot move money" does not name a dataset."""
    declare(tape)
    show(tape, "connect", f"{VAGUE} We cannot move your money.\nThis is to build your monthly budget.")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_large_canvas_may_name_the_data(tape: JournalBuilder) -> None:
    """A canvas cannot be read; next to complete words it makes no difference."""
    covers = ("a canvas covers half of the page or more",)
    declare(tape)
    show(tape, "connect", VAGUE, covers=covers)
    hidden = PROBE.examine(tape.journal)
    show(tape, "connect", GOOD, covers=covers)

    assert (hidden.verdict, "a canvas covers half of the page" in hidden.observed) == (Verdict.INCONCLUSIVE, True)
    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_parts_of_words_do_not_count(tape: JournalBuilder) -> None:
    """The word "accountants" does not name accounts."""
    declare(tape, datasets=("accounts",))
    show(tape, "connect", "Our accountants build your monthly budget.")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_text_missing_on_a_phone_fails(tape: JournalBuilder) -> None:
    """The page must name the data at both widths."""
    declare(tape)
    show(tape, "connect", VAGUE)
    show(tape, "connect", GOOD, widths=(WIDE,))

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("html", "verdict"),
    [
        (f"<main>{VAGUE}<details><summary>More</summary>{GOOD}</details></main>", Verdict.INCONCLUSIVE),
        (f"<main>{VAGUE}<div hidden>{GOOD}</div></main>", Verdict.INCONCLUSIVE),
        (f"<main>{VAGUE}<img src=data.png alt='{GOOD}'></main>", Verdict.INCONCLUSIVE),
        (f"<main>{VAGUE}<button aria-expanded=false>What we read</button></main>", Verdict.INCONCLUSIVE),
        (f"<main>{VAGUE}<iframe src=/data></iframe></main>", Verdict.INCONCLUSIVE),
        (f"<main>{VAGUE}<canvas></canvas></main>", Verdict.INCONCLUSIVE),
        (f"<main>{VAGUE}<script>const words = '{GOOD}'</script></main>", Verdict.FAIL),
        (f"<head><title>{GOOD}</title></head><main>{VAGUE}</main>", Verdict.FAIL),
    ],
    ids=[
        "purpose in details",
        "hidden",
        "name of a picture",
        "a fold",
        "a frame",
        "mostly a picture",
        "a script",
        "a title",
    ],
)
def test_text_that_is_not_visible_is_inconclusive(tape: JournalBuilder, html: str, verdict: Verdict) -> None:
    """A press may show the text; text that can never be visible does not count."""
    declare(tape)
    show(tape, "connect", VAGUE, html=html)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_collapsed_text_passes_with_advice(tape: JournalBuilder) -> None:
    """One press opens a details element, so its text counts."""
    declare(tape)
    text = "We read your accounts and balances to build your monthly budget."
    html = f"<main>{text}<details><summary>And more</summary>Also your transactions</details></main>"
    show(tape, "connect", text, html=html)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.advice) == (
        Verdict.PASS,
        ("the page names transactions only in a part that a press opens",),
    )


def test_a_purpose_in_other_words_is_inconclusive(tape: JournalBuilder) -> None:
    """The finding lists the missing words."""
    declare(tape)
    show(tape, "connect", "Accounts, balances and transactions, so that your budget is right.")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, "missing on the page: build, monthly" in finding.observed) == (Verdict.INCONCLUSIVE, True)


def test_most_words_of_a_purpose_pass(tape: JournalBuilder) -> None:
    """The finding lists the missing words."""
    declare(tape)
    show(tape, "connect", "Accounts, balances and transactions, for a monthly budget.")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.PASS,
        "the page names 3 datasets and the purpose, except for build",
    )


@pytest.mark.parametrize(
    "more",
    [
        {"problem": "it redirected elsewhere", "status": None},
        {"status": 404},
        {"status": 500},
        {"problem": "it asks for a password, so it is a page to log in at"},
        {"widths": (WIDE,)},
        {"page": "other"},
    ],
    ids=["a problem", "404", "500", "a password", "one width", "another page"],
)
def test_an_unreadable_page_is_inconclusive(tape: JournalBuilder, more: dict[str, Any]) -> None:
    """A page that could not be read is not judged."""
    declare(tape)
    page = more.pop("page", "connect")
    show(tape, page, VAGUE, **more)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_page_in_an_unknown_language_is_inconclusive(tape: JournalBuilder) -> None:
    """Words of other languages are unknown unless the config adds them."""
    declare(tape)
    show(tape, "connect", "Verbinden Sie Ihre Bank, damit wir Konten und Umsätze für Ihren Haushaltsplan lesen können.")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, "in a language" in finding.observed) == (Verdict.INCONCLUSIVE, True)


def test_an_empty_page_is_inconclusive(tape: JournalBuilder) -> None:
    """A script that failed may have been meant to show the text."""
    declare(tape)
    show(tape, "connect", "")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("facts", "hook"),
    [
        ({"datasets": None}, "app.facts.datasets"),
        ({"purpose": None}, "app.facts.purpose"),
        ({"purpose": " "}, "app.facts.purpose"),
    ],
)
def test_a_missing_fact_is_named(tape: JournalBuilder, facts: dict[str, Any], hook: str) -> None:
    """The finding names the missing setting."""
    declare(tape, **facts)
    show(tape, "connect", GOOD)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, hook)


def test_a_page_that_denies_access_fails(tape: JournalBuilder) -> None:
    """The word is there, and the sentence states the opposite."""
    declare(tape)
    show(tape, "connect", "To build your monthly budget we read accounts and balances. We do not read your transactions.")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("denies access to transactions",)


def test_another_denial_is_inconclusive(tape: JournalBuilder) -> None:
    """The sentence is no explanation, but it denies no access."""
    declare(tape)
    show(tape, "connect", "To build your monthly budget we read accounts and balances. We never sell your transactions.")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
