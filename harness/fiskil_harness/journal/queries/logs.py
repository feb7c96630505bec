"""The app's log, as probes read it: records, what they speak of, and whether the log can be trusted to be the app's.

Nobody prescribes a form. A record speaks of an endpoint if it holds the last word of its path or of its usual name, however
that is written; it tells of a failure if it holds the status or one of the words that people use for failures.
"""

import re

from msgspec import Struct

from fiskil_harness.journal import OTLP, Delivery, EventCreated, Exchange, Journal, Journey, Output
from fiskil_harness.journal.queries.api_calls import calls
from fiskil_harness.journal.queries.deliveries import consent_of

STANDARD = "output"
"""The app's standard output and error."""

VERBS = frozenset({"create", "delete", "get", "list", "revoke", "update"})
SHORTEST = 8
"""So much of an id must stand in a line: some logs cut long ids."""

GOES_ON = re.compile(r"\s|[\]})]|Traceback \(|Caused by|at ")
"""How a line begins that belongs to the record before it: a trace, or JSON that is written on several lines."""

FAILURE = re.compile(
    r"fail|error|exception|timed?[ _-]?out|unavailable|refus|reject|denied|abort|cancel|reset|postpon|retry|unsuccess|warn|"
    r"broke|closed|unauthori|forbidden|traceback|not[ _]connected|ineligible|abandon|expired|invalid|g[ai]ve[ _]?up",
    re.IGNORECASE,
)
_KINDS = re.compile(r"\bconsent\.[a-z_]+|\b(?:banking|energy|common)(?:\.[a-z_]+)*\.sync\.[a-z_]+")
_NONE = re.compile(r"\w*(?:error|fail|retr|cancel)\w*[\"']?\s*[=:]\s*(?:0|null|none|false|\"\"|'')(?![\w.])", re.IGNORECASE)
"""Where a record says that there was none."""
_REQUESTS = re.compile(r"\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /(?!v\d/)\S*")
"""What a web server writes of the requests that the app got, ours among them: that log is no log of the app's doings."""
_NOISE = re.compile(r"[^a-z0-9]+")


class Log(Struct, frozen=True, kw_only=True):
    """Every record that the app wrote during the scenario. ``lack`` says why what is not there proves nothing."""

    records: tuple[str, ...]
    problem: str = ""

    def naming(self, *ids: str) -> list[str]:
        """The records that hold one of the ids, or its beginning where the record cuts it."""
        wanted = [text for text in ids if text]
        return [record for record in self.records if any(_holds(record, text) for text in wanted)]


def log_of(journal: Journal) -> Log:
    """Read every output; one that says nothing of what happened in the scenario may not be the app's log at all."""
    outputs = journal.all(Output)
    records = tuple(record for output in outputs for record in _records(output.text.decode("utf-8", "replace")))
    named = [output for output in outputs if output.place not in {STANDARD, OTLP}]
    lacking = [
        f"{output.place} {output.problem}"
        for output in outputs
        if output.problem and (output.place != STANDARD or output.text)
    ]
    if lacking:
        return Log(records=records, problem="; ".join(lacking))
    if not records and not named:
        return Log(records=records, problem="the app wrote nothing that the harness can read")
    log = Log(records=records)
    asked = {call.route: call for call in calls(journal)}.values()
    own = Log(records=tuple(_REQUESTS.sub(" ", record) for record in records))
    speaks = own.naming(*_ids(journal)) or any(names_endpoint(record, call) for record in own.records for call in asked)
    if not named and not speaks:
        return Log(records=records, problem="what the app wrote says nothing of what happened, so its log may be elsewhere")
    return log


def names_endpoint(record: str, call: Exchange) -> bool:
    """Whether *record* names the endpoint of *call*. Kinds of events do not count: they hold the same words."""
    plain = _NOISE.sub("", _KINDS.sub(" ", record.lower()))
    return any(word in plain for word in _words_of(call))


def without_requests(log: Log) -> Log:
    """The log without what a web server writes of the requests that it got."""
    return Log(records=tuple(_REQUESTS.sub(" ", record) for record in log.records), problem=log.problem)


def has_status(record: str, status: int | None) -> bool:
    """Whether *record* holds the number of a status."""
    return status is not None and re.search(rf"(?<!\d){status}(?!\d)", record) is not None


def reports_failure(record: str, status: int | None) -> bool:
    """Whether *record* tells that something failed."""
    return has_status(record, status) or bool(FAILURE.search(_NONE.sub(" ", record)))


def _words_of(call: Exchange) -> set[str]:
    parts = [word for word in call.route.split(".") if word not in VERBS]
    path = [word for word in call.path.split("/") if word and not any(letter.isdigit() for letter in word)]
    words = {parts[-1], *path[-1:]}
    return {_NOISE.sub("", text.lower().removesuffix("s")) for text in words} - {""}


def _records(text: str) -> list[str]:
    found: list[str] = []
    for line in text.splitlines():
        if found and GOES_ON.match(line):
            found[-1] += "\n" + line
        elif line.strip():
            found.append(line)
    return found


def _ids(journal: Journal) -> set[str]:
    """Ids that only this scenario has."""
    ids = {event.message_id for event in journal.all(EventCreated)} | {
        delivery.message_id for delivery in journal.all(Delivery)
    }
    ids |= {consent_of(delivery) for delivery in journal.all(Delivery)}
    ids |= {journey.session for journey in journal.all(Journey)} | {journey.end_user_id for journey in journal.all(Journey)}
    return ids - {""}


def _holds(record: str, wanted: str) -> bool:
    if wanted in record:
        return True
    return (
        len(wanted) > SHORTEST and re.search(rf"(?<!\w){re.escape(wanted[:SHORTEST])}[\w-]*(?:\.\.|…)", record) is not None
    )
