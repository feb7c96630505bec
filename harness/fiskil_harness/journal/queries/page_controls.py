"""Recognise, by its label, the switch on a page with which an end user stops sharing data.

A label is certain only if it mentions the institution or the end user's own data, because words such as "share", "allow" and
"connect" are also used for other things.
"""

from fiskil_harness.core.model import PERMISSIONS
from fiskil_harness.journal import Control
from fiskil_harness.journal.entries.pages import REVOKE
from fiskil_harness.journal.queries.page_wording import dataset_names, phrase_in, plain, words_for


def is_sharing_switch(control: Control, institution: str) -> bool:
    """Return True for an enabled switch that is on and may control the sharing of all data or of one dataset."""
    is_usable = control.is_switch and control.is_on and not control.is_disabled
    return is_usable and may_share(control.text, institution)


def may_share(label: str, institution: str) -> bool:
    """Return True if *label* has a word for sharing or the institution's name, and no word for another purpose."""
    words = [*words_for(REVOKE, "switches"), institution]
    return bool(phrase_in(label, words)) and not phrase_in(label, words_for(REVOKE, "asides"))


def names_sharing(label: str, institution: str) -> bool:
    """Return True if *label* clearly is about all data shared with *institution*, not about a single dataset."""
    dataset_name = phrase_in(label, [word for name in PERMISSIONS for word in dataset_names(name)])
    owner_name = phrase_in(label, [institution, *words_for(REVOKE, "own_data")])
    return may_share(label, "") and bool(owner_name) and not dataset_name


def has_sharing_words_only(label: str) -> bool:
    """Return True if *label* consists only of general words for sharing, such as "Share my data"."""
    sharing_words = " ".join(["data", "on", "is", "my", "your", *words_for(REVOKE, "switches")])
    return not set(plain(label).split()) - set(plain(sharing_words).split())
