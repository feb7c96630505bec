"""The behaviour that a reader observes under each interpretation of energy, products, and the forms of rows and lists."""

from tests.interpretations.differences_core import Observations
from tests.interpretations.world import World


def invoice_arrangement(world: World) -> bool:
    """Source: energy.invoice-without-arrangement"""
    return "arrangement_id" in world.read("/v1/energy/invoice", world.energy()).json()["invoices"][0]


def newest_day(world: World) -> bool:
    """Return true if reads of the last requested day are returned. Source: energy.usage-dates"""
    end_user_id = world.energy("rosa")
    newest = max(read["read_start_date"] for read in world.read("/v1/energy/usage", end_user_id).json()["usage"])
    query = {"read_start_date.newest": newest, "page[size]": "1000"}
    return newest in {
        read["read_start_date"] for read in world.read("/v1/energy/usage", end_user_id, **query).json()["usage"]
    }


def first_invoice(world: World) -> str:
    """Source: energy.order"""
    rows = world.read("/v1/energy/invoice", world.energy("ben"), **{"page[size]": "1000"}).json()["invoices"]
    dates = [invoice["issue_date"] for invoice in rows]
    return "newest" if dates[0] > dates[-1] else "oldest"


def qualities(world: World) -> tuple[bool, bool]:
    """Return which of two spellings the key of interval reads has. Source: energy.camel-keys"""
    text = world.read("/v1/energy/usage", world.energy("rosa"), **{"page[size]": "1000"}).text
    return '"readQualities":' in text, '"read_qualities":' in text


def der_root(world: World) -> set[str]:
    """Source: energy.der-root"""
    return set(world.read("/v1/energy/der", world.energy("rosa")).json()) - {"links"}


def plans_of_unknown_retailer(world: World) -> int:
    """Source: energy.plans-unknown-retailer"""
    return world.api.get("/v1/energy/plans", params={"institution_id": "77777"}).status_code


def unknown_plan(world: World) -> int:
    """Source: energy.plan-unknown"""
    return world.api.get("/v1/energy/plans/nothing").status_code


def unknown_product(world: World) -> int:
    """Source: products.unknown"""
    return world.api.get("/v1/banking/products/nothing").status_code


def empty_service(world: World) -> bool:
    """Return true if a row contains an empty service, under v3. Source: versions.empty-service"""
    text = world.read("/v1/banking/transactions", world.connect(), **{"page[size]": "1000"}).text
    return '"service":""' in text


def core_list(world: World) -> bool:
    """Return true if a core list of v3 has pages. Source: paging.v3-lists"""
    for number in range(30):
        world.enrol(email=f"page{number}@example.com")
    return "next" in world.api.get("/v1/end-users").json()["links"]


def retailer(world: World) -> bool:
    """Return true if the sandbox's energy retailer can be reached. Source: institutions.sandbox-retailer"""
    rows = world.client.get("/v1/institutions", params={"client_id": world.pair["client_id"], "industry": "energy"}).json()
    return any(institution["is_accessible"] for institution in rows)


ENERGY: Observations = {
    "energy.invoice-without-arrangement": (invoice_arrangement, {"absent": False, "present": True}),
    "energy.usage-dates": (newest_day, {"inclusive": True, "before-newest": False}),
    "energy.order": (first_invoice, {"newest-first": "newest", "oldest-first": "oldest"}),
    "energy.camel-keys": (qualities, {"camel": (True, False), "snake": (False, True)}),
    "energy.der-root": (der_root, {"der_records": {"der_records"}, "derRecords": {"derRecords"}}),
    "energy.plans-unknown-retailer": (plans_of_unknown_retailer, {"400": 400, "empty": 200}),
    "energy.plan-unknown": (unknown_plan, {"400": 400, "404": 404}),
    "products.unknown": (unknown_product, {"400": 400, "404": 404}),
    "paging.v3-lists": (core_list, {"whole": False, "paged": True}),
    "institutions.sandbox-retailer": (retailer, {"accessible": True, "inaccessible": False}),
    "versions.empty-service": (empty_service, {"carried": True, "left-out": False}),
}
"""By clause: the observation, and its result under each interpretation."""
