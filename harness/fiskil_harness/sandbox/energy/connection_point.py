"""The grid connection of a household: service point, meter, registers, and energy resources such as solar panels."""

from datetime import date
from typing import Any

from msgspec import Struct

from fiskil_harness.core.identifiers import nmi
from fiskil_harness.core.model.energy import EnergyAccountSpec, EnergyPlan
from fiskil_harness.core.model.energy_rows import DerRecord, ServicePoint
from fiskil_harness.core.randomness import stream
from fiskil_harness.sandbox.bank.address import addresses_of
from fiskil_harness.sandbox.energy.context import EnergyContext
from fiskil_harness.sandbox.energy.reads import CAPACITY_KW, CONTROLLED, EXPORT, IMPORT


class Grid(Struct, frozen=True):
    """The network operator of a state, its jurisdiction code, and the first digits of its metering identifiers.

    Source: AEMO, NMI Allocation List
    """

    network: str
    jurisdiction: str
    begins: str


_GRIDS = {
    "NSW": Grid("Ausgrid", "NSW", "4103"),
    "VIC": Grid("CitiPower", "VIC", "6102"),
    "QLD": Grid("Energex", "QLD", "31"),
    "SA": Grid("SA Power Networks", "SA", "2001"),
    "TAS": Grid("TasNetworks", "TAS", "8000"),
    "ACT": Grid("Evoenergy", "ACT", "7001"),
    # Western Australia and the Northern Territory are outside the national market.
    "WA": Grid("Western Power", "ALL", "8001"),
    "NT": Grid("Power and Water", "ALL", "250"),
}


class Site(Struct, frozen=True, kw_only=True):
    """A service point with its meter, registers and energy resources."""

    point: ServicePoint
    meter_id: str
    register_ids: dict[str, str]
    der: DerRecord | None


def site_of(context: EnergyContext, spec: EnergyAccountSpec, plan: EnergyPlan) -> Site:
    """Return the site (service point, meter and resources) of an electricity account, at the person's home address."""
    formats = addresses_of(context.person, seed=context.seed)
    location = formats[context.person.energy.index(spec) % len(formats)]
    grid = _GRIDS[location[location["address_u_type"]]["state"]]
    meter_id = context.digits(9, f"{spec.key}:meter")
    suffixes = (IMPORT, *([CONTROLLED] if spec.controlled_kwh else ()), *([EXPORT] if spec.solar_kw else ()))
    register_ids = {suffix: f"{number:02d}" for number, suffix in enumerate(suffixes, start=1)}
    point = ServicePoint(
        **context.ids("energy_sp_", spec.key),
        service_point_id=context.view.mint.row_id("sp-", context.view.owner, spec.key, length=24),
        national_metering_id=_nmi(context, spec, grid),
        service_point_classification="SMALL",
        service_point_status="ACTIVE",
        jurisdiction_code=grid.jurisdiction,
        is_generator=spec.solar_kw is not None,
        valid_from_date=_since(context, spec),
        last_update_date_time=f"{context.began}T00:00:00Z",
        last_consumer_change_date=_since(context, spec),
        consumer_profile={"classification": plan.customer_type, "threshold": "LOW"},
        distribution_loss_factor={"code": "BLNA", "description": "Low voltage, suburban", "loss_value": "1.0512"},
        related_participants=({"party": context.retailer, "role": "FRMP"}, {"party": grid.network, "role": "LNSP"}),
        location=location,
        meters=({"meter_id": meter_id, "specifications": _meter(spec), "registers": _registers(spec, register_ids)},),
    )
    return Site(point=point, meter_id=meter_id, register_ids=register_ids, der=_der(context, spec, point))


def _nmi(context: EnergyContext, spec: EnergyAccountSpec, grid: Grid) -> str:
    """Return the metering identifier of the household's connection, which every end user sees."""
    chance = stream(context.seed, "nmi", context.person.email, spec.key)
    length = 10 - len(grid.begins)
    return nmi(f"{grid.begins}{chance.randrange(10**length):0{length}d}")


def _since(context: EnergyContext, spec: EnergyAccountSpec) -> str:
    chance = stream(context.seed, "supplied", context.person.email, spec.key)
    return date(chance.randrange(2016, 2023), chance.randrange(1, 13), chance.randrange(1, 29)).isoformat()


def _meter(spec: EnergyAccountSpec) -> dict[str, Any]:
    is_basic = spec.meter == "basic"
    return {
        "status": "CURRENT",
        "installation_type": "BASIC" if is_basic else "COMMS4D",
        "manufacturer": "Email" if is_basic else "Secure Meters",
        "model": "M1" if is_basic else "I-Credit 500",
        "read_type": "BASIC" if is_basic else "INTERVAL",
    }


def _registers(spec: EnergyAccountSpec, register_ids: dict[str, str]) -> list[dict[str, Any]]:
    kind = "BASIC" if spec.meter == "basic" else "INTERVAL"
    return [
        {
            "register_id": register_id,
            "register_suffix": suffix,
            "averaged_daily_load": float(spec.daily_kwh) if suffix == IMPORT else 0.0,
            "register_consumption_type": kind,
            "network_tariff_code": "EA116" if suffix == CONTROLLED else "EA025",
            "unit_of_measure": "KWH",
            "time_of_day": "CONTROLLED" if suffix == CONTROLLED else "ALLDAY",
            "multiplier": 1.0,
            "controlled_load": suffix == CONTROLLED,
            "consumption_type": "CUMULATIVE" if spec.meter == "basic" else "ACTUAL",
        }
        for suffix, register_id in register_ids.items()
    ]


def _der(context: EnergyContext, spec: EnergyAccountSpec, point: ServicePoint) -> DerRecord | None:
    if spec.solar_kw is None:
        return None
    panels = {**_device("panels", "SOLAR_PV", "Sunrise", "SR-440"), "count": round(float(spec.solar_kw) / 0.44)}
    devices = [{**panels, "subtype": "Monocrystalline", "nominal_rated_capacity": float(spec.solar_kw)}]
    if spec.battery_kwh is not None:
        battery = {**_device("battery", "STORAGE", "Redback", "RB-10"), "count": 1, "subtype": "Lithium-ion"}
        storage = float(spec.battery_kwh)
        devices.append({**battery, "nominal_rated_capacity": 5.0, "nominal_storage_capacity": storage})
    inverter = {
        "connection_identifier": 1,
        "count": 1,
        "equipment_type": "INVERTER",
        "manufacturer_name": "Fronius",
        "inverter_series": "Primo",
        "inverter_model_number": "GEN24 5.0",
        "commissioning_date": point.valid_from_date,
        "status": "ACTIVE",
        "inverter_device_capacity": CAPACITY_KW,
        "der_devices": devices,
    }
    return DerRecord(
        **context.ids("energy_der_", spec.key),
        service_point_id=point.service_point_id,
        approved_capacity=CAPACITY_KW,
        available_phases_count=1,
        installed_phases_count=1,
        islandable_installation=spec.battery_kwh is not None,
        has_central_protection_control=False,
        protection_mode=_PROTECTION,
        ac_connections=(inverter,),
    )


_PROTECTION: dict[str, Any] = {
    "export_limit_kva": CAPACITY_KW,
    "under_frequency_protection": 47.0,
    "under_frequency_protection_delay": 1.0,
    "over_frequency_protection": 52.0,
    "over_frequency_protection_delay": 0.2,
    "under_voltage_protection": 180.0,
    "under_voltage_protection_delay": 1.0,
    "over_voltage_protection": 265.0,
    "over_voltage_protection_delay": 1.0,
    "sustained_over_voltage": 258.0,
    "sustained_over_voltage_delay": 15.0,
    "frequency_rate_of_change": 4.0,
    "voltage_vector_shift": 0.0,
    "inter_trip_scheme": "None",
    "neutral_voltage_displacement": 0.0,
}


def _device(name: str, kind: str, manufacturer: str, model: str) -> dict[str, Any]:
    identifiers = {"panels": 1, "battery": 2}
    return {
        "device_identifier": identifiers[name],
        "manufacturer": manufacturer,
        "model_number": model,
        "status": "ACTIVE",
        "type": kind,
    }
