"""Load goes to this machine, or to a host that the config names and that serves the token."""

import pytest
from pytest_httpserver import HTTPServer

from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.errors import UnsafeTarget, UsageError
from fiskil_harness.soak.safety import TOKEN_PATH, is_loopback, refuse_excess, refuse_unsafe_target, token_for

HOST = "staging.example.com"


class Redirected(HttpClient):
    """A client that finds every host at the server of the test."""

    def __init__(self, server: HTTPServer) -> None:
        super().__init__()
        self._server = server

    def request(self, method: str, url: str, **options: object) -> object:
        """Send the request to the server of the test."""
        return super().request(method, self._server.url_for(url.removeprefix(f"https://{HOST}")), **options)


def test_this_machine_needs_no_permission() -> None:
    """Loopback is safe by itself."""
    assert refuse_unsafe_target("http://127.0.0.1:8000", allow_hosts=()) is False


def test_another_host_needs_its_name_in_the_config() -> None:
    """The message says what to write."""
    with pytest.raises(UnsafeTarget) as refusal:
        refuse_unsafe_target(f"https://{HOST}", allow_hosts=())

    assert f'set allow_hosts = ["{HOST}"] under [sandbox]' in str(refusal.value)


@pytest.mark.parametrize("body", ["", "something else", token_for("other.example.com")])
def test_a_host_in_the_config_needs_the_token_as_well(httpserver: HTTPServer, body: str) -> None:
    """A name in a config may be a mistake; a file on the host is the owner's decision."""
    httpserver.expect_request(TOKEN_PATH).respond_with_data(body)

    with pytest.raises(UnsafeTarget) as refusal:
        refuse_unsafe_target(f"https://{HOST}", allow_hosts=(HOST,), client=Redirected(httpserver))

    assert token_for(HOST) in str(refusal.value)


def test_a_host_with_the_token_is_allowed(httpserver: HTTPServer) -> None:
    """Both conditions are met."""
    httpserver.expect_request(TOKEN_PATH).respond_with_data(token_for(HOST) + "\n")

    assert refuse_unsafe_target(f"https://{HOST}", allow_hosts=(HOST,), client=Redirected(httpserver)) is True


@pytest.mark.parametrize(
    ("host", "is_local"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("10.0.0.5", False)]
)
def test_loopback_is_recognised(host: str, is_local: bool) -> None:
    """By address and by name."""
    assert is_loopback(host) is is_local


@pytest.mark.parametrize(
    ("excess", "words"),
    [
        ({"rate": 6000}, "--rate is 6000, and soak never exceeds 5,000 deliveries a second."),
        ({"users": 6000}, "--users is 6000"),
        ({"end_users": 200_000}, "--end-users is 200000"),
        ({"duration_s": 20_000}, "--duration is 20000"),
        ({"deliveries": 6_000_000}, "--rate times --duration is 6e+06"),
        ({"duration_s": 1}, "--duration is 1 s; the shortest soak test takes 2 s."),
    ],
)
def test_the_caps_are_hard(excess: dict[str, int], words: str) -> None:
    """No option raises them."""
    usual = {"rate": 10, "users": 10, "end_users": 10, "duration_s": 60, "deliveries": 600}

    with pytest.raises(UsageError) as refusal:
        refuse_excess(**(usual | excess))

    assert words in str(refusal.value)
