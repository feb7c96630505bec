"""People at the institution: named ones from ``fixtures/end_users/``, and ones that Faker makes from the seed.

The e-mail address chooses the person, whatever end user the app created.
"""

import re

from fiskil_harness.core.model import Person
from fiskil_harness.core.model.energy import EnergyAccountSpec
from fiskil_harness.core.model.people import AccountSpec
from fiskil_harness.core.randomness import stream
from fiskil_harness.sandbox.bank.generated_accounts import accounts_of
from fiskil_harness.sandbox.consents.sharing import has_closed, is_open
from fiskil_harness.sandbox.energy.generated_accounts import energy_of
from fiskil_harness.sandbox.store import Store

_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
# Numbers that are set aside for stories, so that nobody is ever called.
_PHONES = (
    "+61491570006", "+61491570156", "+61491570157", "+61491570158", "+61491570159", "+61491570110", "+61491570313",
    "+61491570737", "+61491571266", "+61491571491", "+61491571804", "+61491572549", "+61491572665", "+61491572983",
)  # fmt: skip


def admit(store: Store, person: Person) -> Person:
    """Make *person* known to the institution until the store is reset."""
    store.people[person.email.lower()] = person
    return person


def person_for(store: Store, email: str) -> Person | None:
    """The person behind an e-mail address, None for what is no address; one that nobody has gets a person made for it.

    Source: journey.any-email
    """
    wanted = email.strip().lower()
    if not _ADDRESS.fullmatch(wanted) or not wanted.isprintable():
        return None
    known = store.people.get(wanted) or store.named.get(wanted)
    return known or admit(store, generated_person(seed=store.mint.seed, email=wanted))


def accounts_at(store: Store, person: Person, institution_id: str) -> tuple[AccountSpec | EnergyAccountSpec, ...]:
    """What *person* has open at an institution now: accounts at a bank, supply contracts at a retailer."""
    return tuple(spec for spec in _held(store, person, institution_id) if is_open(store, person, spec, store.now()))


def _held(store: Store, person: Person, institution_id: str) -> tuple[AccountSpec | EnergyAccountSpec, ...]:
    institution = store.institutions.get(institution_id)
    return person.energy if institution is not None and institution.industry == "energy" else person.accounts


def is_offered(spec: AccountSpec | EnergyAccountSpec) -> bool:
    """Whether the institution lets an account be shared; a retailer lets every one. Source: accounts.offered"""
    return isinstance(spec, EnergyAccountSpec) or spec.is_offered


def offered_at(store: Store, person: Person, institution_id: str) -> tuple[AccountSpec | EnergyAccountSpec, ...]:
    """Those of the accounts at an institution that *person* may share."""
    return tuple(spec for spec in accounts_at(store, person, institution_id) if is_offered(spec))


def nothing_to_share(store: Store, person: Person | None, institution_id: str) -> str:
    """Why *person* has nothing to share at an institution, as the end of a sentence that begins with them."""
    words = "has no account that can be shared there"
    offered = [spec for spec in _held(store, person, institution_id) if is_offered(spec)] if person else []
    closed = [spec.key for spec in offered if person and has_closed(store, person, spec, store.now())]
    if closed:
        return f"{words}: {', '.join(closed)} closed meanwhile, and a reset opens them again."
    return f"{words}."


def generated_person(*, seed: int, email: str | None = None, number: int = 0) -> Person:
    """Make a person with two to four accounts: same seed and number (or e-mail), same person."""
    from faker import Faker

    fake = Faker("en_AU", use_weighting=False)
    fake.seed_instance(f"{seed}:{email or number}")
    given, family = fake.first_name(), fake.last_name()
    chance = stream(seed, "made-up", email or number)
    accounts = accounts_of(chance, employer=fake.last_name())
    local = re.sub(r"[^a-z.]", "", f"{given}.{family}".lower())
    return Person(
        name=f"made-{number}",
        given_name=given,
        family_name=family,
        email=email or f"{local}.{number}@example.com",
        phone=chance.choice(_PHONES),
        why="made from the seed",
        accounts=accounts,
        energy=energy_of(stream(seed, "made-up energy", email or number)),
    )
