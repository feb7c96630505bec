"""Journal files: what is read is what was written, and a file that is damaged in any way is refused as a whole."""

import datetime
import gzip
import hashlib
import json
import os
import stat
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from fiskil_harness.core.config import Settings, parse
from fiskil_harness.core.redaction.placeholders import Placeholders
from fiskil_harness.errors import UsageError
from fiskil_harness.gate import journal_file
from fiskil_harness.gate.journal_file import StoredRun
from fiskil_harness.gate.judgement import Decision, Judgement, Run, Shard, judge, report_only
from fiskil_harness.gate.shards import judge_shard
from fiskil_harness.journal import Journal
from fiskil_harness.journal.secret_search import search_secrets
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.runner.judging import counted, findings_of, outcome_of
from fiskil_harness.runner.recording import recording_of
from fiskil_harness.runner.session import SessionResult
from fiskil_harness.runner.worker import measured
from fiskil_harness.scenario.scenario import Scenario, load
from tests.probes.receivers import receiver_journal

TODAY = datetime.date(2026, 6, 1)
CONFIG = """
[app]
command = "serve --key hunter2hunter2 {port}"
[app.env]
DATABASE_URL = "postgres://bo:hunter2hunter2@db/{workdir}"
PLAIN = "hunter2hunter2"
[app.login]
cookies = { session = "hunter2hunter2" }
[app.drive]
refresh = { request = "POST /refresh?key=hunter2hunter2", headers = { x-key = "hunter2hunter2" }, json = { pin = 273645 } }
[app.observe]
effects = "GET /effects"
logs = ["/home/bo/app.log"]
[app.webhook]
path = "/hooks?key=hunter2hunter2"
[app.facts]
production_webhook_url = "https://bo:hunter2hunter2@api.example.com/hooks/T0/hunter2hunter2?key=hunter2hunter2"
datasets = ["accounts"]
key_created = 2026-05-01
[app.limits]
fresh_s = 3
[gate]
required = ["webhooks.idempotent"]
[[waive]]
practice = "webhooks.idempotent"
reason = "soon"
owner = "Bo"
date = 2026-05-01
expires = 2026-07-01
"""
RUN = Run(
    command="run",
    began_at="2026-06-01T10:00:00Z",
    took_s=1.0,
    workers=1,
    config="fiskil-harness.toml",
    harness="0.1.0",
    python="3.11.7",
    platform="Linux",
    again="fiskil-harness run",
    again_for_scenario="fiskil-harness run {scenario}",
    digest="d" * 64,
    was_interrupted=True,
)
OUTCOME = {"scenario": "x", "title": "x", "practices": ["webhooks.idempotent"], "seed": 5, "findings": []}
Write = Callable[..., Path]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return a config with secrets where a team may write them."""
    return parse(tomllib.loads(CONFIG), folder=tmp_path)


@pytest.fixture
def session(settings: Settings) -> SessionResult:
    """Return the results of two scenarios: one with an app that applies a message twice, and one that did not run."""
    courier = receiver_journal()
    courier.event("e0")
    courier.deliver("e0")
    courier.deliver("e0", attempt=2)
    courier.effects(applied={"e0": 2}, state={"accounts": []})
    scenario, hooks = load("webhook_repeated"), frozenset(load("webhook_repeated").needs)
    outcome = judged(scenario, courier.journal, hooks, settings)
    other = judged(load("happy_path"), Journal(), frozenset(), settings)
    made = recording_of(
        scenario,
        courier.journal,
        outcome,
        crashed="",
        hooks=hooks,
        is_judged=True,
        took_s=1.0,
        placeholders=Placeholders(),
    )
    measure = measured(scenario, courier.journal, took_s=1.0)
    return SessionResult(outcomes=(other, outcome), recordings=(made,), measured=(measure,))


def judged(scenario: Scenario, journal: Journal, hooks: frozenset[str], settings: Settings) -> Outcome:
    """Return the outcome of the run."""
    findings = findings_of(scenario, search_secrets(journal), "", has=hooks.__contains__, settings=settings)
    return counted(outcome_of(scenario, journal, findings, has=hooks.__contains__, seed=5), scenario, settings)


@pytest.fixture
def write(settings: Settings, session: SessionResult, tmp_path: Path) -> Write:
    """Return a function that writes the journal of a judged run, and returns its path."""

    def written(judgement: Judgement | None = None, shard: Shard | None = None) -> Path:
        path = tmp_path / "run.journal"
        judgement = judgement or report_only(session.outcomes, settings=settings, seed=5, today=TODAY)
        journal_file.write(path, judgement, session, settings=settings, run=RUN, today=TODAY, shard=shard)
        return path

    return written


def rewritten(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> Path:
    """Return the file with its lines changed."""
    path.write_bytes(gzip.compress(b"".join(change(gzip.decompress(path.read_bytes()).splitlines(keepends=True)))))
    return path


def test_some_scenarios_are_judged_again(write: Write, settings: Settings, session: SessionResult) -> None:
    """The result is that of the run, with its evidence."""
    expected = report_only(session.outcomes, settings=settings, seed=5, today=TODAY, left_out=("other: no browser",))

    whole = journal_file.judge(StoredRun(write(expected)))

    assert whole.result == expected
    assert whole.exit_code == 1
    assert [measure.scenario for measure in whole.measured] == ["webhook_repeated"]
    assert [story.scenario for story in whole.stories] == ["webhook_repeated"]
    assert any(excerpt.scenario == "webhook_repeated" for excerpt in whole.excerpts)
    assert (whole.run.began_at, whole.run.was_interrupted) == (RUN.began_at, False)


@pytest.mark.parametrize("is_fast", [True, False])
def test_a_gate_is_judged_again(write: Write, settings: Settings, session: SessionResult, is_fast: bool) -> None:
    """With the options of the run, its config and its date."""
    marks = session.coverage_marks
    expected = judge(
        session.outcomes,
        settings=settings,
        seed=5,
        today=TODAY,
        coverage_marks=marks,
        is_fast=is_fast,
        is_only_required=not is_fast,
        left_out=("tab_closed",),
        expected=("tab_closed",),
    )

    whole = journal_file.judge(StoredRun(write(expected)))

    assert whole.result == expected
    assert whole.result.decision is not Decision.NOT_REQUESTED
    assert whole.result.statuses[0].practice


def test_a_shard_is_judged_again(write: Write, settings: Settings, session: SessionResult) -> None:
    """`merge` accepts its report."""
    expected, shard = judge_shard(
        session.outcomes,
        shard=Shard(number=1, count=2),
        settings=settings,
        seed=5,
        today=TODAY,
        is_fast=False,
        left_out=(),
    )

    whole = journal_file.judge(StoredRun(write(expected, shard)))

    assert (whole.result, whole.shard) == (expected, shard)


def test_only_the_owner_can_read_the_file(write: Write) -> None:
    """It shows what the app stores about its end users."""
    path = write()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["run.journal"]


def test_the_config_is_stored_without_its_secrets(write: Write, settings: Settings) -> None:
    """Only what a judgement needs: the presence of a hook, template values, facts and limits."""
    path = write()

    stored = StoredRun(path).settings
    text = gzip.decompress(path.read_bytes())
    assert b"hunter2" not in text
    assert b"273645" not in text
    assert b"/home/bo" not in text
    assert stored.app.passes("port")
    assert stored.app.passes("workdir")
    assert not stored.app.passes("api_url")
    assert stored.app.webhook.path == "/hooks"
    assert stored.app.facts.production_webhook_url == "https://api.example.com"
    facts = structs.replace(settings.app.facts, production_webhook_url="https://api.example.com")
    assert (stored.app.facts, stored.app.limits, stored.gate, stored.waive) == (
        facts,
        settings.app.limits,
        settings.gate,
        settings.waive,
    )
    assert stored.stated_limits == settings.stated_limits
    assert [bool(hook) for hook in (stored.app.drive.refresh, stored.app.drive.revoke)] == [True, False]


def test_equal_runs_give_equal_files(write: Write) -> None:
    """No time of writing is in the file, so its digest can be compared."""
    assert write().read_bytes() == write().read_bytes()


@pytest.mark.parametrize("cut", [1, 8, 400])
def test_a_file_that_is_cut_short_is_refused(write: Write, cut: int) -> None:
    """Within a line."""
    path = write()
    path.write_bytes(path.read_bytes()[:-cut])

    with pytest.raises(UsageError, match="is incomplete, because its end is missing"):
        StoredRun(path)


def test_a_file_may_be_cut_at_any_byte(write: Write) -> None:
    """Also between two lines, where gzip notices nothing, and within the two bytes with which a line begins."""
    path = write()
    content = path.read_bytes()
    ends = [at for at in range(2, len(content)) if content.startswith(b"\x1f\x8b\x08", at)]

    for cut in {*(end + more for end in ends for more in (-1, 0, 1, 2)), len(content) - 1}:
        path.write_bytes(content[:cut])
        with pytest.raises(UsageError, match=r"is incomplete|edited or damaged"):
            StoredRun(path)

    assert len(ends) == 3


def test_a_missing_line_is_noticed(write: Write) -> None:
    """Also the last one, and a file without any line."""
    for number in (1, 2):
        path = rewritten(write(), lambda lines, number=number: lines[:number] + lines[number + 1 :])  # type: ignore[misc]
        with pytest.raises(UsageError, match="was edited or damaged, because it does not match its digest"):
            StoredRun(path)
    with pytest.raises(UsageError, match="is incomplete"):
        StoredRun(rewritten(write(), lambda lines: lines[:-1]))
    with pytest.raises(UsageError, match="is incomplete"):
        StoredRun(rewritten(write(), lambda _: []))


@pytest.mark.parametrize("line", [0, 1, 2])
def test_an_edited_line_is_noticed(write: Write, line: int) -> None:
    """A finding cannot be removed with a text editor."""

    def edit(lines: list[bytes]) -> list[bytes]:
        lines[line] = lines[line].replace(b"e", b"E", 1) if line else lines[line].replace(b'"seed":5', b'"seed":6')
        return lines

    with pytest.raises(UsageError, match="was edited or damaged"):
        StoredRun(rewritten(write(), edit))


@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_a_damaged_byte_is_noticed(write: Write, part: float) -> None:
    """Also by the checksums of gzip."""
    path = write()
    content = bytearray(path.read_bytes())
    content[int(len(content) * part)] ^= 0xFF
    path.write_bytes(content)

    with pytest.raises(UsageError, match=r"edited or damaged|incomplete"):
        StoredRun(path)


def test_appended_bytes_are_noticed(write: Write) -> None:
    """Whatever they are."""
    path = write()
    content = path.read_bytes()
    for more in (b"more", gzip.compress(b"more\n"), content):
        path.write_bytes(content + more)
        with pytest.raises(UsageError, match=r"edited or damaged|incomplete"):
            StoredRun(path)


def test_another_version_is_refused(write: Write) -> None:
    """The message names both formats."""
    path = rewritten(write(), lambda lines: [lines[0].replace(b"journal/4", b"journal/9"), *lines[1:]])

    with pytest.raises(UsageError) as refusal:
        StoredRun(path)

    assert str(refusal.value) == (
        f"{str(path)!r} has the format 'fiskil-harness/journal/9', and this version reads 'fiskil-harness/journal/4'."
    )


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b'{"format": "fiskil-harness/report/7"}\n', gzip.compress(b"text\n"), gzip.compress(b'{"format":"x"}\n')],
    ids=["empty", "JSON", "a report", "other gzip", "other JSON"],
)
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """The message states what writes a journal, or that the file is incomplete."""
    path = tmp_path / "other"
    path.write_bytes(content)

    with pytest.raises(UsageError, match=r"is not a journal.*--journal FILE|is incomplete"):
        StoredRun(path)


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    """Such as a folder, or no file."""
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(UsageError, match=r"The journal '.*' cannot be read: "):
            StoredRun(path)


def test_a_file_that_needs_too_much_memory_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few kilobytes can expand to gigabytes; they are not read to their end."""
    path = write()
    head = gzip.decompress(path.read_bytes()).splitlines(keepends=True)[0]
    path.write_bytes(gzip.compress(head) + gzip.compress(b'{"name":"' + b"x" * 9_000_000))

    monkeypatch.setattr(journal_file, "MOST_LINE_BYTES", 8_000_000)
    with pytest.raises(UsageError, match="is larger than any journal, so it was not read to its end"):
        StoredRun(path)

    path.write_bytes(gzip.compress(head) + gzip.compress(b"{}\n" * 30_000))
    with pytest.raises(UsageError, match="is larger than any journal, so it was not read to its end"):
        StoredRun(path)


def made(path: Path, *lines: bytes) -> Path:
    """Return *path* with a journal of *lines*, whose digest is correct."""
    digests = [hashlib.sha256(line).hexdigest() for line in lines]
    end = {"lines": len(digests), "digest": hashlib.sha256("".join(digests).encode()).hexdigest()}
    path.write_bytes(gzip.compress(b"".join([*lines, json.dumps(end).encode() + b"\n"])))
    return path


def test_a_file_with_only_an_end_is_refused(tmp_path: Path) -> None:
    """Its digest is correct, and there is nothing to judge."""
    with pytest.raises(UsageError, match="is incomplete"):
        StoredRun(made(tmp_path / "made.journal"))


@pytest.mark.parametrize(
    "line",
    [
        {"name": "x"},
        {"name": "x", "hooks": ["a"], "entries": []},
        {"name": "\ud800", "outcome": OUTCOME},
        {"name": "x", "outcome": OUTCOME | {"title": "\udfff"}},
    ],
)
def test_a_line_that_cannot_be_judged_is_refused(write: Write, line: dict[str, Any]) -> None:
    """It has neither a scenario nor an outcome, or text that no report can contain."""
    path = write()
    header = gzip.decompress(path.read_bytes()).splitlines(keepends=True)[0]

    with pytest.raises(UsageError, match="which this one cannot read: "):
        StoredRun(made(path, header, json.dumps(line).encode() + b"\n"))


def test_a_pipe_without_a_writer_is_refused(tmp_path: Path) -> None:
    """Opening it would wait for ever."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(UsageError, match=r"The journal '.*' is not a regular file"):
        StoredRun(tmp_path / "pipe")


def test_an_entry_that_this_version_does_not_know_is_refused(write: Write) -> None:
    """Although the digest is right: nothing is judged in part."""
    path = write()
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    stored = json.loads(lines[2])
    stored["entries"][0]["type"] = "Vibration"
    lines[2] = json.dumps(stored).encode() + b"\n"
    digests = [journal_file.hashlib.sha256(line).hexdigest() for line in lines[:-1]]
    end = {"lines": len(digests), "digest": journal_file.hashlib.sha256("".join(digests).encode()).hexdigest()}
    path.write_bytes(gzip.compress(b"".join([*lines[:-1], json.dumps(end).encode() + b"\n"])))

    with pytest.raises(UsageError, match="this one cannot read: there is no entry 'Vibration'"):
        StoredRun(path)
