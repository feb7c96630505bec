"""Which control of a page may end a consent, the likeliest first, by the words that they bear.

What leads away from the app, ends more than a consent, keeps one, or begins another is never among them.
"""

import re
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from fiskil_harness.journal import Control
from fiskil_harness.journal.entries.pages import REVOKE
from fiskil_harness.journal.queries.page_addresses import is_same_address
from fiskil_harness.journal.queries.page_controls import is_bare, is_sharing_switch, names_sharing
from fiskil_harness.journal.queries.page_wording import phrase_in, plain, words_for

WAYS = (3, 4)
LAST = 6


class RevokeControl(Struct, frozen=True, kw_only=True):
    """A control, and which of several alike it is; None where it is the only one.

    ``is_sure`` tells that its name says that it ends what is shared, ``is_way`` that it may lead to where more is told.
    ``alike`` is how many of its name there are, where these are more than the consents.
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
    """What may end the consent at *sought* on the page that lists consents with all *institutions*, or lead to its end.

    Args:
        is_own: Whether an address is the app's.
        more_words: What the app's own controls say that end a consent, besides the usual.
    """
    others = [institution for institution in institutions if institution != sought]
    able = [
        control
        for control in _able(controls, is_own)
        if not phrase_in(control.text, others) or phrase_in(control.text, [sought])
    ]
    able = [control for control in able if not (control.kind == "link" and is_same_address(control.leads_to, url))]
    able += [control for control in controls if is_sharing_switch(control, sought) and not phrase_in(control.text, others)]
    place = _place_of(text, institutions, sought)
    ranked: list[tuple[int, RevokeControl]] = []
    for control in able:
        is_told = is_sure(control, more_words) or is_sharing(control, sought)
        rank = (0 if phrase_in(control.text, [sought]) else 1) if is_told else _rank(control, sought)
        if rank is not None:
            # "My data" may be all of it, but not beside the name of the one.
            is_for_all = len(institutions) > 1 and not phrase_in(control.text, [sought])
            is_for_all = is_for_all and bool(phrase_in(control.text, words_for(REVOKE, "every")))
            ranked.append(
                (LAST if is_for_all else rank, RevokeControl(control=control, is_sure=is_told, is_way=rank in WAYS))
            )
    best = [way for _, way in sorted(ranked, key=lambda pair: pair[0])]
    return _nearest_first(_told_apart(best, place, len(institutions)), text, institutions, sought)


def next_controls(
    before: Sequence[Control],
    controls: Sequence[Control],
    *,
    is_own: Callable[[str], bool],
    has_sure: bool,
    has_switched: bool = False,
) -> list[RevokeControl]:
    """What has come since the last press and may go on: what is sure, then what confirms, then what is likely, then ways.

    After something sure only what confirms it goes on; after a switch also what keeps the change, which stood there before.
    """
    left = [control for control in before if not (has_switched and phrase_in(control.text, words_for(REVOKE, "saves")))]
    fresh = []
    for control in controls:
        if control in left:
            left.remove(control)
        else:
            fresh.append(control)
    able = _able(fresh, is_own)
    groups = ["sure", "confirms", "likely"] + ([] if has_sure else ["ways"]) + (["saves"] if has_switched else [])
    found: list[Control] = []
    for name in groups:
        found += [control for control in able if control not in found and phrase_in(control.text, words_for(REVOKE, name))]
    if not has_sure:
        found += [control for control in able if control not in found and not _has_letters(control.text)]
    return [RevokeControl(control=control, is_sure=is_sure(control)) for control in found]


def disabled_controls(before: Sequence[Control], controls: Sequence[Control]) -> list[Control]:
    """What has come since the last press and would confirm it, but cannot be pressed before something else is answered."""
    words = _words("sure", "confirms", "likely")
    return [
        control for control in controls if control.is_disabled and control not in before and phrase_in(control.text, words)
    ]


def is_alike(one: RevokeControl, other: RevokeControl) -> bool:
    """Whether two controls are of one kind and say the same."""
    left, right = one.control, other.control
    return (left.kind, plain(left.text)) == (right.kind, plain(right.text))


def is_sure(control: Control, more_words: Sequence[str] = ()) -> bool:
    """Whether its name says that it ends what is shared, by the usual words or by *more_words*."""
    return bool(phrase_in(control.text, [*more_words, *words_for(REVOKE, "sure")]))


def is_sharing(control: Control, sought: str) -> bool:
    """Whether it is a switch that stands on, and says that it is for the data that *sought* shares."""
    return is_sharing_switch(control, sought) and names_sharing(control.text, sought)


def _able(controls: Sequence[Control], is_own: Callable[[str], bool]) -> list[Control]:
    return [
        control
        for control in controls
        if control.kind in {"button", "link"}
        and not control.is_disabled
        and (not control.leads_to or is_own(control.leads_to))
        and not phrase_in(control.text, words_for(REVOKE, "keeps"))
        and (is_sure(control) or not phrase_in(control.text, [*_words("never", "spares", "begins")]))
    ]


def _words(*names: str) -> list[str]:
    return [word for name in names for word in words_for(REVOKE, name)]


def _rank(control: Control, sought: str) -> int | None:
    """How likely a control of the first page ends a consent: 0 is likeliest, None is not at all."""
    if control.kind == "switch":
        return 2 if phrase_in(control.text, [sought]) or is_bare(control.text) else 5
    if phrase_in(control.text, words_for(REVOKE, "likely")):
        return 2
    if phrase_in(control.text, [sought]):
        return 3
    if phrase_in(control.text, words_for(REVOKE, "ways")):
        return 4
    return None if _has_letters(control.text) else 5


def _has_letters(text: str) -> bool:
    return bool(re.search(r"[^\W\d_]", text))


def _place_of(text: str, institutions: Sequence[str], sought: str) -> int:
    """Which of the listed consents is the one that is sought, in the order of the page."""
    told = plain(text)
    stands = sorted(
        (told.find(plain(fromkey)), fromkey) for fromkey in dict.fromkeys(institutions) if plain(fromkey) in told
    )
    return next((at for at, (_, stand) in enumerate(stands) if stand == sought), 0)


def _told_apart(ways: list[RevokeControl], place: int, count: int) -> list[RevokeControl]:
    """Of as many controls of one name as there are consents only that of the consent that is sought, in the page's order."""
    found: list[RevokeControl] = []
    for way in ways:
        alike = [revoke_control for revoke_control in ways if is_alike(revoke_control, way)]
        if count < 2 or len(alike) != count:
            found.append(way)
        elif way is alike[place]:
            same = [revoke_control for revoke_control in alike if revoke_control.control == way.control]
            nth = next(at for at, revoke_control in enumerate(same) if revoke_control is way) if len(same) > 1 else None
            found.append(msgspec.structs.replace(way, nth=nth))
    return found


def _nearest_first(ways: list[RevokeControl], text: str, institutions: Sequence[str], sought: str) -> list[RevokeControl]:
    """Of controls of one name, more than there are consents, the one that stands nearest to the institution comes first.

    Those that stand nearest to another of the *institutions* are not there; the rest follow in the order of their distance.
    """
    found: list[RevokeControl] = []
    for way in ways:
        alike = [revoke_control for revoke_control in ways if is_alike(revoke_control, way)]
        if len(alike) <= len(institutions):
            found.append(way)
        elif way is alike[0]:
            found += _by_distance(_numbered(alike), text, institutions, sought)
    return found


def _numbered(alike: list[RevokeControl]) -> list[RevokeControl]:
    before = [
        sum(1 for other in alike[:at] if other.control == revoke_control.control) for at, revoke_control in enumerate(alike)
    ]
    return [
        msgspec.structs.replace(revoke_control, nth=nth, alike=len(alike))
        for revoke_control, nth in zip(alike, before, strict=True)
    ]


def _by_distance(alike: list[RevokeControl], text: str, institutions: Sequence[str], sought: str) -> list[RevokeControl]:
    """Those of *alike* that stand by the institution; all, in the order of the page, where the text does not tell."""
    told = "|".join(["", *(plain(line) for line in text.splitlines()), ""])
    name = plain(alike[0].control.text)
    stands = [found for found in (_places(told, f"|{name}|"), _places(told, name)) if len(found) == len(alike)]
    names = {institution: _places(told, plain(institution)) for institution in institutions}
    if not stands or not names.get(sought):
        return alike

    def distance(at: int, name: str) -> tuple[bool, int]:
        """What stands above a control owns it sooner than what stands below."""
        above = [at - number for number in names[name] if number <= at]
        below = [number - at for number in names[name] if number > at]
        return (not above, min(above or below, default=len(told)))

    own = [
        (distance(at, sought), way)
        for at, way in zip(stands[0], alike, strict=True)
        if min(names, key=lambda text: distance(at, text)) == sought
    ]
    return [way for _, way in sorted(own, key=lambda pair: pair[0])]


def _places(told: str, wanted: str) -> list[int]:
    return [match.start() for match in re.finditer(f"(?={re.escape(wanted)})", told)] if wanted.strip(" |") else []
