"""Queries about the app's log: its records, and the ids, endpoints and failures that a record mentions.

No log format is required, and words of several languages are known. A record names an endpoint if it contains the last
word of the endpoint's path or route, in any spelling. A record reports a failure if it contains the status or a common word
for failures.
"""

import base64
import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import accumulate

from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.core.identifiers import ID_LIKE
from fiskil_harness.journal import OTLP, Delivery, EventCreated, Exchange, Journal, Journey, Output, ProcessChanged
from fiskil_harness.journal.queries.api_calls import calls, consent_of

KILLED = "the app was killed, and may have lost the last lines of its log"
HIDDEN = "the log names no id of this scenario, but has words that may stand for ids; log the ids, or digests without a key"
STANDARD = "output"
"""``Output.place`` of the app's standard output and error."""

VERBS = frozenset({"create", "delete", "get", "list", "revoke", "update"})
SHORTEST = 8
"""Minimum number of characters of an id that a record must contain, because some logs cut long ids."""

GOES_ON = re.compile(r"\s|[\]})]|Traceback \(|Caused by|at ")
"""Beginning of a line that belongs to the previous record: a stack trace, or JSON on several lines."""

FAILURE = re.compile(
    r"fail|error|exception|timed?[ _-]?out|unavailable|refus|reject|denied|abort|cancel|reset|postpon|retry|unsuccess|warn|"
    r"broke|closed|unauthori|forbidden|traceback|not[ _]connected|ineligible|abandon|expired|invalid|g[ai]ve[ _]?up|"
    r"\b(?:severe|fatal|critical|could(?: not|n't)|can(?:not| not|'t)|unable)\b",
    re.IGNORECASE,
)
_KINDS = re.compile(r"\bconsent\.[a-z_]+|\b(?:banking|energy|common)(?:\.[a-z_]+){0,6}\.sync\.[a-z_]+")
_NO_FAILURE = re.compile(
    r"(?<!\w)(?=\w*?(?:error|fail|retr|cancel))\w++[\"']?\s*[=:]\s*(?:0|null|none|false|\"\"|'')(?![\w.])", re.IGNORECASE
)
"""Parts of a record which state that there was no failure, such as ``error=null``."""
MEASURES = frozenset(
    {"bytes", "duration", "elapsed", "latency", "length", "millis", "milliseconds", "ms", "pid", "port", "seconds", "secs"}
    | {"size", "time", "took"}
)
"""Words in the name of a number that is not a status."""
_NAME = re.compile(r"(?<![A-Za-z_])([A-Za-z_]+)[\"']?\s*[=:]?\s*[\"']?$")
_NAME_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_WORD_BEFORE, _WORD_AFTER = re.compile(r"(?<![\w-])[\w-]*$"), re.compile(r"[\w-]*")
_UNIT = re.compile(r"\s?(?:[mnuµ]?s|msecs?|millis\w*|secs?|seconds|bytes|[KMk]?B)\b(?!\s*[\"']?[=:])")
"""A unit after a number."""
_REQUESTS = re.compile(r"\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /(?!v\d/)\S*")
"""Request lines in a web server's access log; they only show requests to the app, including those of the harness."""
_STACK_TRACES = re.compile(
    r"^[ \t|+-]*Traceback \(most recent call last\):\n(?:[ \t].*\n)*(?:\S.*)?"
    r"|^(?:Uncaught )?[\w.$]*(?:Error|Exception)\b.*\n(?:[ \t]+at .*(?:\n|$))+",
    re.MULTILINE,
)
"""Stack traces with the line that names the exception. Runtimes print them, also if the app logs elsewhere."""
_WORDS = re.compile(r"[\w.:/+-]+")
_NOISE = re.compile(r"[^a-z0-9]+")
_ENCODED = re.compile(r"(?<![0-9A-Za-z])(?=([0-9A-Za-z+/_-]{8}))")
"""The first eight characters of what may be a digest, in hexadecimal digits, base64 or base32."""
DIGESTS = ("sha256", "sha1", "md5", "sha512", "blake2b")
"""Functions by which an app may shorten or hide ids in its log, without a key."""
_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""A letter of a script whose words follow one another without a space, or have other words joined to them."""
_CUT = re.compile(r"[\w-]*(?:\.\.|…)|(?![\w-])")
"""The end of a cut id in a log: a mark such as "...", or the end of the word."""
_WORD = re.compile(r"[\w-]")


class Log(Struct, frozen=True, kw_only=True):
    """All log records that the app wrote during the scenario.

    *problem* states why a record may be missing although the app wrote it; it is empty if the log is complete.
    """

    records: tuple[str, ...]
    problem: str = ""

    def naming(self, *ids: str) -> list[str]:
        """Return the records that contain one of *ids*.

        A record may contain only the first or last eight characters of an id, or more, and may contain a digest instead.
        """
        text = _Text.of(self.records)
        return [self.records[number] for number in sorted({number for each in ids if each for number in text.find(each)})]

    def particular(self, ids: Iterable[str], others: Iterable[str]) -> list[str]:
        """Return records that contain one of *ids* and differ in their words from all records that contain one of *others*.

        Such a record reports something that happened to *ids* only, in whatever language. Without a record about *others*,
        nothing is returned, because then nothing shows that the words are particular.
        """
        ids, others = tuple(ids), tuple(others)
        known = {*ids, *others} - {""}
        general = {_wording(record, known) for record in self.naming(*others)}
        named = {record: _wording(record, known) for record in self.naming(*ids)} if general else {}
        is_general = {own: any(own.is_like(other) for other in general) for own in {*named.values()}}
        return [record for record, own in named.items() if not is_general[own]]


def log_of(journal: Journal) -> Log:
    """Return the records of all outputs of the app.

    ``problem`` is set if an output is incomplete, if the app was killed, because an asynchronous logger then loses lines, or
    if no record mentions the scenario, because the app may log elsewhere.
    """
    outputs = journal.all(Output)
    records = tuple(record for output in outputs for record in _records(output.text.decode("utf-8", "replace")))
    log_files = [output for output in outputs if output.place not in {STANDARD, OTLP}]
    problems = incomplete_outputs(journal)
    if problems:
        return Log(records=records, problem="; ".join(problems))
    if any(changed.is_kill for changed in journal.all(ProcessChanged)):
        return Log(records=records, problem=KILLED)
    if not records and not log_files:
        return Log(records=records, problem="the app wrote no output that the harness can read")
    log = Log(records=records)
    called = {call.route: call for call in calls(journal)}.values()
    texts = (_STACK_TRACES.sub("", output.text.decode("utf-8", "replace")) for output in outputs)
    own = Log(records=tuple(_REQUESTS.sub(" ", record) for text in texts for record in _records(text)))
    ids = _ids(journal)
    names_ids = any(own.naming(text) for text in ids)
    if ids and not names_ids and len(_unknown_words(own)) >= len(ids):
        return Log(records=records, problem=HIDDEN)
    mentions_scenario = names_ids or any(names_endpoint(record, call) for record in own.records for call in called)
    if not log_files and not mentions_scenario:
        return Log(records=records, problem="the app's output does not mention this scenario, so its log may be elsewhere")
    return log


def incomplete_outputs(journal: Journal) -> list[str]:
    """Return the place and the problem of each incomplete output; standard output may be empty or unreadable."""
    outputs = [output for output in journal.all(Output) if output.problem and (output.place != STANDARD or output.text)]
    return [f"{output.place} {output.problem}" for output in outputs]


def names_endpoint(record: str, call: Exchange) -> bool:
    """Return True if *record* names the endpoint of *call*.

    Names of events (``banking.transactions.sync.completed``) in the record are ignored, because they contain the same words.
    """
    plain = _NOISE.sub("", _KINDS.sub(" ", record.lower()))
    return any(word in plain for word in _words_of(call))


def without_requests(log: Log) -> Log:
    """Return the log without a web server's access log entries."""
    return Log(records=tuple(_REQUESTS.sub(" ", record) for record in log.records), problem=log.problem)


def has_status(record: str, status: int | None) -> bool:
    """Return True if *record* contains *status* as a number that is no part of a time or an id, and no duration or size."""
    if status is None:
        return False
    found = re.finditer(rf"(?<!\d)(?<!\d[.:])(?<!:\d\d,){status}(?!\d|[.:]\d)", record)
    around = (
        (record[max(0, match.start() - 40) : match.start()], record[match.end() : match.end() + 40]) for match in found
    )
    return any(not _is_in_id(before, after) and not _is_measure(before, after) for before, after in around)


def _is_in_id(before: str, after: str) -> bool:
    """Return True if the word that contains the number between *before* and *after* has other digits too."""
    begin, end = _WORD_BEFORE.search(before), _WORD_AFTER.match(after)
    return any(letter.isdigit() for part in (begin, end) if part for letter in part[0])


def _is_measure(before: str, after: str) -> bool:
    """Return True if the number between *before* and *after* is a duration or size, by its name or unit."""
    name = _NAME.search(before)
    words = _NAME_PARTS.findall(name[1]) if name else []
    return bool(_UNIT.match(after)) or not MEASURES.isdisjoint(word.lower() for word in words)


def reports_failure(record: str, status: int | None) -> bool:
    """Return True if *record* contains *status*, the status of a failed call, or a common word for failures."""
    text = _NO_FAILURE.sub(" ", record)
    return has_status(record, status) or bool(FAILURE.search(text) or words_of("failure").search(text))


def without_repeats(records: Iterable[str], ids: Iterable[str]) -> list[str]:
    """Return *records* without those that differ from an earlier one only in *ids*, other ids, times and names of events."""
    known = set(ids) - {""}
    different: dict[_Wording, str] = {}
    for record in records:
        own = _wording(record, known)
        if own not in different and not any(own.is_like(other) for other in different):
            different[own] = record
    return list(different.values())


class _Wording(Struct, frozen=True):
    """The words of a record in order, and the lengths of its long values: of words with a digit, such as ids and times.

    An id may happen to have no digit. It is then found among the words, and has the length of an id in other records.
    """

    words: tuple[str, ...]
    lengths: frozenset[int]

    def is_like(self, other: "_Wording") -> bool:
        """Return True if the two records have the same words, except for words as long as an id in the other record."""
        own, others = self._words_missing_in(other), other._words_missing_in(self)
        same = [word for word in self.words if word not in own] == [word for word in other.words if word not in others]
        return same and other._has_ids_as_long_as(own) and self._has_ids_as_long_as(others)

    def _words_missing_in(self, other: "_Wording") -> set[str]:
        return set(self.words) - set(other.words)

    def _has_ids_as_long_as(self, words: set[str]) -> bool:
        return all(len(word) in self.lengths for word in words)


def _wording(record: str, known_ids: set[str]) -> _Wording:
    """Return the wording of *record* without names of events and *known_ids*, which may be cut or digests."""
    found = [word for word in _WORDS.findall(_KINDS.sub(" ", record)) if not _stands_for(word, known_ids)]
    is_value = [any(letter.isdigit() for letter in word) for word in found]
    return _Wording(
        words=tuple(word for word, is_one in zip(found, is_value, strict=True) if not is_one),
        lengths=frozenset(
            len(word) for word, is_one in zip(found, is_value, strict=True) if is_one and len(word) >= SHORTEST
        ),
    )


def _stands_for(word: str, known_ids: set[str]) -> bool:
    """Return True if *word* contains one of *known_ids*, is a part of one that a log has cut, or is the digest of one."""
    if len(word) < SHORTEST:
        return word in known_ids
    digest = word[:SHORTEST].lower()
    return any(text in word or word.strip(".") in text or digest in _digests(text) for text in known_ids)


@cache
def words_of(name: str, kind: str = "") -> re.Pattern[str]:
    """Return a pattern of the words in ``log_words.toml`` under *name*, which has a list for each *kind* or one list."""
    words = catalog.read_fixture("log_words.toml")[name]
    listed = words[kind] if kind else words
    return re.compile(
        "|".join(re.escape(word) if _WITHOUT_SPACES.match(word) else rf"(?<![^\W\d_]){re.escape(word)}" for word in listed),
        re.IGNORECASE,
    )


def _words_of(call: Exchange) -> set[str]:
    parts = [word for word in call.route.split(".") if word not in VERBS]
    path = [word for word in call.path.split("/") if word.islower() and not any(letter.isdigit() for letter in word)]
    words = {parts[-1], *path[-1:]}
    return {_NOISE.sub("", text.lower().removesuffix("s")) for text in words} - {""}


def _records(text: str) -> list[str]:
    records: list[str] = []
    for line in text.splitlines():
        if records and GOES_ON.match(line):
            records[-1] += "\n" + line
        elif line.strip():
            records.append(line)
    return records


def _ids(journal: Journal) -> set[str]:
    """Return the ids of genuine messages, consents, sessions and end users, which occur only in this scenario.

    Only genuine messages name consents: a fuzzed body may have "0" or "False" as the id, which any output contains.
    """
    ids = {event.message_id for event in journal.all(EventCreated)} | {
        delivery.message_id for delivery in journal.all(Delivery) if delivery.is_authentic
    }
    ids |= {consent_of(delivery) for delivery in journal.all(Delivery) if delivery.is_genuine}
    ids |= {journey.session for journey in journal.all(Journey)} | {journey.end_user_id for journey in journal.all(Journey)}
    return ids - {""}


def _unknown_words(log: Log) -> set[str]:
    """Return the words that may stand for ids: long, with letters and digits, and in more than one record."""
    counts = Counter(word for record in log.records for word in set(ID_LIKE.findall(record)))
    return {word for word, count in counts.items() if count > 1}


class _Text:
    """All records as one text, because searching it is much faster than searching thousands of records one by one."""

    def __init__(self, records: tuple[str, ...]) -> None:
        self._text = "\n".join(records)
        self._starts = [0, *accumulate(len(record) + 1 for record in records)]
        self._digest_places: dict[str, list[int]] = {}
        for word in _ENCODED.finditer(self._text):
            self._digest_places.setdefault(word[1].lower(), []).append(word.start())

    @classmethod
    @lru_cache(maxsize=4)
    def of(cls, records: tuple[str, ...]) -> "_Text":
        """Return the text of *records*; it is kept for the next searches."""
        return cls(records)

    def find(self, text: str) -> Iterator[int]:
        """Yield the index of each record that contains *text*, a part of it that a log has cut, or its digest."""
        yield from (number for _, number in self._places(text))
        for digest in _digests(text) if self._digest_places else ():
            for place in self._digest_places.get(digest, ()):
                yield bisect_right(self._starts, place) - 1
        for part in {text, text.rpartition("_")[2]}:
            if len(part) > SHORTEST:
                yield from self._beginnings(part)
                yield from self._ends(part)

    def _beginnings(self, text: str) -> Iterator[int]:
        """Yield the index of each record in which a word is the beginning of *text*, with or without a mark for the rest."""
        for place, number in self._places(text[:SHORTEST]):
            end = place + SHORTEST
            while end < place + len(text) and self._text[end : end + 1] == text[end - place]:
                end += 1
            if not _WORD.match(self._text[place - 1 : place]) and _CUT.match(self._text, end):
                yield number

    def _ends(self, text: str) -> Iterator[int]:
        """Yield the index of each record in which a word is the end of *text*."""
        for place, number in self._places(text[-SHORTEST:]):
            end, length = place + SHORTEST, SHORTEST
            while length < len(text) and self._text[end - length - 1 : end - length] == text[-length - 1]:
                length += 1
            is_beginning = not _WORD.match(self._text[end - length - 1 : end - length])
            if is_beginning and not _WORD.match(self._text[end : end + 1]):
                yield number

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        place = self._text.find(text)
        while place >= 0:
            yield place, bisect_right(self._starts, place) - 1
            place = self._text.find(text, place + 1)


@lru_cache(maxsize=4096)
def _digests(text: str) -> tuple[str, ...]:
    """Return the first eight characters of each digest of *text*, in each encoding, in lower case."""
    content = text.encode()
    digests = [hashlib.new(name, content, usedforsecurity=False).digest() for name in DIGESTS]
    encodings = (base64.b16encode, base64.b64encode, base64.urlsafe_b64encode, base64.b32encode)
    return tuple({encode(digest)[:SHORTEST].decode().lower() for digest in digests for encode in encodings})
