"""The endpoints under ``/v1/banking`` for payees, direct debits and scheduled payments.

In every version of Fiskil's documentation, the path of direct debits is spelled ``acccounts``, with three c's.
"""

from fiskil_harness.sandbox.api.route import ApiRoute
from fiskil_harness.sandbox.api.serving import listing, served
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse
from fiskil_harness.sandbox.store import Store


def payees(store: Store, request: ApiRequest) -> ApiResponse:
    """Return every payee that the end user saved. Source: data.after-sync, payees.unions"""
    return listing(store, request, "payees", served(store, request, "payees"))


def direct_debits(store: Store, request: ApiRequest) -> ApiResponse:
    """Return every business that may debit an account of the end user. Source: data.after-sync, direct-debits.path"""
    return listing(store, request, "direct_debits", served(store, request, "direct_debits"))


def scheduled_payments(store: Store, request: ApiRequest) -> ApiResponse:
    """Return the payments scheduled for later. Source: data.after-sync, scheduled-payments.unions"""
    return listing(store, request, "scheduled_payments", served(store, request, "scheduled_payments"))


ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute("banking.payees", "GET", "/v1/banking/payees", payees, family="data", scope="api:banking"),
    ApiRoute(
        "banking.direct_debits",
        "GET",
        "/v1/banking/acccounts/direct-debits",
        direct_debits,
        family="data",
        scope="api:banking",
    ),
    ApiRoute(
        "banking.scheduled_payments",
        "GET",
        "/v1/banking/payments/scheduled",
        scheduled_payments,
        family="data",
        scope="api:banking",
    ),
)
