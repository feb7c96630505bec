"""Descriptions of the fixture people: the outcome of a journey with their e-mail address, and later events."""

from collections.abc import Iterable

from fiskil_harness.core.model import OUTCOMES, Ending, Person

ENDINGS, CONSENTS, HOUSEHOLDS = "How a journey ends", "What becomes of a consent", "People with accounts"
GROUPS: tuple[str, ...] = (ENDINGS, CONSENTS, HOUSEHOLDS)
"""Headings of the list of people, in order."""


def expected_outcome(person: Person) -> str:
    """Return a description of a journey with this person's e-mail address.

    It is Fiskil's name of the ending, or ``approved`` and what happens to the consent afterwards.
    """
    ending = OUTCOMES[person.outcome].ending
    offered = [spec for spec in person.accounts if spec.is_offered]
    if ending is not Ending.APPROVED:
        return ending.value
    if not offered:
        return f"{Ending.INELIGIBLE.value}{' at a bank' if person.energy else ''}"
    return "; ".join(("approved", *_afterwards(person)))


def grouped(people: Iterable[Person]) -> dict[str, list[Person]]:
    """Return *people* grouped by heading; within a heading, people are sorted by name."""
    groups: dict[str, list[Person]] = {heading: [] for heading in GROUPS}
    for person in sorted(people, key=lambda person: person.name):
        groups[_heading(person)].append(person)
    return groups


def _heading(person: Person) -> str:
    outcome = expected_outcome(person)
    if not outcome.startswith("approved"):
        return ENDINGS
    return HOUSEHOLDS if outcome == "approved" else CONSENTS


def _afterwards(person: Person) -> Iterable[str]:
    offered = sum(spec.is_offered for spec in person.accounts)
    if offered < len(person.accounts):
        yield f"{offered} of {len(person.accounts)} accounts"
    if person.withholds:
        yield f"without {', '.join(person.withholds)}"
    if person.revokes_after_days is not None:
        yield f"revoked after {person.revokes_after_days} days"
    if person.first_sync_after_minutes:
        yield f"no data for {person.first_sync_after_minutes} minutes"
    if person.first_sync_fails:
        yield f"first sync of {', '.join(person.first_sync_fails)} fails"
