"""Sentences about a revocation on a page: they state its success, its failure, or neither."""

import pytest

from fiskil_harness.journal import PageView
from fiskil_harness.journal.queries.page_outcomes import claims_of_end, claims_of_failure, fresh_sentences, mentions_failure


@pytest.mark.parametrize(
    "text",
    [
        "Sharing has ended.",
        "Your bank is now disconnected.",
        "You have been disconnected successfully",
        "You are not sharing any data with us.",
        "We no longer share your data, and your accounts are deleted.",
        "Ended",
        "Withdrawn.",
        "Status: revoked",
    ],
)
def test_a_sentence_states_the_end(text: str) -> None:
    """A negation may be a part of the statement."""
    assert claims_of_end([text]) == (text,)


@pytest.mark.parametrize(
    "text",
    [
        "Sharing has not ended.",
        "We could not confirm that sharing has ended.",
        "When sharing has ended, we delete your data.",
        "Please check whether your bank was disconnected.",
        "Sharing ends on 12 March 2027.",
        "We are ending your sharing.",
        "Stop sharing",
        "Your sharing may have ended.",
        "Has your sharing been stopped?",
        "Sharing has ended? ",
        "Access to new data has stopped while we process it.",
    ],
)
def test_a_denial_or_a_condition_states_nothing(text: str) -> None:
    """Nothing but a plain statement counts."""
    assert claims_of_end([text]) == ()


def test_a_failure_of_any_kind_is_found() -> None:
    """One sentence concerns the app, another the bank."""
    assert mentions_failure(["The session has ended.", "We could not reach your bank."])
    assert mentions_failure(["Sharing has ended.", "Your consent with Ridgeway Bank is still active."])
    assert mentions_failure(["The session has ended.", "Sharing has not ended."])
    assert mentions_failure(["Sharing has ended", "Busy", "Sharing has ended"])
    assert not mentions_failure(["Sharing has ended."])
    assert not mentions_failure(["Has sharing not been stopped?", "If it was not ended, please contact us."])


@pytest.mark.parametrize(
    ("text", "is_failure"),
    [
        ("That did not work", True),
        ("Sharing could not be ended just now.", True),
        ("We couldn\u2019t disconnect your bank.", True),
        ("If something went wrong, please contact us.", False),
        ("Something went wrong?", False),
        ("Tell us what didn't work.", False),
        ("Could not load your photo.", False),
        ("Sharing has ended.", False),
    ],
)
def test_a_sentence_states_that_the_consent_could_not_be_ended(text: str, is_failure: bool) -> None:
    """A failure of something else does not count."""
    assert claims_of_failure([text]) == ((text,) if is_failure else ())


def test_earlier_sentences_are_not_fresh() -> None:
    """The page had them before the press."""
    views = [
        PageView(participant="", page="connections", text=text) for text in ("One. Two.", "Three.", "One. Four. Three.")
    ]

    assert fresh_sentences(views[:2], views[2]) == ("Four.",)
