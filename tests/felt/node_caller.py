"""fetch() of Node.js, in one process that lives as long as the caller."""

import itertools
import json
import os
import subprocess
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from asking import Heard, Question

PROGRAM = Path(__file__).with_name("fetching.mjs")
COMPLAINTS = {
    "ECONNREFUSED": "refused",
    "ENOTFOUND": "no-address",
    "ECONNRESET": "reset",
    "EPIPE": "reset",
    "UND_ERR_CONNECT_TIMEOUT": "connect-timeout",
    "UND_ERR_HEADERS_TIMEOUT": "read-timeout",
    "UND_ERR_BODY_TIMEOUT": "read-timeout-in-body",
}
CLOSED = "other side closed"


class Node:
    """Asks by lines of JSON; any number of threads may ask at once."""

    def __init__(self, ca_file: Path | None = None) -> None:
        """Start the process, which trusts *ca_file* besides its own authorities."""
        trusted = {"NODE_EXTRA_CA_CERTS": str(ca_file)} if ca_file else {}
        self._process = subprocess.Popen(
            ["node", str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **trusted}
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._asked, self._answers = self._process.stdin, self._process.stdout
        self.version = str(json.loads(self._answers.readline())["version"]).removeprefix("v")
        self._numbers = itertools.count()
        self._waiting: dict[int, SimpleQueue[dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def ask(self, question: Question) -> Heard:
        """Hand it over and wait for what came of it."""
        number, answer = next(self._numbers), SimpleQueue[dict[str, Any]]()
        self._waiting[number] = answer
        line = {
            "number": number,
            "url": question.url,
            "method": question.method,
            "headers": question.headers,
            "body": question.body.decode() or None,
            "deadlineMs": round(question.deadline_s * 1000),
            "isWarm": question.is_warm,
        }
        with self._lock:
            self._asked.write(json.dumps(line) + "\n")
            self._asked.flush()
        told = answer.get()
        if told["trouble"]:
            return Heard(trouble=_complaint(told), told=" / ".join((told["words"], told["code"])))
        return Heard(status=told["status"], body=told["body"].encode(), value=told["value"], url=told["url"])

    def close(self) -> None:
        """End the process."""
        self._asked.close()
        self._process.wait(10)
        self._reader.join(10)
        self._answers.close()

    def _read(self) -> None:
        for line in self._answers:
            told = json.loads(line)
            self._waiting.pop(told["number"]).put(told)


def _complaint(told: dict[str, Any]) -> str:
    code, words = told["code"], told["words"]
    where = "-in-body" if told["isInBody"] else ""
    if told["trouble"] == "TimeoutError":
        return "deadline"
    if CLOSED in words:
        return "truncated" if where else "closed"
    if "redirect count exceeded" in words:
        return "too-many-redirects"
    if code.startswith("Z_") or code == "ERR__ERROR_FORMAT_PADDING_1":
        return "decode-error"
    if code.startswith(("CERT_", "UNABLE_TO_", "SELF_SIGNED", "DEPTH_ZERO", "ERR_TLS_CERT")):
        return "tls-rejected"
    if code.startswith(("ERR_SSL", "EPROTO")):
        return f"tls-error{where}"
    known = COMPLAINTS.get(code, "protocol-error")
    return known if known.endswith("-in-body") or known in {"refused", "no-address"} else f"{known}{where}"
