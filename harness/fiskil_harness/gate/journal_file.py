"""A run in a file: the journal of every scenario, without secrets, from which the run can be judged again without the app.

The file is gzip of JSON lines: a header, a line for each scenario, and an end with the digest of all other lines. It is read
line by line, twice: the first time to check it, so that a file with an error is not judged in part.
"""

# Format
# ======
# Each line is a gzip member of its own, and gzip reads all of them as one text. A worker process compresses the line of its
# scenario, so no process holds more than one journal at a time. The digest at the end is the SHA-256 of the digests of the
# lines in hex, one after another. It shows that the file was damaged or edited; it is no signature.

import datetime
import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import msgspec
from msgspec import Struct

from fiskil_harness.core import plugins
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.urls import origin_of
from fiskil_harness.core.redaction.environment_secrets import environment_secrets
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.core.version import version
from fiskil_harness.errors import UsageError
from fiskil_harness.gate import judgement
from fiskil_harness.gate.judgement import Decision, GateResult, Judgement, Run, Shard, routes_met
from fiskil_harness.gate.report import files
from fiskil_harness.gate.shards import judge_shard
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.evidence import Excerpt, Picture, Story, excerpts, pictures, shortened, story_of
from fiskil_harness.probes.outcome import Measure, Outcome, Recording
from fiskil_harness.runner.recording import (
    MOST_LINE_BYTES,
    StoredScenario,
    journal_of,
    judged_again,
    recording_of_outcome,
    scenario_of,
    stored_scenario,
)
from fiskil_harness.runner.session import SessionResult
from fiskil_harness.runner.worker import measured

FORMAT = "fiskil-harness/journal/4"
MOST_HEADER_BYTES = 4 * 1024 * 1024
MOST_BYTES = 4 * 1024**3
MOST_LINES = 20_000
"""Maximum size of the header, maximum size of all lines together, and maximum number of lines."""
MOST_TEXT = 120
"""Maximum number of characters from the file in a message."""
MODE = 0o600
"""Permissions of the file: it shows what the app stores about its end users."""
WRITERS = "`run --journal FILE` and `gate --journal FILE` write one"

RECEIVER = "http://127.0.0.1:8000"
"""The receiver's address in the shell commands of a report; the file does not contain the address of the run."""
HIDDEN_APP = ("command", "url", "object", "ready", "env", "tls", "drive", "login")
HIDDEN_OBSERVE = ("effects", "metrics", "pages", "logs")
"""Settings that may contain secrets of the team. Only their presence and their template values matter for a judgement."""
_TEMPLATE = re.compile(r"\{\w+\}")


class Header(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line of a journal file: everything besides the scenarios on which the judgement depends.

    ``settings`` is the config without what may contain secrets. ``is_gate`` is True for a gate, False for some scenarios.
    ``is_whole`` is False if the run was interrupted or had an internal error.
    """

    format: str
    seed: int
    today: datetime.date
    run: Run
    settings: dict[str, Any]
    is_gate: bool
    is_whole: bool = True
    is_fast: bool = False
    is_only_required: bool = False
    left_out: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    shard: Shard | None = None


class _Head(Struct):
    format: str = ""


class _End(Struct, forbid_unknown_fields=True):
    """The last line of a journal file."""

    lines: int
    digest: str


def write(
    path: Path,
    judged: Judgement,
    session: SessionResult,
    *,
    settings: Settings,
    run: Run,
    today: datetime.date,
    shard: Shard | None = None,
) -> None:
    """Write the journals of *session* to *path*.

    Args:
        judged: The judgement of the run, for the options with which it was judged.

    Raises:
        UsageError: The file cannot be written; no incomplete file is left.
    """
    header = Header(
        format=FORMAT,
        seed=judged.seed,
        today=today,
        run=run,
        settings=_without_secrets(settings),
        is_gate=judged.decision is not Decision.NOT_REQUESTED,
        is_whole=session.is_whole,
        is_fast=judged.is_fast,
        is_only_required=judgement.is_only_required(judged),
        left_out=judged.left_out,
        expected=judged.terms.expected,
        shard=shard and msgspec.structs.replace(shard, interpretation_outcomes=()),
    )
    redactor = Redactor(lambda: environment_secrets(settings))
    first = json.dumps(redactor.redact_tree(msgspec.to_builtins(header)), separators=(",", ":")).encode() + b"\n"
    recorded = {recording.scenario: recording for recording in session.recordings}
    every: list[Recording] = [
        recorded.get(outcome.scenario) or recording_of_outcome(outcome) for outcome in session.outcomes
    ]
    digests = [hashlib.sha256(first).hexdigest(), *(recording.digest for recording in every)]
    end = json.dumps({"lines": len(digests), "digest": _digest_of(digests)}).encode() + b"\n"
    members = (gzip.compress(first, mtime=0), *(recording.line for recording in every), gzip.compress(end, mtime=0))
    files.write_bytes(path, b"".join(members), mode=MODE)


class StoredRun:
    """The run in a journal file that was read and checked from its begin to its end."""

    def __init__(self, path: Path) -> None:
        """Read and check the whole file; nothing is judged.

        Raises:
            UsageError: The file is no regular file or no journal, has another format version, is incomplete, was edited, or
                is too large.
        """
        self.path = path
        if path.exists() and not path.is_file() and not path.is_dir():
            raise UsageError(f"The journal {str(path)!r} is not a regular file.")
        lines = self._lines()
        first = next(lines, None)
        if first is None:
            raise self._incomplete()
        self._refuse_other_format(first)
        for _ in lines:  # to its end, where the digest is compared
            pass
        try:
            self.header = msgspec.json.decode(first, type=Header)
            self.settings = _settings_of(self.header.settings)
            for stored in self.scenarios():
                if stored.scenario or stored.outcome is None:
                    scenario_of(stored)
                # A report contains these texts, so they must be valid Unicode.
                msgspec.json.encode((stored.name, stored.scenario, stored.outcome))
                journal_of(stored)
        except (ValueError, RecursionError) as error:
            reason = str(error).replace("`", "'")[:MOST_TEXT]
            raise UsageError(
                f"{str(path)!r} was written by another version, which this one cannot read: {reason}.{self._plugin_hint()}"
            ) from None

    def _plugin_hint(self) -> str:
        """Return a sentence about the plugins of the run that are not loaded here; "" if there are none."""
        settings = getattr(self, "settings", None)
        names = {plugin.module for plugin in plugins.loaded()}
        missing = [name[:MOST_TEXT] for name in settings.plugins if name not in names] if settings else []
        return f" The run had the plugin {missing[0]!r}: name it in the config of the current folder." if missing else ""

    def scenarios(self) -> Iterator[StoredScenario]:
        """Yield the scenarios, one after another.

        Raises:
            UsageError: The file has changed since it was checked.
            ValueError: A line is no scenario.
        """
        lines = self._lines()
        next(lines)
        yield from map(stored_scenario, lines)

    def _refuse_other_format(self, first: bytes) -> None:
        try:
            file_format = msgspec.json.decode(first, type=_Head).format
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise UsageError(f"{str(self.path)!r} is not a journal; {WRITERS}.") from None
        if not file_format.startswith(FORMAT.rpartition("/")[0] + "/"):
            raise UsageError(f"{str(self.path)!r} is not a journal of fiskil-harness; {WRITERS}.")
        if file_format != FORMAT:
            raise UsageError(
                f"{str(self.path)!r} has the format {file_format[:MOST_TEXT]!r}, and this version reads {FORMAT!r}."
            )

    def _lines(self) -> Iterator[bytes]:
        """Yield each line except the end, whose digest is compared with that of all other lines."""
        digests: list[str] = []
        last = b""
        for line in self._raw_lines():
            if last:
                digests.append(hashlib.sha256(last).hexdigest())
                yield last
            last = line
        try:
            end = msgspec.json.decode(last, type=_End)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise self._incomplete() from None
        if end.lines != len(digests) or end.digest != _digest_of(digests):
            raise self._edited()

    def _raw_lines(self) -> Iterator[bytes]:
        """Yield each line of the file; every error of a damaged file becomes one sentence."""
        count = 0
        try:
            with gzip.open(self.path, "rb") as file:
                for line in self._bounded_lines(file):
                    count += 1
                    yield line
        except EOFError:
            raise self._incomplete() from None
        except (gzip.BadGzipFile, zlib.error):
            if count:
                raise self._edited() from None
            raise UsageError(f"{str(self.path)!r} is not a journal; {WRITERS}.") from None
        except OSError as error:
            raise UsageError(f"The journal {str(self.path)!r} cannot be read: {error.strerror}.") from None
        if not count:
            raise self._incomplete()

    def _bounded_lines(self, file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
        """Yield each line, with bounds for the memory that it can take."""
        total, most = 0, MOST_HEADER_BYTES
        for _ in range(MOST_LINES):
            line = file.readline(most + 1)
            total += len(line)
            if not line:
                return
            if len(line) > most or total > MOST_BYTES:
                break
            if not line.endswith(b"\n"):
                raise self._incomplete()
            yield line
            most = MOST_LINE_BYTES
        raise UsageError(f"{str(self.path)!r} is larger than any journal, so it was not read to its end.")

    def _incomplete(self) -> UsageError:
        return UsageError(f"The journal {str(self.path)!r} is incomplete, because its end is missing.")

    def _edited(self) -> UsageError:
        return UsageError(f"The journal {str(self.path)!r} was edited or damaged, because it does not match its digest.")


def judge(run: StoredRun) -> GateResult:
    """Judge every scenario of *run* again, and return the report.

    Raises:
        UsageError: The file has changed since it was checked.
    """
    header, settings = run.header, run.settings
    outcomes: list[Outcome] = []
    measures: list[Measure] = []
    shown: list[Excerpt] = []
    stories: list[Story] = []
    screenshots: list[Picture] = []
    for stored in run.scenarios():
        journal = journal_of(stored)
        outcome = judged_again(stored, journal, settings=settings, seed=header.seed)
        outcomes.append(outcome)
        if not stored.scenario:
            continue
        scenario, has_passed = scenario_of(stored), outcome.verdict is Verdict.PASS
        measures.append(stored.shown(measured(scenario, journal, took_s=stored.took_s)))
        story = story_of(scenario.name, scenario.step_texts, journal, took_s=stored.took_s, has_passed=has_passed)
        stories.append(shortened(stored.shown(story), has_passed=has_passed))
        screenshots += pictures(scenario.name, journal)
        if stored.outcome is None:
            url = RECEIVER + settings.app.webhook.path
            shown += stored.shown(excerpts(scenario.name, outcome.findings, journal, url=url))
    marks = frozenset(mark for measure in measures for mark in measure.coverage_marks)
    result, shard = _judgement(header, outcomes, marks, settings)
    return GateResult(
        result=result,
        run=msgspec.structs.replace(header.run, harness=version(), was_interrupted=False, internal_errors=0),
        measured=tuple(measures),
        routes=routes_met(result, marks),
        excerpts=tuple(shown),
        stories=tuple(stories),
        pictures=tuple(screenshots),
        shard=shard,
    )


def _judgement(
    header: Header, outcomes: list[Outcome], marks: frozenset[str], settings: Settings
) -> tuple[Judgement, Shard | None]:
    judge_with: dict[str, Any] = {"settings": settings, "seed": header.seed, "today": header.today}
    if header.shard is not None:
        shard_with = {**judge_with, "is_fast": header.is_fast, "left_out": header.left_out}
        return judge_shard(outcomes, shard=header.shard, **shard_with)
    if not header.is_gate:
        return judgement.report_only(outcomes, left_out=header.left_out, **judge_with), None
    judged = judgement.judge(
        outcomes,
        is_whole=header.is_whole,
        coverage_marks=marks,
        is_fast=header.is_fast,
        is_only_required=header.is_only_required,
        left_out=header.left_out,
        expected=header.expected,
        **judge_with,
    )
    return judged, None


def _digest_of(digests: Iterable[str]) -> str:
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _without_secrets(settings: Settings) -> dict[str, Any]:
    """Return *settings* as plain values, with only the template values of the texts that may contain secrets."""
    plain: dict[str, Any] = msgspec.to_builtins(settings, enc_hook=str)
    app = plain["app"]
    app |= {name: _hidden(app[name]) for name in HIDDEN_APP}
    app["webhook"]["path"] = re.split(r"[?#]", app["webhook"]["path"])[0]
    production = app["facts"]["production_webhook_url"]
    app["facts"]["production_webhook_url"] = production and origin_of(production)
    app["observe"] |= {name: _hidden(app["observe"][name]) for name in HIDDEN_OBSERVE}
    sandbox = {name: plain["sandbox"][name] for name in ("tls", "interpretations")}
    return {**plain, "sandbox": sandbox, "hosted": {}, "folder": ""}


def _hidden(node: Any) -> Any:
    if isinstance(node, str):
        return node and "..." + "".join(_TEMPLATE.findall(node))
    if isinstance(node, dict):
        return {name: _hidden(value) for name, value in node.items()}
    if isinstance(node, list | tuple):
        return [_hidden(value) for value in node]
    return node if node is None or isinstance(node, bool) else 0


def _settings_of(plain: dict[str, Any]) -> Settings:
    """Return the settings that ``_without_secrets`` returned as *plain*.

    Raises:
        ValueError: A key or a value is unknown.
    """
    return msgspec.convert(plain, Settings, dec_hook=lambda kind, value: kind(value))
