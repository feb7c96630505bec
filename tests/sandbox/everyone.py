"""The data of everyone as the API serves it: all named people and some generated ones, by seed.

Each person shares every account and every dataset, at the bank and at the retailer.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from fiskil_harness.core import catalog
from fiskil_harness.core.clock import Clock
from fiskil_harness.core.model import PERMISSIONS, Person
from fiskil_harness.core.randomness import Mint
from fiskil_harness.sandbox import Sandbox
from fiskil_harness.sandbox.consents.people import generated_person

SEEDS = (1, 2, 3)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
GENERATED = 8
HOLDERS = {"banking": "88888", "energy": "99999"}

Data = dict[str, list[dict[str, Any]]]
"""The rows of one person by dataset."""


def people(seed: int) -> list[Person]:
    """Return every named person with accounts, as one who shares everything, and some generated people."""
    named = [
        msgspec.structs.replace(person, outcome="eligible", withholds=(), first_sync_fails=(), revokes_after_days=None)
        for person in catalog.people().values()
        if person.accounts or person.energy
    ]
    return [*named, *(generated_person(seed=seed, number=number) for number in range(GENERATED))]


@cache
def everyone(seed: int, *, days_later: int = 0) -> dict[str, Data]:
    """Return the rows of each person by name, for a sandbox that starts *days_later* days after the usual one."""
    return {person.name: data_of(person, seed=seed, at=NOON + timedelta(days=days_later)) for person in people(seed)}


def data_of(person: Person, *, seed: int, at: datetime, datasets: Collection[str] = tuple(PERMISSIONS)) -> Data:
    """Return the rows of one person in *datasets* (default: all), in a sandbox that starts at the time *at*."""
    sandbox = Sandbox(
        institutions=catalog.institutions(), clock=Clock(real=lambda: at), mint=Mint(seed=seed, salt=person.name)
    )
    sandbox.configure(permissions=tuple(PERMISSIONS))
    end_user = sandbox.create_end_user(person)
    data: Data = {}
    for industry, institution_id in HOLDERS.items():
        offered = [spec for spec in person.accounts if spec.is_offered] if industry == "banking" else person.energy
        if offered:
            consent = sandbox.authorise(end_user, institution_id=institution_id)
            for dataset in [name for name in consent.permissions if name in datasets]:
                sandbox.sync(consent, dataset)
                data.setdefault(dataset, []).extend(msgspec.json.decode(row.wire) for row in sandbox.rows(consent, dataset))
    return data


def fields(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the name and value of each field in *value*, at any depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name, inner
            yield from fields(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner)
