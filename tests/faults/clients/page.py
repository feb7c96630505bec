"""The table for a reader: ``docs/felt-by-clients.md``."""

from tests.faults.clients.measuring import CALLERS, DEADLINE_S, SILENCE_S
from tests.faults.clients.samples import NOT_FELT, SAMPLES, Sample
from tests.faults.clients.table import kept
from tests.paths import DOCS

PAGE = DOCS / "felt-by-clients.md"

TEXT = """# What a client feels

Made from `tests/felt/felt.toml` by `make felt`, which measures it; tests hold every run against it.

A fault is no use to a rehearsal unless the app's HTTP client feels it, and clients feel the same fault differently: what is
an error for one is a whole answer for another, and some ask again without a word. So each fault meets one call of each
client, over a real connection, and the table says what the client's caller knows afterwards. The words are categories of
ours and no names of exceptions: a client that renames one changes nothing here, and one that behaves otherwise is seen.

## The clients

s is {silence_s} seconds of silence, the deadline {deadline_s} seconds. Neither environment nor proxies are looked at.

| client | version | as it is called |
|---|---|---|
{clients}

## The words

| word | what the caller knows |
|---|---|
{words}

`-in-body` after a word: the head of the answer had come, with its status. `xN` after a word: the API was asked N times for
one call; without it, once, or as often as there was time for until the deadline. `x0`: the call never reached the API. `or`:
chance decides, such as how the bytes of an answer fall into the client's reads, or whether it still writes when they come.

## The table

{table}

No row has {unfelt}.
"""

SETTINGS = {
    "requests": "`Session`, `timeout=s`",
    "httpx": "`Client(timeout=s)`",
    "aiohttp": "`ClientSession`, `ClientTimeout(total=None, sock_connect=s, sock_read=s)`",
    "urllib3": "`PoolManager(timeout=s)`; it asks again by itself, up to three times",
    "curl": "`curl -sS --connect-timeout s --max-time deadline`; what it writes is read as strict JSON",
    "node": "`fetch()` with `AbortSignal.timeout(deadline)`; limits on silence are not to be set without another package",
}

WORDS = {
    "ok": "an answer, and its JSON is what the API said; the fault is not felt",
    "changed": "an answer whose JSON is what was sent instead; only the app can see what is wrong with it",
    "as-sent": "an answer whose JSON is what was sent; the API says something else each time, so nobody can compare",
    "distorted": "an answer whose JSON is neither what the API said nor what was sent: digits lost, or letters",
    "cut-unnoticed": "a part of the answer as if it were all of it; only a parser of JSON can tell",
    "json-error": "an answer in which no JSON can be read",
    "no-body": "an answer without a body",
    "status-503": "this status; and any other that is no success",
    "wrong-type": "the body's declared type is refused before anything is read in it",
    "refused": "nobody listens",
    "no-address": "the name leads nowhere",
    "connect-timeout": "no connection came about in time",
    "tls-rejected": "the certificate is not to be trusted",
    "tls-error": "no TLS came about, for another reason",
    "closed": "the connection was closed before an answer",
    "reset": "the connection was reset before an answer",
    "reset-in-body": "the connection was reset after the answer's head",
    "led-away": "another origin was asked, and not shown the token",
    "led-away-with-token": "another origin was asked, and shown the token",
    "truncated": "the body ended before its announced end",
    "protocol-error": "what came is no HTTP that the client takes",
    "decode-error": "the body's encoding is broken",
    "too-many-redirects": "led around until the client had enough",
    "read-timeout": "silence for longer than the client's limit",
    "deadline": "no limit of the client's own ended the call; its caller's deadline did",
}


def page() -> str:
    """The page as the table and the samples have it."""
    versions = kept().versions
    clients = [f"| {name} | {versions[name]} | {SETTINGS[name]} |" for name in CALLERS]
    return TEXT.format(
        silence_s=SILENCE_S,
        deadline_s=DEADLINE_S,
        clients="\n".join(clients),
        words="\n".join(f"| {word} | {told} |" for word, told in WORDS.items()),
        table="\n".join(_table()),
        unfelt="; nor ".join(f"`{name}`, which {why}" for name, why in NOT_FELT.items()),
    )


def _table() -> list[str]:
    head = ["| fault | " + " | ".join(CALLERS) + " |", "|---" * (len(CALLERS) + 1) + "|"]
    return head + [
        f"| {_sample(sample)} | {' | '.join(kept().felt[sample.row][name] for name in CALLERS)} |" for sample in SAMPLES
    ]


def _sample(one: Sample) -> str:
    told = repr(one.fault).replace("|", "\\|")
    kept_one = " on a kept connection" if one.is_warm or one.skip else ""
    return f"`{told}`" + (" on a POST" if one.call == "create" else "") + kept_one
