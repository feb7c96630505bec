"""``/v1/auth/session``"""

from msgspec import Struct

from harness.sandbox import sessions
from harness.sandbox.api.route import ApiRoute
from harness.sandbox.api.wire import ApiAnswer, ApiRequest, answer, read_json
from harness.sandbox.problems import bad_request
from harness.sandbox.store import Store


class _Wanted(Struct):
    end_user_id: str
    redirect_uri: str | None = None
    cancel_uri: str | None = None
    institution_id: str | None = None
    arrangement_id: str | None = None


def create(store: Store, request: ApiRequest) -> ApiAnswer:
    """Both URIs must be there, though they may be empty. Source: auth-session.uris, auth-session.expires-at"""
    wanted = read_json(request, _Wanted)
    if wanted.redirect_uri is None or wanted.cancel_uri is None:
        raise bad_request("redirect_uri and cancel_uri are required; an empty string is allowed")
    session = sessions.open_session(
        store,
        end_user_id=wanted.end_user_id,
        redirect_uri=wanted.redirect_uri,
        cancel_uri=wanted.cancel_uri,
        institution_id=wanted.institution_id or None,
        arrangement_id=wanted.arrangement_id or None,
    )
    return answer(
        {
            "id": store.credentials.client_id,
            "session_id": session.session_id,
            "auth_url": f"{store.auth_url}?sess_id={session.session_id}",
            "expires_at": int(session.expires_at.timestamp()),
        }
    )


ROUTES: tuple[ApiRoute, ...] = (ApiRoute("auth_session", "POST", "/v1/auth/session", create, scope="api:user.write"),)
