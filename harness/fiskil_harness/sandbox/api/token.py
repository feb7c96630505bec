"""The endpoint ``/v1/token``, which issues access tokens."""

from typing import Any

from msgspec import Struct

from fiskil_harness.sandbox import tokens
from fiskil_harness.sandbox.api.wire import ApiRequest, ApiResponse, json_response, read_json
from fiskil_harness.sandbox.store import Store


class _KeyPair(Struct):
    client_id: str
    client_secret: str


def exchange(store: Store, request: ApiRequest) -> ApiResponse:
    """Exchange a key pair for a short-lived token. Source: token.exchange, token.lifetime, token.field, token.type"""
    pair = read_json(request, _KeyPair)
    token = tokens.exchange(store, pair.client_id, pair.client_secret)
    body: dict[str, Any] = {store.interpretation("token.field"): token.value}
    if store.interpretation("token.type") == "present":
        body["token_type"] = "Bearer"
    return json_response(body | {"expires_in": tokens.lifetime_s(store)})
