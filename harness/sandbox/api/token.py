"""``/v1/token``"""

from msgspec import Struct

from harness.sandbox import tokens
from harness.sandbox.api.route import ApiRoute
from harness.sandbox.api.wire import ApiAnswer, ApiRequest, answer, read_json
from harness.sandbox.store import Store


class _KeyPair(Struct):
    client_id: str
    client_secret: str


def exchange(store: Store, request: ApiRequest) -> ApiAnswer:
    """A key pair for a token of 900 seconds. Source: token.exchange, token.lifetime"""
    pair = read_json(request, _KeyPair)
    token = tokens.exchange(store, pair.client_id, pair.client_secret)
    return answer({"token": token.value, "token_type": "Bearer", "expires_in": store.expires_in_s})


ROUTES: tuple[ApiRoute, ...] = (ApiRoute("token", "POST", "/v1/token", exchange, is_open=True),)
