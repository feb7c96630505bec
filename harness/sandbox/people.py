"""People at the institution: named ones from ``fixtures/end_users/``, and ones that Faker makes from the seed.

The e-mail address chooses the person, whatever end user the app created.
"""

from harness.ids import stream
from harness.model import Person
from harness.model.people import AccountSpec, Movement
from harness.sandbox.store import Store

_MERCHANTS = (
    ("Woolworths", "WOOLWORTHS {place}", "GENERAL_MERCHANDISE:SUPERMARKETS", "5411", "-86.40", 4),
    ("Coles", "COLES {place}", "FOOD_AND_DRINK:GROCERIES", "5411", "-41.25", 6),
    ("Transport for NSW", "TRANSPORTFORNSW TAP SYDNEY", "TRANSPORTATION:PUBLIC_TRANSIT", "4111", "-4.80", 3),
    ("Origin Energy", "ORIGIN ENERGY BPAY", "RENT_AND_UTILITIES:GAS_AND_ELECTRICITY", "4900", "-164.10", 30),
    ("Telstra", "TELSTRA MOBILE {place}", "RENT_AND_UTILITIES:TELEPHONE", "4814", "-59.00", 30),
    ("Allianz", "ALLIANZ HOME INS AUS", "SERVICES:INSURANCE", "6300", "-92.00", 30),
)


def admit(store: Store, person: Person) -> Person:
    """Make *person* known to the institution until the store is reset."""
    store.people[person.email.lower()] = person
    return person


def person_for(store: Store, email: str) -> Person | None:
    """The person behind an e-mail address; an address that nobody has gets a person made for it.

    Source: journey.any-email
    """
    wanted = email.strip().lower()
    if "@" not in wanted:
        return None
    known = store.people.get(wanted)
    return known or admit(store, made_up(seed=store.mint.seed, email=wanted))


def made_up(*, seed: int, email: str | None = None, number: int = 0) -> Person:
    """Make a person: same seed and number (or e-mail), same person."""
    from faker import Faker

    fake = Faker("en_AU", use_weighting=False)
    fake.seed_instance(f"{seed}:{email or number}")
    given, family = fake.first_name(), fake.last_name()
    chance = stream(seed, "made-up", email or number)
    place = fake.city().upper()
    moves = tuple(
        Movement(
            merchant=merchant,
            description=description.format(place=place),
            category=category,
            mcc=mcc,
            amount=amount,
            every_days=every_days,
            varies_percent=30,
            first_day=chance.randrange(every_days),
        )
        for merchant, description, category, mcc, amount, every_days in chance.sample(_MERCHANTS, 4)
    )
    salary = Movement(
        merchant=fake.company(),
        description="SALARY",
        category="INCOME:SALARY",
        amount=f"{chance.randrange(1800, 4200)}.00",
        every_days=14,
        first_day=chance.randrange(14),
    )
    return Person(
        name=f"made-{number}",
        given_name=given,
        family_name=family,
        email=email or f"{given}.{family}.{number}@example.com".lower(),
        phone=f"+614{chance.randrange(10**8):08d}",
        why="made from the seed",
        accounts=(
            AccountSpec(key="everyday", name="Everyday Account", moves=(salary, *moves), pending=2),
            AccountSpec(key="savings", name="Savings", product="Online Saver", opening=f"{chance.randrange(500, 90000)}.00"),
        ),
    )
