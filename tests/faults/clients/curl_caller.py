"""The client curl: one process for each call, as a shell script uses it."""

import json
import subprocess

from tests.faults.clients.requests_made import ClientRequest, ClientResult

ERRORS = {
    6: "no-address",
    7: "refused",
    8: "protocol-error",
    18: "truncated",
    35: "tls-error",
    47: "too-many-redirects",
    52: "closed",
    58: "tls-error",
    60: "tls-rejected",
    61: "decode-error",
}
"""Categories of curl's documented exit codes; all others are protocol errors."""
TIMED_OUT = 28
RECEIVING = (55, 56)
_METHODS = {"GET": [], "POST": ["-X", "POST"], "HEAD": ["--head"]}


class Curl:
    """Calls the program curl."""

    keeps_connections = False

    def __init__(self) -> None:
        output = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout
        self.version = output.split()[1]

    def call(self, request: ClientRequest) -> ClientResult:
        """Run curl for one request, and return its result."""
        trusted = ["--cacert", request.ca_file] if request.ca_file else []
        headers = [part for name, value in request.headers.items() for part in ("-H", f"{name}: {value}")]
        body = ["--data-binary", request.body] if request.body else []
        limits = ["--connect-timeout", str(request.silence_s), "--max-time", str(request.deadline_s)]
        options = ["-sSg", "--noproxy", "*", *limits, *trusted, *_METHODS[request.method], *headers, *body]
        first_call = [*options, "-o", "/dev/null", request.first_url, "--next"] if request.first_url else []
        output_format = ["-w", "%{stderr}\n%{json}"]
        process = subprocess.run(
            ["curl", "-q", *first_call, *options, *output_format, request.url], capture_output=True, check=False
        )
        error_text, _, facts_json = process.stderr.decode("utf-8", "replace").rpartition("\n")
        facts = json.loads(facts_json)
        if process.returncode:
            return ClientResult(error=_error_word(process.returncode, error_text, facts), message=error_text.strip())
        return ClientResult(
            status=facts["http_code"],
            body=process.stdout.decode("latin-1"),
            value=_value(process.stdout),
            url=facts["url_effective"],
        )

    def trusting(self, ca_file: str) -> "Curl":
        """Return this client: each call starts a new process."""
        return self

    def close(self) -> None:
        """Do nothing: no process is kept between calls."""


def _error_word(code: int, error_text: str, facts: dict[str, float]) -> str:
    suffix = "-in-body" if facts["http_code"] else ""
    if code == TIMED_OUT:
        return "deadline" if facts["time_connect"] else "connect-timeout"
    if code in RECEIVING:
        return f"reset{suffix}" if "reset" in error_text else "protocol-error"
    return ERRORS.get(code, "protocol-error")


def _value(body: bytes) -> str | None:
    """Return the body as strict JSON, or None; curl itself does not parse JSON."""
    try:
        return json.dumps(json.loads(body.decode("utf-8")))
    except (ValueError, RecursionError):
        return None
