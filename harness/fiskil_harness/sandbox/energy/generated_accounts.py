"""Energy accounts of a generated person: electricity, often solar, sometimes gas."""

import random

from fiskil_harness.core.model.energy import EnergyAccountSpec

PAYMENTS = ("directDebit", "cardDebit", "digitalWallet", "manualPayment")
FLAT, SUNNY, DEMAND, STANDING, GAS = (
    "ESD100001MRE3@EME",
    "ESD100002MRE5@EME",
    "ESD100003MRE1@EME",
    "ESD100004SRE2@EME",
    "ESD200001MRG1@EME",
)


def energy_of(chance: random.Random) -> tuple[EnergyAccountSpec, ...]:
    """Return an electricity account, and a gas account for every third household."""
    is_old = chance.random() < 0.25
    has_solar, has_hot_water = not is_old and chance.random() < 0.5, not is_old and chance.random() < 0.4
    plan_id = STANDING if is_old else SUNNY if has_solar else chance.choice((FLAT, DEMAND))
    electricity = EnergyAccountSpec(
        key="electricity",
        name="Home electricity",
        plan_id=plan_id,
        daily_kwh=f"{chance.randrange(8, 26)}.{chance.randrange(10)}",
        months=chance.choice((3, 6, 12)) if not is_old else 12,
        meter="basic" if is_old else "interval",
        solar_kw=chance.choice(("3.5", "5.0", "6.6")) if has_solar else None,
        battery_kwh="10.0" if has_solar and chance.random() < 0.3 else None,
        controlled_kwh=f"{chance.randrange(3, 9)}.0" if has_hot_water and plan_id != FLAT else None,
        payment=chance.choice(PAYMENTS),
        concession=chance.choice((None, None, "18.50", "17.5%")),
    )
    if chance.random() < 0.67:
        return (electricity,)
    gas = EnergyAccountSpec(
        key="gas",
        name="Home gas",
        plan_id=GAS,
        daily_kwh=f"{chance.randrange(10, 40)}.0",
        months=6,
        is_gas=True,
        payment=electricity.payment,
    )
    return (electricity, gas)
