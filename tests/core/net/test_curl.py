"""Requests as shell commands: bash and curl send the recorded request, byte by byte."""

import subprocess
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fiskil_harness.core.net.curl import LONGEST_BODY, curl


@pytest.mark.parametrize(
    "body", [b"", b'{"a":1}', b'it\'s \\ $HOME `x` "y"', bytes(range(1, 256)), '{"n":"caf\u00e9 \u2615"}'.encode()]
)
def test_the_command_sends_the_same_bytes(httpserver: HTTPServer, body: bytes) -> None:
    """Quotes, backslashes, control characters and bytes above 127 are sent unchanged."""
    requests: list[tuple[bytes, dict[str, str]]] = []

    def record(request: Request) -> Response:
        requests.append((request.get_data(), dict(request.headers)))
        return Response(status=204)

    httpserver.expect_request("/hook", method="POST").respond_with_handler(record)

    command = curl(httpserver.url_for("/hook"), headers=[("X-Fiskil-Signature", "a+b/c="), ("X-Empty", "")], body=body)
    completed = subprocess.run(["bash", "-c", command], capture_output=True, check=True)

    assert b"204" in completed.stdout
    assert requests[0][0] == body
    assert requests[0][1]["X-Fiskil-Signature"] == "a+b/c="
    assert requests[0][1]["X-Empty"] == ""
    assert "Content-Type" not in requests[0][1]


def test_a_long_body_comes_from_a_file(tmp_path: Path) -> None:
    """The command stays short: it names the file ``body`` instead of containing the body."""
    command = curl("http://127.0.0.1:1/", body=b"x" * (LONGEST_BODY + 1), method="PUT")

    assert "--data-binary @body" in command
    assert "--request PUT" in command
    assert len(command) < 200
