"""curl, one process for each call, as a shell script would use it."""

import json
import subprocess

from tests.faults.clients.requests_made import Heard, Question

COMPLAINTS = {
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
"""Exit codes, which are documented; all others are errors of the protocol."""
TIMED_OUT = 28
RECEIVING = (55, 56)
_METHODS = {"GET": [], "POST": ["-X", "POST"], "HEAD": ["--head"]}


class Curl:
    """Asks by the program."""

    keeps_connections = False

    def __init__(self) -> None:
        said = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout
        self.version = said.split()[1]

    def ask(self, question: Question) -> Heard:
        """Run it to its end."""
        trusted = ["--cacert", question.ca_file] if question.ca_file else []
        headers = [part for name, value in question.headers.items() for part in ("-H", f"{name}: {value}")]
        body = ["--data-binary", question.body] if question.body else []
        limits = ["--connect-timeout", str(question.silence_s), "--max-time", str(question.deadline_s)]
        usual = ["-sSg", "--noproxy", "*", *limits, *trusted, *_METHODS[question.method], *headers, *body]
        before = [*usual, "-o", "/dev/null", question.first_url, "--next"] if question.first_url else []
        account = ["-w", "%{stderr}\n%{json}"]
        said = subprocess.run(["curl", "-q", *before, *usual, *account, question.url], capture_output=True, check=False)
        told, _, facts_json = said.stderr.decode("utf-8", "replace").rpartition("\n")
        facts = json.loads(facts_json)
        if said.returncode:
            return Heard(trouble=_complaint(said.returncode, told, facts), told=told.strip())
        return Heard(
            status=facts["http_code"],
            body=said.stdout.decode("latin-1"),
            value=_value(said.stdout),
            url=facts["url_effective"],
        )

    def trusting(self, ca_file: str) -> "Curl":
        """Each call has a process of its own anyway."""
        return self

    def close(self) -> None:
        """Nothing is kept between calls."""


def _complaint(code: int, told: str, facts: dict[str, float]) -> str:
    where = "-in-body" if facts["http_code"] else ""
    if code == TIMED_OUT:
        return "deadline" if facts["time_connect"] else "connect-timeout"
    if code in RECEIVING:
        return f"reset{where}" if "reset" in told else "protocol-error"
    return COMPLAINTS.get(code, "protocol-error")


def _value(body: bytes) -> str | None:
    """What a strict reader makes of the bytes that curl wrote; curl itself reads no JSON."""
    try:
        return json.dumps(json.loads(body.decode("utf-8")))
    except (ValueError, RecursionError):
        return None
