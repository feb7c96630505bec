"""Ranking, by their labels, of the controls on a page that may revoke a consent; the most likely control is first.

Controls are excluded if they lead to a foreign host, end more than a consent, keep a consent, or start another one.
"""

import re
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from fiskil_harness.journal import Control
from fiskil_harness.journal.entries.pages import REVOKE
from fiskil_harness.journal.queries.page_addresses import is_same_address
from fiskil_harness.journal.queries.page_controls import has_sharing_words_only, is_sharing_switch, names_sharing
from fiskil_harness.journal.queries.page_wording import phrase_in, plain, words_for

WAYS = (3, 4)
LAST = 6


class RevokeControl(Struct, frozen=True, kw_only=True):
    """A control that may revoke a consent.

    ``nth`` is the control's position among equal controls; None if there is only one. ``is_sure`` is true if the label
    states that the control ends the sharing. ``is_way`` is true if the control may lead to a page with details. ``alike`` is
    the number of controls with the same label if there are more of them than consents; else 1.
    """

    control: Control
    nth: int | None = None
    is_sure: bool = False
    is_way: bool = False
    alike: int = 1


def first_controls(
    text: str,
    controls: Sequence[Control],
    *,
    url: str,
    institutions: Sequence[str],
    sought: str,
    is_own: Callable[[str], bool],
    more_words: Sequence[str] = (),
) -> list[RevokeControl]:
    """Return the controls on the list of consents that may end the consent at *sought*, or lead to such a control.

    Args:
        text: Text of the page.
        url: URL of the page.
        institutions: Names of all institutions with an active consent.
        sought: Name of the institution whose consent is to end.
        is_own: Returns true if a URL is the app's.
        more_words: Labels with which the app's own controls end a consent, in addition to the usual labels.
    """
    others = [institution for institution in institutions if institution != sought]
    able = [
        control
        for control in _usable(controls, is_own)
        if not phrase_in(control.text, others) or phrase_in(control.text, [sought])
    ]
    able = [control for control in able if not (control.is_link and is_same_address(control.leads_to, url))]
    able += [control for control in controls if is_sharing_switch(control, sought) and not phrase_in(control.text, others)]
    position = _position_of(text, institutions, sought)
    ranked: list[tuple[int, RevokeControl]] = []
    for control in able:
        is_explicit = is_sure(control, more_words) or is_sharing(control, sought)
        rank = (0 if phrase_in(control.text, [sought]) else 1) if is_explicit else _rank(control, sought)
        if rank is not None:
            # "My data" may mean the data of all consents, but not if the label also names one institution.
            is_for_all = len(institutions) > 1 and not phrase_in(control.text, [sought])
            is_for_all = is_for_all and bool(phrase_in(control.text, words_for(REVOKE, "every")))
            ranked.append(
                (LAST if is_for_all else rank, RevokeControl(control=control, is_sure=is_explicit, is_way=rank in WAYS))
            )
    best = [candidate for _, candidate in sorted(ranked, key=lambda pair: pair[0])]
    return _nearest_first(_at_position(best, position, len(institutions)), text, institutions, sought)


def next_controls(
    before: Sequence[Control],
    controls: Sequence[Control],
    *,
    is_own: Callable[[str], bool],
    has_sure: bool,
    has_switched: bool = False,
) -> list[RevokeControl]:
    """Return the controls that are new since the last click and may continue the revocation, the most likely first.

    Args:
        before: The controls before the last click.
        controls: The controls now.
        is_own: Returns true if a URL is the app's.
        has_sure: True if the label of a clicked control states that it ends the sharing: links to details cannot follow.
        has_switched: True if a switch was clicked: a control that saves the change may follow, even if it is not new.
    """
    left = [control for control in before if not (has_switched and phrase_in(control.text, words_for(REVOKE, "saves")))]
    fresh = []
    for control in controls:
        if control in left:
            left.remove(control)
        else:
            fresh.append(control)
    able = _usable(fresh, is_own)
    groups = ["sure", "confirms", "likely"] + ([] if has_sure else ["ways"]) + (["saves"] if has_switched else [])
    chosen: list[Control] = []
    for name in groups:
        chosen += [control for control in able if control not in chosen and phrase_in(control.text, words_for(REVOKE, name))]
    if not has_sure:
        chosen += [control for control in able if control not in chosen and not _has_letters(control.text)]
    return [RevokeControl(control=control, is_sure=is_sure(control)) for control in chosen]


def disabled_controls(before: Sequence[Control], controls: Sequence[Control]) -> list[Control]:
    """Return the new controls that would confirm the last click, but are disabled until other input is given."""
    words = _words("sure", "confirms", "likely")
    return [
        control for control in controls if control.is_disabled and control not in before and phrase_in(control.text, words)
    ]


def is_alike(first: RevokeControl, second: RevokeControl) -> bool:
    """Return true if two controls have the same kind and the same label."""
    left, right = first.control, second.control
    return (left.kind, plain(left.text)) == (right.kind, plain(right.text))


def is_sure(control: Control, more_words: Sequence[str] = ()) -> bool:
    """Return true if the label states that the control ends the sharing, by the usual words or by *more_words*."""
    return bool(phrase_in(control.text, [*more_words, *words_for(REVOKE, "sure")]))


def is_sharing(control: Control, sought: str) -> bool:
    """Return true if the control is a switch that is on, and its label refers to the data that *sought* shares."""
    return is_sharing_switch(control, sought) and names_sharing(control.text, sought)


def _usable(controls: Sequence[Control], is_own: Callable[[str], bool]) -> list[Control]:
    return [
        control
        for control in controls
        if (control.is_button or control.is_link)
        and not control.is_disabled
        and (not control.leads_to or is_own(control.leads_to))
        and not phrase_in(control.text, words_for(REVOKE, "keeps"))
        and (is_sure(control) or not phrase_in(control.text, [*_words("never", "spares", "begins")]))
    ]


def _words(*names: str) -> list[str]:
    return [word for name in names for word in words_for(REVOKE, name)]


def _rank(control: Control, sought: str) -> int | None:
    """Return how likely a control of the first page ends a consent: 0 is most likely, None is excluded."""
    if control.is_switch:
        return 2 if phrase_in(control.text, [sought]) or has_sharing_words_only(control.text) else 5
    if phrase_in(control.text, words_for(REVOKE, "likely")):
        return 2
    if phrase_in(control.text, [sought]):
        return 3
    if phrase_in(control.text, words_for(REVOKE, "ways")):
        return 4
    return None if _has_letters(control.text) else 5


def _has_letters(text: str) -> bool:
    return bool(re.search(r"[^\W\d_]", text))


def _position_of(text: str, institutions: Sequence[str], sought: str) -> int:
    """Return the position of the sought consent among those that the page lists, in the order of the page."""
    page_text = plain(text)
    listed = sorted(
        (page_text.find(plain(institution)), institution)
        for institution in dict.fromkeys(institutions)
        if plain(institution) in page_text
    )
    return next((at for at, (_, institution) in enumerate(listed) if institution == sought), 0)


def _at_position(candidates: list[RevokeControl], position: int, count: int) -> list[RevokeControl]:
    """Return *candidates* without the equal controls that belong to other consents.

    If there are as many equal controls as consents, only the control at the position of the sought consent is kept.
    """
    remaining: list[RevokeControl] = []
    for candidate in candidates:
        alike = [other for other in candidates if is_alike(other, candidate)]
        if count < 2 or len(alike) != count:
            remaining.append(candidate)
        elif candidate is alike[position]:
            same = [other for other in alike if other.control == candidate.control]
            nth = next(at for at, other in enumerate(same) if other is candidate) if len(same) > 1 else None
            remaining.append(msgspec.structs.replace(candidate, nth=nth))
    return remaining


def _nearest_first(
    candidates: list[RevokeControl], text: str, institutions: Sequence[str], sought: str
) -> list[RevokeControl]:
    """Return *candidates*; if equal controls outnumber the consents, order them by distance from the sought institution.

    Equal controls that are nearest to another of the *institutions* are left out.
    """
    remaining: list[RevokeControl] = []
    for candidate in candidates:
        alike = [other for other in candidates if is_alike(other, candidate)]
        if len(alike) <= len(institutions):
            remaining.append(candidate)
        elif candidate is alike[0]:
            remaining += _by_distance(_numbered(alike), text, institutions, sought)
    return remaining


def _numbered(alike: list[RevokeControl]) -> list[RevokeControl]:
    before = [
        sum(1 for other in alike[:at] if other.control == revoke_control.control) for at, revoke_control in enumerate(alike)
    ]
    return [
        msgspec.structs.replace(revoke_control, nth=nth, alike=len(alike))
        for revoke_control, nth in zip(alike, before, strict=True)
    ]


def _by_distance(alike: list[RevokeControl], text: str, institutions: Sequence[str], sought: str) -> list[RevokeControl]:
    """Return the controls of *alike* that are nearest to the sought institution; all if the text does not contain it."""
    page_text = "|".join(["", *(plain(line) for line in text.splitlines()), ""])
    label = plain(alike[0].control.text)
    offsets = [
        starts for starts in (_offsets(page_text, f"|{label}|"), _offsets(page_text, label)) if len(starts) == len(alike)
    ]
    names = {institution: _offsets(page_text, plain(institution)) for institution in institutions}
    if not offsets or not names.get(sought):
        return alike

    def distance(offset: int, name: str) -> tuple[bool, int]:
        """Return the sort key for the distance: a name above the control is preferred to a name below it."""
        above = [offset - start for start in names[name] if start <= offset]
        below = [start - offset for start in names[name] if start > offset]
        return (not above, min(above or below, default=len(page_text)))

    nearest = [
        (distance(offset, sought), candidate)
        for offset, candidate in zip(offsets[0], alike, strict=True)
        if min(names, key=lambda name: distance(offset, name)) == sought
    ]
    return [candidate for _, candidate in sorted(nearest, key=lambda pair: pair[0])]


def _offsets(text: str, phrase: str) -> list[int]:
    return [match.start() for match in re.finditer(f"(?={re.escape(phrase)})", text)] if phrase.strip(" |") else []
