"""What a reader sees of each reading that concerns energy, products, and the forms of rows and lists."""

from tests.interpretations.differences_core import Sights
from tests.interpretations.world import World


def invoice_arrangement(world: World) -> bool:
    """Source: energy.invoice-without-arrangement"""
    return "arrangement_id" in world.read("/v1/energy/invoice", world.energy()).json()["invoices"][0]


def newest_day(world: World) -> bool:
    """Whether reads of the last day asked for are there. Source: energy.usage-dates"""
    end_user_id = world.energy("rosa")
    newest = max(value["read_start_date"] for value in world.read("/v1/energy/usage", end_user_id).json()["usage"])
    asked = {"read_start_date.newest": newest, "page[size]": "1000"}
    return newest in {
        value["read_start_date"] for value in world.read("/v1/energy/usage", end_user_id, **asked).json()["usage"]
    }


def first_invoice(world: World) -> str:
    """Source: energy.order"""
    found = world.read("/v1/energy/invoice", world.energy("ben"), **{"page[size]": "1000"}).json()["invoices"]
    dates = [value["issue_date"] for value in found]
    return "newest" if dates[0] > dates[-1] else "oldest"


def qualities(world: World) -> tuple[bool, bool]:
    """Which of its two spellings the key of interval reads has. Source: energy.camel-keys"""
    text = world.read("/v1/energy/usage", world.energy("rosa"), **{"page[size]": "1000"}).text
    return '"readQualities":' in text, '"read_qualities":' in text


def der_root(world: World) -> set[str]:
    """Source: energy.der-root"""
    return set(world.read("/v1/energy/der", world.energy("rosa")).json()) - {"links"}


def plans_of_nobody(world: World) -> int:
    """Source: energy.plans-unknown-retailer"""
    return world.api.get("/v1/energy/plans", params={"institution_id": "77777"}).status_code


def no_such_plan(world: World) -> int:
    """Source: energy.plan-unknown"""
    return world.api.get("/v1/energy/plans/nothing").status_code


def no_such_product(world: World) -> int:
    """Source: products.unknown"""
    return world.api.get("/v1/banking/products/nothing").status_code


def empty_service(world: World) -> bool:
    """Whether a row says that it has no service, under v3. Source: versions.empty-service"""
    text = world.read("/v1/banking/transactions", world.connect(), **{"page[size]": "1000"}).text
    return '"service":""' in text


def core_list(world: World) -> bool:
    """Whether a core list of v3 is cut into pages. Source: paging.v3-lists"""
    for number in range(30):
        world.enrol(email=f"page{number}@example.com")
    return "next" in world.api.get("/v1/end-users").json()["links"]


def retailer(world: World) -> bool:
    """Whether the sandbox's energy retailer can be reached. Source: institutions.sandbox-retailer"""
    found = world.client.get("/v1/institutions", params={"client_id": "team", "industry": "energy"}).json()
    return any(value["is_accessible"] for value in found)


ENERGY: Sights = {
    "energy.invoice-without-arrangement": (invoice_arrangement, {"absent": False, "present": True}),
    "energy.usage-dates": (newest_day, {"inclusive": True, "before-newest": False}),
    "energy.order": (first_invoice, {"newest-first": "newest", "oldest-first": "oldest"}),
    "energy.camel-keys": (qualities, {"camel": (True, False), "snake": (False, True)}),
    "energy.der-root": (der_root, {"der_records": {"der_records"}, "derRecords": {"derRecords"}}),
    "energy.plans-unknown-retailer": (plans_of_nobody, {"400": 400, "empty": 200}),
    "energy.plan-unknown": (no_such_plan, {"400": 400, "404": 404}),
    "products.unknown": (no_such_product, {"400": 400, "404": 404}),
    "paging.v3-lists": (core_list, {"whole": False, "paged": True}),
    "institutions.sandbox-retailer": (retailer, {"accessible": True, "inaccessible": False}),
    "versions.empty-service": (empty_service, {"carried": True, "left-out": False}),
}
"""By clause: what is looked at, and what is seen under each reading."""
