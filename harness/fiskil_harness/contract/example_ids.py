"""Ids that exist at the API under test, inserted as examples into the OpenAPI document.

Requests with invented ids return empty lists. With existing ids the generated requests return real rows.
"""

from collections.abc import Mapping
from typing import Any

from fiskil_harness.contract.client import Api, rows
from fiskil_harness.sandbox.openapi.documents import Document, copy_of

HOLDERS = {"banking": "88888", "energy": "99999"}
"""The sandbox's institutions by industry; their products and plans always exist."""

_PUBLIC_IDS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("/v1/banking/products", "products", "product_id", {"instituition_id": HOLDERS["banking"]}),
    ("/v1/energy/plans", "plans", "plan_id", {"institution_id": HOLDERS["energy"]}),
)
_END_USER_IDS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("/v1/consent", "consents", (("arrangement_id", "arrangement_id"),)),
    ("/v1/banking/transactions", "transactions", (("fiskil_transaction_id", "fiskil_id"), ("account_id", "account_id"))),
    ("/v1/energy/service-points", "service_points", (("service_point_id", "service_point_id"),)),
)


def with_examples(whole: Document, ids: Mapping[str, Any]) -> Document:
    """Return a copy of *whole*, with *ids* (by parameter name) as examples of its parameters and request bodies."""
    copy = copy_of(whole)
    for parameter in copy["components"]["parameters"].values():
        _fill(parameter, ids)
    for item in copy["paths"].values():
        for parameter in item.get("parameters", ()):
            _fill(parameter, ids)
        for name, operation in item.items():
            if name == "parameters":
                continue
            for parameter in operation.get("parameters", ()):
                _fill(parameter, ids)
            for media in operation.get("requestBody", {}).get("content", {}).values():
                example = media.get("example", {})
                media["example"] = {key: ids.get(key, value) for key, value in example.items()}
    return copy


def example_ids(api: Api, end_user_id: str) -> dict[str, str]:
    """Read existing ids from the API and return them by parameter name; parameters without an existing id are omitted.

    Args:
        end_user_id: The id of an existing end user; "" reads only ids that do not depend on an end user.
    """
    ids: dict[str, str] = {"instituition_id": HOLDERS["banking"]}
    for path, root, name, query in _PUBLIC_IDS:
        for row in rows(api.get(path, query), root)[:1]:
            ids[name] = str(row.get(name, ""))
    if end_user_id:
        ids["end_user_id"] = end_user_id
        for path, root, names in _END_USER_IDS:
            for row in rows(api.get(path, {"end_user_id": end_user_id}), root)[:1]:
                ids.update({name: str(row[field]) for name, field in names if row.get(field)})
    return ids


def _fill(parameter: dict[str, Any], ids: Mapping[str, Any]) -> None:
    name = str(parameter.get("name", ""))
    if name in ids:
        is_list = parameter["schema"].get("type") == "array"
        parameter["example"] = [ids[name]] if is_list else ids[name]
