"""explains_access: the page that starts linking names the data and the purpose, in words that people use."""

from typing import Any

import pytest

from fiskil_harness.journal import Control
from fiskil_harness.probes import ExplainsAccess, Verdict
from tests.probes.glass import WIDE, button, declare, link, show
from tests.probes.tape import Tape

PROBE = ExplainsAccess()
GOOD = "We ask your bank for accounts, balances and transactions, to build your monthly budget."
DUMB = "Connect your bank to begin. It takes two minutes, and you choose what happens next."


def test_a_page_that_says_all_passes(tape: Tape) -> None:
    """Three datasets and the purpose."""
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
def test_other_words_for_the_same_pass(tape: Tape, text: str) -> None:
    """Case, accents, line breaks, plurals and endings make no difference."""
    declare(tape)
    show(tape, "connect", text)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_words_of_the_config_count(tape: Tape) -> None:
    """A team may speak any language."""
    words = {"accounts": ("口座",), "balances": ("残高",), "transactions": ("取引明細",)}
    declare(tape, purpose="家計簿を作成", dataset_words=words)
    show(tape, "connect", "家計簿を作成するために、口座情報、残高、取引明細を銀行に照会します。続けますか。")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_dataset_that_is_nowhere_fails(tape: Tape) -> None:
    """It is named in the finding."""
    declare(tape)
    show(tape, "connect", "We ask your bank for accounts and balances, to build your monthly budget.")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed, finding.evidence) == (
        Verdict.FAIL,
        "the page that starts linking does not tell transactions",
        ("no word for transactions",),
    )


def test_a_page_that_says_nothing_fails(tape: Tape) -> None:
    """Neither what nor why."""
    declare(tape)
    show(tape, "connect", DUMB)

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
def test_words_that_may_mean_it_accuse_nobody(tape: Tape, dataset: str, text: str) -> None:
    """Nor do they name it."""
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
def test_words_for_money_accuse_nobody(tape: Tape, text: str) -> None:
    """No list holds every way to say it."""
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
def test_a_control_that_seems_to_explain_is_a_doubt(tape: Tape, control: Control, verdict: Verdict) -> None:
    """What only a press shows is not judged, whatever marks the control."""
    declare(tape)
    show(tape, "connect", DUMB, control)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_what_is_not_done_with_money_names_no_data(tape: Tape) -> None:
    """That nobody can move money is no word about what is read."""
    declare(tape)
    show(tape, "connect", f"{DUMB} We cannot move your money.\nThis is to build your monthly budget.")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_what_is_drawn_over_half_of_the_page_may_name_it(tape: Tape) -> None:
    """Nobody can read it there; beside good words it changes nothing."""
    veils = ("a canvas covers half of the page or more",)
    declare(tape)
    show(tape, "connect", DUMB, veils=veils)
    hidden = PROBE.examine(tape.journal)
    show(tape, "connect", GOOD, veils=veils)

    assert (hidden.verdict, "a canvas covers half of the page" in hidden.observed) == (Verdict.INCONCLUSIVE, True)
    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_parts_of_words_are_no_words(tape: Tape) -> None:
    """An accountant is no account."""
    declare(tape, datasets=("accounts",))
    show(tape, "connect", "Our accountants build your monthly budget.")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_what_a_phone_does_not_show_fails(tape: Tape) -> None:
    """A script left it out there."""
    declare(tape)
    show(tape, "connect", DUMB)
    show(tape, "connect", GOOD, widths=(WIDE,))

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("html", "verdict"),
    [
        (f"<main>{DUMB}<details><summary>More</summary>{GOOD}</details></main>", Verdict.INCONCLUSIVE),
        (f"<main>{DUMB}<div hidden>{GOOD}</div></main>", Verdict.INCONCLUSIVE),
        (f"<main>{DUMB}<img src=data.png alt='{GOOD}'></main>", Verdict.INCONCLUSIVE),
        (f"<main>{DUMB}<button aria-expanded=false>What we read</button></main>", Verdict.INCONCLUSIVE),
        (f"<main>{DUMB}<iframe src=/data></iframe></main>", Verdict.INCONCLUSIVE),
        (f"<main>{DUMB}<canvas></canvas></main>", Verdict.INCONCLUSIVE),
        (f"<main>{DUMB}<script>const words = '{GOOD}'</script></main>", Verdict.FAIL),
        (f"<head><title>{GOOD}</title></head><main>{DUMB}</main>", Verdict.FAIL),
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
def test_what_cannot_be_seen_at_once_is_open(tape: Tape, html: str, verdict: Verdict) -> None:
    """It may be shown by a press; what nobody can ever read says nothing."""
    declare(tape)
    show(tape, "connect", DUMB, html=html)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_details_count_and_are_worth_a_remark(tape: Tape) -> None:
    """One press opens them."""
    declare(tape)
    told = "We read your accounts and balances to build your monthly budget."
    html = f"<main>{told}<details><summary>And more</summary>Also your transactions</details></main>"
    show(tape, "connect", told, html=html)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.advice) == (
        Verdict.PASS,
        ("transactions is named only in what a press opens",),
    )


def test_a_purpose_in_other_words_is_open(tape: Tape) -> None:
    """The finding says which words are missing."""
    declare(tape)
    show(tape, "connect", "Accounts, balances and transactions, so that your budget is right.")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, "lacks build, monthly" in finding.observed) == (Verdict.INCONCLUSIVE, True)


def test_most_of_a_purpose_is_enough(tape: Tape) -> None:
    """The words that are missing are told."""
    declare(tape)
    show(tape, "connect", "Accounts, balances and transactions, for a monthly budget.")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.PASS,
        "the page names 3 datasets and the purpose, but for build",
    )


@pytest.mark.parametrize(
    "more",
    [
        {"lack": "it redirected elsewhere", "status": None},
        {"status": 404},
        {"status": 500},
        {"lack": "it asks for a password, so it is a page to log in at"},
        {"widths": (WIDE,)},
        {"page": "other"},
    ],
    ids=["a lack", "404", "500", "a password", "one width", "another page"],
)
def test_what_is_not_the_page_is_not_judged(tape: Tape, more: dict[str, Any]) -> None:
    """A page that could not be read accuses nobody."""
    declare(tape)
    page = more.pop("page", "connect")
    show(tape, page, DUMB, **more)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_page_in_another_language_is_not_judged(tape: Tape) -> None:
    """Nobody knows its words unless the config tells them."""
    declare(tape)
    show(tape, "connect", "Verbinden Sie Ihre Bank, damit wir Konten und Umsätze für Ihren Haushaltsplan lesen können.")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, "in a language" in finding.observed) == (Verdict.INCONCLUSIVE, True)


def test_an_empty_page_is_not_judged(tape: Tape) -> None:
    """It may come by a script that failed."""
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
def test_who_does_not_say_is_asked(tape: Tape, facts: dict[str, Any], hook: str) -> None:
    """Each missing fact by its name."""
    declare(tape, **facts)
    show(tape, "connect", GOOD)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, hook)
