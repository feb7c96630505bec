"""Requests as lines for a shell: what bash and curl send is what was meant, byte by byte."""

import subprocess
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fiskil_harness.core.net.curl import LONGEST_BODY, curl


@pytest.mark.parametrize(
    "body", [b"", b'{"a":1}', b'it\'s \\ $HOME `x` "y"', bytes(range(1, 256)), '{"n":"caf\u00e9 \u2615"}'.encode()]
)
def test_the_line_sends_the_same_bytes(httpserver: HTTPServer, body: bytes) -> None:
    """Quotes, backslashes, control characters and bytes above 127 included."""
    seen: list[tuple[bytes, dict[str, str]]] = []

    def take(request: Request) -> Response:
        seen.append((request.get_data(), dict(request.headers)))
        return Response(status=204)

    httpserver.expect_request("/hook", method="POST").respond_with_handler(take)

    line = curl(httpserver.url_for("/hook"), headers=[("X-Fiskil-Signature", "a+b/c="), ("X-Empty", "")], body=body)
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=True)

    assert b"204" in done.stdout
    assert seen[0][0] == body
    assert seen[0][1]["X-Fiskil-Signature"] == "a+b/c="
    assert seen[0][1]["X-Empty"] == ""
    assert "Content-Type" not in seen[0][1]


def test_a_long_body_is_named(tmp_path: Path) -> None:
    """A line stays readable."""
    line = curl("http://127.0.0.1:1/", body=b"x" * (LONGEST_BODY + 1), method="PUT")

    assert "--data-binary @body" in line
    assert "--request PUT" in line
    assert len(line) < 200
