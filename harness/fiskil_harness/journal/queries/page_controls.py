"""Which switch of a page stands for what an end user shares, by the words of its label.

Sure is only what names the institution or speaks of somebody's own data: much else is shared, allowed or connected.
"""

from fiskil_harness.journal import Control
from fiskil_harness.journal.entries.pages import REVOKE
from fiskil_harness.journal.queries.page_wording import dataset_names, phrase_in, plain, words_for

DATASETS = (
    "accounts",
    "balances",
    "transactions",
    "payees",
    "direct_debits",
    "scheduled_payments",
    "usage",
    "billing",
    "identity",
)


def is_sharing_switch(control: Control, institution: str) -> bool:
    """Whether it is a switch that stands on, and may stand for sharing: nothing beside it, but perhaps a part of it."""
    is_able = control.kind == "switch" and control.is_on and not control.is_disabled
    return is_able and may_share(control.text, institution)


def may_share(label: str, institution: str) -> bool:
    """Whether a label has a word of sharing, or the institution's name, and none of something beside it."""
    words = [*words_for(REVOKE, "switches"), institution]
    return bool(phrase_in(label, words)) and not phrase_in(label, words_for(REVOKE, "asides"))


def names_sharing(label: str, institution: str) -> bool:
    """Whether a label says that what is shared with *institution* stands or falls with its switch: no dataset alone."""
    is_part = phrase_in(label, [word for name in DATASETS for word in dataset_names(name)])
    is_whose = phrase_in(label, [institution, *words_for(REVOKE, "own_data")])
    return may_share(label, "") and bool(is_whose) and not is_part


def is_bare(label: str) -> bool:
    """Whether a label says that something is shared, and not a word of what that is."""
    known = " ".join(["data", "on", "is", "my", "your", *words_for(REVOKE, "switches")])
    return not set(plain(label).split()) - set(plain(known).split())
