"""The endpoint ``/v1/end-users``, which creates, lists, updates and deletes end users."""

from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from fiskil_harness.sandbox.api.paging import enveloped
from fiskil_harness.sandbox.api.wire import NO_CONTENT, ApiRequest, ApiResponse, json_response, read_json
from fiskil_harness.sandbox.consents import end_users
from fiskil_harness.sandbox.store import Store
from fiskil_harness.sandbox.tables import LazyList, Registration


class _Fields(Struct):
    email: str | None | UnsetType = UNSET
    name: str | None | UnsetType = UNSET
    phone: str | None | UnsetType = UNSET
    abn: str | None | UnsetType = UNSET


def create(store: Store, request: ApiRequest) -> ApiResponse:
    """Register an end user; the response contains only the new id. Source: end-users.create"""
    registration = end_users.create(store, **_fields_of(read_json(request, _Fields)))
    return json_response({"end_user_id": registration.end_user_id})


def list_all(store: Store, request: ApiRequest) -> ApiResponse:
    """Return all end users, or those with the e-mail address ``email``, as a JSON array, which v3 wraps in an object.

    Source: versions.v3-envelope
    """
    email = request.query_value("email")
    ids = store.end_users.ids if email is None else store.end_users.with_email(email)
    rows = LazyList(ids, lambda end_user_id: _wire(store.end_users[end_user_id]))
    return json_response(enveloped(store, request, "end_users", rows))


def get(store: Store, request: ApiRequest) -> ApiResponse:
    """Return one end user; the field with the id is ``id``, not ``end_user_id``. Source: end-users.create"""
    return json_response(_wire(end_users.find(store, request.path_values["end_user_id"])))


def update(store: Store, request: ApiRequest) -> ApiResponse:
    """Update an end user; the HTTP method is POST. Source: end-users.update"""
    end_users.update(store, request.path_values["end_user_id"], _fields_of(read_json(request, _Fields)))
    return NO_CONTENT


def delete(store: Store, request: ApiRequest) -> ApiResponse:
    """Delete an end user with a 204 response; a second request gets 404. Source: end-users.delete-twice"""
    end_users.delete(store, request.path_values["end_user_id"])
    return NO_CONTENT


def _fields_of(fields: _Fields) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(fields).items() if value is not UNSET}


def _wire(row: Registration) -> dict[str, Any]:
    return {"id": row.end_user_id, "email": row.email, "name": row.name, "phone": row.phone}
