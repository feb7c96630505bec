"""The behaviour that an app's server observes under each interpretation of tokens, end users, sessions and consents."""

from datetime import datetime
from typing import Any

from tests.interpretations.world import World

Observations = dict[str, tuple[Any, dict[str, Any]]]


def token_fields(world: World) -> set[str]:
    """Source: token.field"""
    return set(world.token().json()) - {"token_type", "expires_in"}


def token_type(world: World) -> Any:
    """Source: token.type"""
    return world.token().json().get("token_type")


def token_life(world: World) -> tuple[int, int, int]:
    """Return the reported lifetime, and the status of a call before and after fifteen minutes. Source: token.lifetime"""
    api = world.api
    lifetime_s = world.token().json()["expires_in"]
    world.fiskil.sandbox.clock.advance(seconds=890)
    before = api.get("/v1/end-users").status_code
    world.fiskil.sandbox.clock.advance(seconds=20)
    return lifetime_s, before, api.get("/v1/end-users").status_code


def wrong_credentials(world: World) -> int:
    """Source: token.bad-credentials"""
    return world.token(client_secret="wrong").status_code


def shape_of_401(world: World) -> tuple[int, bool]:
    """Source: token.expired"""
    headers = {"authorization": "Bearer no"}
    response = world.client.get("/v1/banking/accounts", params={"end_user_id": "eu_1"}, headers=headers)
    return response.status_code, "temporary" in response.json()


def unfit_requests(world: World) -> list[tuple[str, bool]]:
    """Return the name of each error, and true for an id with prefix. Source: errors.unfit-request"""
    responses = (
        world.client.get("/v1/institutions"),
        world.api.get("/v1/end-users", params={"page[size]": "many"}),
        world.api.post("/v1/auth/session", json={"end_user_id": 5, "redirect_uri": "", "cancel_uri": ""}),
        world.api.post("/v1/auth/session", content=b"{"),
        world.api.post("/v1/auth/session"),
        world.api.post("/v1/auth/session", json={}),
        world.api.post("/v1/auth/session", json={"end_user_id": world.enrol()}),
        world.api.post("/v1/end-users", json={"email": "rosa"}),
        # An error of a data endpoint is the same in both.
        world.api.get("/v1/banking/accounts"),
    )
    assert {response.status_code for response in responses} == {400}
    return [(response.json()["name"], response.json()["id"].startswith("err_")) for response in responses]


def same_email_twice(world: World) -> tuple[int, str, int]:
    """Create an end user twice, and give a third one the same address. Source: end-users.duplicate-email"""
    world.enrol(email="twice@example.com")
    second = world.api.post("/v1/end-users", json={"email": "twice@example.com"})
    third = world.enrol(email="once@example.com")
    renamed = world.api.post(f"/v1/end-users/{third}", json={"email": "twice@example.com"})
    return second.status_code, second.json().get("name", ""), renamed.status_code


def without_email(world: World) -> int:
    """Source: end-users.email"""
    return world.api.post("/v1/end-users", json={"name": "Rosa Keane"}).status_code


def other_formats(world: World) -> list[int]:
    """Create and change an end user with a national phone number, and with no address. Source: end-users.formats"""
    created = world.enrol(email="once@example.com")
    wrong = ({"phone": "0491 570 156"}, {"email": "rosa"})
    paths = ("/v1/end-users", f"/v1/end-users/{created}")
    return [world.api.post(path, json=fields).status_code for fields in wrong for path in paths]


def has_event_of_deletion(world: World) -> bool:
    """Source: end-users.delete-ends-consents"""
    end_user_id = world.connect(is_synced=False)
    world.api.delete(f"/v1/end-users/{end_user_id}")
    return "consent.revoked" in world.kinds()


def session_life(world: World) -> tuple[int, bool]:
    """Return the minutes until expires_at, and whether the page opens after twenty. Source: auth-session.lifetime"""
    now = world.fiskil.sandbox.clock.now().timestamp()
    session = world.invite()
    world.fiskil.sandbox.clock.advance(minutes=20)
    page = world.client.get(session["auth_url"])
    return round((session["expires_at"] - now) / 60), page.status_code == 200


def expires_at(world: World) -> type:
    """Return the type: seconds as a number, or a text with a time. Source: auth-session.expires-at"""
    value = world.invite()["expires_at"]
    instant = datetime.fromtimestamp(value).astimezone() if isinstance(value, int) else datetime.fromisoformat(value)
    assert 4 <= (instant - world.fiskil.sandbox.clock.now()).days <= 5
    return type(value)


def auth_url(world: World) -> tuple[str, int]:
    """Return the part between origin and session id, and the status of the page. Source: auth-session.auth-url"""
    session = world.invite()
    rest = session["auth_url"].removeprefix(world.fiskil.auth_url).removesuffix(session["session_id"])
    return rest, world.client.get(session["auth_url"]).status_code


def without_uris(world: World) -> tuple[int, int]:
    """Return the status without both URIs, and with both empty. Source: auth-session.uris"""
    return (
        world.invite(redirect_uri=None, cancel_uri=None)["status"],
        world.invite(redirect_uri="", cancel_uri="")["status"],
    )


def covers_requested_permissions(world: World) -> bool:
    """Return true if a consent covers exactly what its session requested. Source: auth-session.permissions"""
    end_user_id = world.connect(is_synced=False, permissions=["accounts"])
    permissions: list[str] = world.consents(end_user_id)[0]["permissions"]
    return permissions == ["accounts"]


def renewal(world: World) -> tuple[int, bool, list[str]]:
    """Return the number of consents, whether the first is active, and the new events. Source: auth-session.renewal"""
    end_user_id = world.connect()
    first = world.consents(end_user_id)[0]["arrangement_id"]
    world.kinds()
    world.receiver.clear_log()
    world.walk(world.invite(end_user_id=end_user_id, arrangement_id=first))
    listed = {consent["arrangement_id"]: consent["active"] for consent in world.consents(end_user_id)}
    kinds = [kind for kind in world.kinds() if kind.startswith("consent.")]
    return len(listed), listed[first], kinds


def consents_of_all(world: World) -> int:
    """Source: consents.end-user-required"""
    world.connect(is_synced=False)
    return world.api.get("/v1/consent").status_code


def has_event_of_own_revocation(world: World) -> bool:
    """Source: consents.own-revocation"""
    end_user_id = world.connect(is_synced=False)
    world.api.delete(f"/v1/consent/{world.consents(end_user_id)[0]['arrangement_id']}")
    return "consent.revoked" in world.kinds()


def has_event_of_expiry(world: World) -> tuple[bool, bool]:
    """Return whether the consent is active, and whether an event reports its end. Source: consents.expiry-reported"""
    end_user_id = world.connect(is_synced=False)
    world.fiskil.sandbox.clock.advance(days=91)
    return world.consents(end_user_id)[0]["active"], "consent.revoked" in world.kinds()


def consent_days(world: World) -> float:
    """Source: consents.duration"""
    duration_s: int = world.consents(world.connect(is_synced=False))[0]["duration"]
    return duration_s / 86400


def bad_version(world: World) -> tuple[int, str]:
    """Source: versions.header"""
    response = world.api.get("/v1/end-users", headers={"x-fiskil-version": "2.0.0"})
    return response.status_code, response.headers["x-fiskil-version"]


def institutions(world: World) -> tuple[type, type]:
    """Return the type of the body under v3 and under v2. Source: versions.v3-institutions"""
    responses = [
        world.client.get(
            "/v1/institutions", params={"client_id": world.pair["client_id"]}, headers={"x-fiskil-version": label}
        )
        for label in ("v3", "v2")
    ]
    return type(responses[0].json()), type(responses[1].json())


def unknown_client(world: World) -> int:
    """Source: institutions.unknown-client"""
    return world.client.get("/v1/institutions", params={"client_id": "team"}).status_code


def without_prefix(world: World) -> tuple[int, int]:
    """Return the status of a path that exists with /v1, and of one that does not. Source: paths.prefix"""
    return world.api.get("/end-users").status_code, world.api.get("/nowhere").status_code


def direct_debits_path(world: World) -> int:
    """Source: paths.direct-debits"""
    return world.read("/v1/banking/accounts/direct-debits", world.connect()).status_code


def scope_needed(world: World) -> int:
    """Return the status of a data call with a token that may only read end users. Source: token.scopes"""
    world.fiskil.sandbox.configure(scopes=("api:user.read",))
    return world.read("/v1/banking/accounts", "eu_1").status_code


CORE: Observations = {
    "token.field": (token_fields, {"token": {"token"}, "access_token": {"access_token"}}),
    "token.type": (token_type, {"present": "Bearer", "absent": None}),
    "token.lifetime": (token_life, {"900": (900, 200, 401), "3600": (3600, 200, 200)}),
    "token.bad-credentials": (wrong_credentials, {"401": 401, "403": 403}),
    "token.expired": (shape_of_401, {"goa-on-core-simple-on-data": (401, False), "goa-everywhere": (401, True)}),
    "end-users.duplicate-email": (
        same_email_twice,
        {"accepted": (200, "", 204), "refused": (400, "end_user_already_exists", 400)},
    ),
    "end-users.email": (without_email, {"optional": 200, "required": 400}),
    "end-users.formats": (other_formats, {"refused": [400] * 4, "accepted": [200, 204] * 2}),
    "end-users.delete-ends-consents": (has_event_of_deletion, {"reported": True, "unreported": False}),
    "errors.unfit-request": (
        unfit_requests,
        {
            "bad-request": [("bad_request", True)] * 8 + [("InvalidRequest", True)],
            "goa-names": [
                ("missing_field", False),
                ("invalid_field_type", False),
                ("invalid_field_type", False),
                ("decode_payload", False),
                ("missing_payload", False),
                ("missing_field", False),
                ("missing_field", False),
                ("invalid_format", False),
                ("InvalidRequest", True),
            ],
        },
    ),
    "auth-session.lifetime": (session_life, {"5-days": (7200, True), "15-minutes": (15, False)}),
    "auth-session.expires-at": (expires_at, {"seconds": int, "rfc3339": str}),
    "auth-session.auth-url": (
        auth_url,
        {"query": ("?sess_id=", 200), "slash-query": ("/?sess_id=", 200), "consent-path": ("/consent?session=", 200)},
    ),
    "auth-session.uris": (without_uris, {"present": (400, 200), "optional": (200, 200)}),
    "auth-session.permissions": (covers_requested_permissions, {"applied": True, "ignored": False}),
    "auth-session.renewal": (
        renewal,
        {
            "kept": (1, True, ["consent.updated"]),
            "kept-received": (1, True, ["consent.received"]),
            "new": (2, False, ["consent.revoked", "consent.received"]),
        },
    ),
    "consents.end-user-required": (consents_of_all, {"400": 400, "all": 200}),
    "consents.own-revocation": (has_event_of_own_revocation, {"reported": True, "unreported": False}),
    "consents.expiry-reported": (has_event_of_expiry, {"reported": (False, True), "unreported": (False, False)}),
    "consents.duration": (consent_days, {"90-days": 90, "365-days": 365}),
    "versions.header": (bad_version, {"refused-400": (400, "v3"), "ignored": (200, "v3")}),
    "versions.v3-institutions": (institutions, {"bare": (list, list), "enveloped": (dict, list)}),
    "institutions.unknown-client": (unknown_client, {"refused": 400, "accepted": 200}),
    "paths.prefix": (without_prefix, {"required": (404, 404), "optional": (200, 404)}),
    "paths.direct-debits": (direct_debits_path, {"sic": 404, "both": 200}),
    "token.scopes": (scope_needed, {"everywhere": 403, "core": 200}),
}
"""By clause: the observation, and its result under each interpretation."""
