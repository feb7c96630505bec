"""The page ``docs/client-errors.md``."""

from tests.faults.clients.measuring import CALLERS, DEADLINE_S, SILENCE_S
from tests.faults.clients.samples import SAMPLES, WITHOUT_SAMPLE, Sample
from tests.faults.clients.table import read_table
from tests.paths import DOCS

PAGE = DOCS / "client-errors.md"

TEXT = """# What HTTP clients report for each fault

Generated from `tests/faults/clients/client_errors.toml`. `make client-errors` measures it, and tests check later runs
against it.

A fault is only useful if your app's HTTP client notices it, and clients notice the same fault differently. What is an error
for one is a complete response for another, and some retry silently. So each fault acts on one call of each client, over a
real connection. The table shows what the caller of the client knows afterwards. Its words are categories and not names of
exceptions: if a client renames an exception, nothing changes here; if it behaves differently, a test fails.

## The clients

s is {silence_s} seconds of silence, the deadline is {deadline_s} seconds. Environment variables and proxies are ignored.

| client | version | how it is called |
|---|---|---|
{clients}

## The words

| word | what the caller knows |
|---|---|
{words}

| addition | meaning |
|---|---|
| `-in-body` | The head of the response had arrived, with its status. |
| `xN` | The API was called N times for one call. Without it: once, or as often as possible until the deadline. |
| `x0` | The call never reached the API. |
| `or` | The result is random. It depends, for example, on how the bytes of a response are split into reads. |

## The table

{table}

No row has {missing}.
"""

SETTINGS = {
    "requests": "`Session`, `timeout=s`",
    "httpx": "`Client(timeout=s)`",
    "aiohttp": "`ClientSession`, `ClientTimeout(total=None, sock_connect=s, sock_read=s)`",
    "urllib3": "`PoolManager(timeout=s)`; it retries by itself, up to three times",
    "curl": "`curl -sS --connect-timeout s --max-time deadline`; its output is parsed as strict JSON",
    "node": "`fetch()` with `AbortSignal.timeout(deadline)`; without another package it has no timeout for silence",
}

WORDS = {
    "ok": "a response with the API's JSON; the client does not notice the fault",
    "changed": "a response with the JSON that was sent instead; only the app can detect what is wrong with it",
    "as-sent": "a response with the JSON that was sent; the API's own differs each time and cannot be compared",
    "distorted": "a response with JSON that is neither the API's nor what was sent: digits or letters were lost",
    "cut-unnoticed": "a part of the response as if it were complete; only a JSON parser notices",
    "json-error": "a response that contains no valid JSON",
    "no-body": "a response without a body",
    "status-503": "this status; likewise any other that is not a success",
    "wrong-type": "the declared media type is refused before the body is read",
    "refused": "nothing listens at the address",
    "no-address": "the name cannot be resolved",
    "connect-timeout": "no connection was established in time",
    "tls-rejected": "the certificate is not trusted",
    "tls-error": "TLS failed for another reason",
    "closed": "the connection was closed before a response",
    "reset": "the connection was reset before a response",
    "reset-in-body": "the connection was reset after the head of the response",
    "foreign-origin": "another origin was called, without the token",
    "foreign-origin-with-token": "another origin was called, with the token",
    "truncated": "the body ended before its announced end",
    "protocol-error": "the client does not accept the bytes as HTTP",
    "decode-error": "the encoding of the body is broken",
    "too-many-redirects": "the client followed redirects up to its limit",
    "read-timeout": "the server was silent for longer than the client's limit",
    "deadline": "none of the client's limits ended the call; the caller's deadline did",
}


def page() -> str:
    """Return the page, made of the table and the samples."""
    versions = read_table().versions
    clients = [f"| {name} | {versions[name]} | {SETTINGS[name]} |" for name in CALLERS]
    return TEXT.format(
        silence_s=SILENCE_S,
        deadline_s=DEADLINE_S,
        clients="\n".join(clients),
        words="\n".join(f"| {word} | {meaning} |" for word, meaning in WORDS.items()),
        table="\n".join(_table()),
        missing="; nor ".join(f"`{name}`, which {why}" for name, why in WITHOUT_SAMPLE.items()),
    )


def _table() -> list[str]:
    head = ["| fault | " + " | ".join(CALLERS) + " |", "|---" * (len(CALLERS) + 1) + "|"]
    return head + [
        f"| {_sample(sample)} | {' | '.join(read_table().errors[sample.row][name] for name in CALLERS)} |"
        for sample in SAMPLES
    ]


def _sample(sample: Sample) -> str:
    fault = repr(sample.fault).replace("|", "\\|")
    suffix = " on a kept connection" if sample.is_warm or sample.skip else ""
    return f"`{fault}`" + (" on a POST" if sample.call == "create" else "") + suffix
