"""The endpoint ``/v1/auth/session``, which opens auth sessions."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from fiskil_harness.core.clock import rfc3339
from fiskil_harness.core.model import PERMISSIONS
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse, json_response, read_json
from fiskil_harness.sandbox.consents import sessions
from fiskil_harness.sandbox.problems import bad_request, missing_field
from fiskil_harness.sandbox.store import Store

_PAGES = {"query": "?sess_id=", "slash-query": "/?sess_id=", "consent-path": "/consent?session="}
"""The part of ``auth_url`` between the consent page's origin and the session id, by interpretation."""


class _SessionRequest(Struct):
    end_user_id: str
    redirect_uri: str | None = None
    cancel_uri: str | None = None
    institution_id: str | None = None
    arrangement_id: str | None = None
    permissions: Any = None


def create(store: Store, request: ApiRequest) -> ApiResponse:
    """Open an auth session; both URIs are required but may be empty.

    Raises:
        ApiProblem: 400, a field is missing or invalid; 404, no such end user.

    Source: auth-session.uris, auth-session.expires-at, auth-session.auth-url, auth-session.permissions
    """
    requested = read_json(request, _SessionRequest)
    is_uri_missing = requested.redirect_uri is None or requested.cancel_uri is None
    if is_uri_missing and store.interpretation("auth-session.uris") == "present":
        name = "redirect_uri" if requested.redirect_uri is None else "cancel_uri"
        raise missing_field(name, "body", "redirect_uri and cancel_uri are required; an empty string is allowed")
    session = sessions.open_session(
        store,
        end_user_id=requested.end_user_id,
        redirect_uri=requested.redirect_uri or "",
        cancel_uri=requested.cancel_uri or "",
        institution_id=requested.institution_id or None,
        arrangement_id=requested.arrangement_id or None,
        permissions=_requested_permissions(store, requested.permissions),
    )
    return json_response(
        {
            "id": store.credentials.client_id,
            "session_id": session.session_id,
            "auth_url": store.auth_url + _PAGES[store.interpretation("auth-session.auth-url")] + session.session_id,
            "expires_at": _instant(store, session.expires_at),
        }
    )


def _requested_permissions(store: Store, permissions: Any) -> tuple[str, ...]:
    """Return the permissions in the request; empty if the interpretation is that the API ignores them.

    Source: auth-session.permissions
    """
    if permissions is None or store.interpretation("auth-session.permissions") == "ignored":
        return ()
    if not isinstance(permissions, list) or any(
        not isinstance(permission, str) or permission not in PERMISSIONS for permission in permissions
    ):
        raise bad_request("permissions must be a list of names of permissions")
    return tuple(permissions)


def _instant(store: Store, moment: datetime) -> int | str:
    return int(moment.timestamp()) if store.interpretation("auth-session.expires-at") == "seconds" else rfc3339(moment)
