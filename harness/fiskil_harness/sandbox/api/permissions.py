"""The endpoint ``/v1/permissions``, which lists the permissions that a consent can include."""

from typing import Any

from fiskil_harness.core.model import PERMISSIONS, Permission
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse, json_response
from fiskil_harness.sandbox.store import Store


def list_all(_store: Store, request: ApiRequest) -> ApiResponse:
    """Return every permission; with ``industry``, only those of that industry and the common ones.

    Source: permissions.list
    """
    industry = request.query_value("industry")
    return json_response(
        [
            _wire(permission)
            for permission in PERMISSIONS.values()
            if industry is None or permission.industry in {industry, "common"}
        ]
    )


def _wire(permission: Permission) -> dict[str, Any]:
    return {
        "name": permission.name,
        "description": permission.description,
        "industry": permission.industry,
        "scope": permission.scope,
        "standards": ["CDR"],
    }
