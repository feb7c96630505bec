"""Do tokens, secrets and account numbers stay out of what the app writes?"""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import quote

from msgspec import Struct

from harness.journal import Canaries, Journal, Output
from harness.probes.base import PlainProbe
from harness.probes.calls import bearer, calls
from harness.probes.finding import Finding

LOGS = "app.observe.logs"
STANDARD = "output"
"""The app's standard output and error: they need not hold anything, nor be ours to read, where a log does."""


class Needle(Struct, frozen=True):
    """One way to write one secret value. It has no readable form."""

    kind: str
    form: str
    text: bytes

    def __repr__(self) -> str:
        """The kind and the form alone."""
        return f"Needle({self.kind}, {self.form})"


class KeepsSecretsOutOfLogs(PlainProbe, frozen=True, kw_only=True, tag="keeps_secrets_out_of_logs"):
    """Nothing that the app writes holds a token, a secret or a full account number, plain or encoded.

    A finding names the kind and the place, never the value; lines differ from run to run. A log that the config names and
    that was not read whole proves nothing, but a secret in what is left of it does.
    """

    expected: ClassVar[str] = "no token, secret or full account number in any output"
    source: ClassVar[str] = "token.never-logged"
    fix: ClassVar[str] = "log routes, statuses and ids; never headers, bodies or whole requests"

    def examine(self, journal: Journal) -> Finding:
        """Search every output for every canary in every form."""
        outputs = [one for one in journal.all(Output) if one.text.strip()]
        lacking = [one for one in journal.all(Output) if one.lack and (one.place != STANDARD or one.text)]
        if not outputs and not lacking:
            return self.cannot_tell("the app wrote nothing that the harness can read", hook=LOGS)
        if not any(one.route == "token" or bearer(one) for one in calls(journal)):
            return self.cannot_tell("no call of the scenario carried a secret")
        needles = [needle for canaries in journal.all(Canaries) for needle in _needles(canaries)]
        hits = sorted({hit for output in outputs for needle in needles for hit in _hits(output, needle)})
        if hits:
            _, place, what = hits[0]
            lines = tuple(f"{place}: {what}" for _, place, what in hits)
            return self.fails(f"{what} stands in {place}", evidence=lines, examined=len(outputs))
        if lacking:
            return self.cannot_tell("; ".join(f"{one.place} {one.lack}" for one in lacking), hook=LOGS)
        return self.holds(f"{len(outputs)} outputs hold no secret", examined=len(outputs))


def _needles(canaries: Canaries) -> Iterator[Needle]:
    for kind, values in canaries.values.items():
        for value in values:
            if kind == "account number":
                yield Needle(kind, "", value.encode())
                continue
            for form, raw in _raw_forms(value):
                for encoding, text in _encodings(raw):
                    yield Needle(kind, " ".join(word for word in (form, encoding) if word), text)


def _raw_forms(value: str) -> Iterator[tuple[str, bytes]]:
    """The text itself, and the key behind it where the text is base64."""
    yield "", value.encode()
    try:
        key = base64.b64decode(value, validate=True)
    except binascii.Error:
        return
    if len(key) >= 16:
        yield "decoded", key


def _encodings(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Plain, JSON, URL-encoded, hex and base64; the last wherever the value begins inside a longer text."""
    yield "", raw
    yield "in hex", raw.hex().encode()
    if raw.isascii():
        text = raw.decode()
        written = {"in JSON": json.dumps(text)[1:-1].replace("/", "\\/"), "URL-encoded": quote(text, safe="")}
        yield from ((name, other.encode()) for name, other in written.items() if other != text)
    for lead in range(3):
        encoded = base64.b64encode(b"\0" * lead + raw)
        core = encoded[-(-lead * 8 // 6) : len(encoded) - 4]
        yield "in base64", core
        yield "in base64", core.translate(bytes.maketrans(b"+/", b"-_"))


def _hits(output: Output, needle: Needle) -> Iterator[tuple[str, str, str]]:
    """The kind, the place and both in words, if the needle is there; digits count only as a number of their own."""
    if needle.text not in output.text:
        return
    edge = rb"(?<!\d)%b(?!\d)" if needle.text.isdigit() else rb"%b"
    if re.search(edge % re.escape(needle.text), output.text):
        yield needle.kind, output.place, f"the {needle.kind}{' ' + needle.form if needle.form else ''}"
