"""The endpoint ``/v1/energy/plans``: the public plans of a retailer, which are requested without an end user."""

from datetime import datetime

from fiskil_harness.core.model import Institution
from fiskil_harness.core.model.energy import EnergyPlan
from fiskil_harness.sandbox.api.paging import page
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse, json_response
from fiskil_harness.sandbox.energy.plans import detail, summary
from fiskil_harness.sandbox.problems import ApiProblem, invalid_request
from fiskil_harness.sandbox.store import Store


def list_all(store: Store, request: ApiRequest) -> ApiResponse:
    """Return the active plans of one retailer, or all its plans with ``status=all``; the most recently updated plan first.

    Raises:
        ApiProblem: 400, the retailer is missing, ambiguous or unknown.

    Source: energy.plans-status
    """
    retailer = _retailer(store, request)
    if retailer is None:
        return json_response({"plans": [], "links": {}})
    has_all = request.query_value("status") == "all"
    plans = [plan for plan in retailer.plans if has_all or _is_active(plan, store.clock.now())]
    plans.sort(key=lambda plan: plan.last_updated, reverse=True)
    page_plans, links = page(store, request, plans)
    return json_response({"plans": [summary(retailer, plan) for plan in page_plans], "links": links})


def get(store: Store, request: ApiRequest) -> ApiResponse:
    """Return one plan with its contract, under the key ``data``.

    Raises:
        ApiProblem: 404 or 400, no such plan.

    Source: energy.plan-detail-root, energy.plan-unknown
    """
    plan_id = request.path_values["plan_id"]
    for institution in store.institutions.values():
        for plan in institution.plans:
            if plan.plan_id == plan_id:
                return json_response({"data": detail(institution, plan)})
    if store.interpretation("energy.plan-unknown") == "404":
        raise ApiProblem(404, "NotFound", "no such plan")
    raise invalid_request("invalid plan_id: no such plan")


def _retailer(store: Store, request: ApiRequest) -> Institution | None:
    """Return the retailer that ``retailer_id`` or ``institution_id`` identifies.

    The result is None for an unknown retailer, under the interpretation that the response is an empty list.

    Source: energy.plans-retailer, energy.plans-unknown-retailer
    """
    brand, institution_id = request.query_value("retailer_id"), request.query_value("institution_id")
    if (brand is None) == (institution_id is None):
        raise invalid_request("exactly one of retailer_id and institution_id is required")
    for institution in store.institutions.values():
        if institution.industry == "energy" and (brand or institution_id) == (
            institution.brand if brand else institution.institution_id
        ):
            return institution
    if store.interpretation("energy.plans-unknown-retailer") == "empty":
        return None
    raise invalid_request(f"invalid {'retailer_id' if brand else 'institution_id'}: no such energy retailer")


def _is_active(plan: EnergyPlan, now: datetime) -> bool:
    is_over = plan.effective_to is not None and datetime.fromisoformat(plan.effective_to) <= now
    return datetime.fromisoformat(plan.effective_from) <= now and not is_over
