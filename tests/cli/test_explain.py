"""The command ``explain``: each name of each kind, its code and its source, and names that do not exist."""

import ast

import pytest

from fiskil_harness.cli import main
from fiskil_harness.cli.config_keys import config_keys
from fiskil_harness.cli.explanations import TOPICS
from fiskil_harness.core import catalog
from fiskil_harness.core.config.hooks import HOOKS
from fiskil_harness.gate.lessons import Lesson, lessons
from fiskil_harness.gate.receiver_bugs import bugs
from fiskil_harness.probes import PROBES
from fiskil_harness.probes.practices import all_practices


def explained(name: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what ``fiskil-harness explain`` prints about *name*."""
    with pytest.raises(SystemExit) as ending:
        main(["explain", name])
    assert ending.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "name",
    ["webhooks.idempotent", "webhook_repeated", "applies_once", "reset_peer", "check-then-insert"],
)
def test_an_explanation_has_every_part(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It says why, how it is tested, wrong and right code in two languages, and the source."""
    shown = explained(name, capsys).splitlines()

    parts = ["Why it matters", "How it is tested", *(f"{language}, {word}" for language in CODE for word in WORDS), "Source"]
    assert [line for line in shown if line in parts] == parts
    assert max(len(line) for line in shown if not line.startswith("    ")) <= 80


CODE, WORDS = ("Python", "JavaScript"), ("wrong", "right")


@pytest.mark.parametrize("name", ["app.observe.effects", "app.limits.ack_s", "gate.defence_in_depth", "sandbox"])
def test_a_config_key_has_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The example is a line of the template, below its table."""
    shown = explained(name, capsys)

    assert config_keys()[name].example in shown


def test_every_config_key_is_described() -> None:
    """The table has a row for each key of the schema, and no other; hooks are keys too."""
    rows = catalog.read_fixture("config_keys.toml")["keys"]

    assert set(rows) == set(config_keys())
    assert set(HOOKS) <= set(rows)
    assert all(text.endswith(".") for text in rows.values())


def test_every_practice_and_bug_has_a_lesson() -> None:
    """Each is in one lesson, and no lesson names what does not exist."""
    practices = [practice for lesson in lessons() for practice in lesson.practices]
    of_bugs = [bug for lesson in lessons() for bug in lesson.bugs]
    of_probes = [probe for lesson in lessons() for probe in lesson.probes]

    assert sorted(practices) == sorted(all_practices())
    assert sorted(of_bugs) == sorted(bugs())
    assert len(set(of_probes)) == len(of_probes)
    assert set(of_probes) <= set(PROBES)


def test_a_probe_is_explained_by_its_own_lesson(capsys: pytest.CaptureFixture[str]) -> None:
    """Its first practice is about something else: the pages that end users see."""
    shown = " ".join(explained("repeats_no_refusals", capsys).split())

    assert "is refused again, however often it is repeated" in shown
    assert "@app.get" not in shown


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.id)
def test_the_code_of_a_lesson_is_code(lesson: Lesson) -> None:
    """Python parses it, and the wrong code differs from the right code."""
    for code in (lesson.python, lesson.javascript):
        assert code.wrong.strip() != code.right.strip()
        assert max(len(line) for line in (code.wrong + code.right).splitlines()) <= 120
    ast.parse(lesson.python.wrong)
    ast.parse(lesson.python.right)


@pytest.mark.parametrize("kind", TOPICS)
def test_the_first_name_of_each_kind_is_explained(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The first line names the kind."""
    name = sorted(TOPICS[kind][0]())[0]

    assert f"{name}: {kind}" in explained(name, capsys)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("webhooks.idempotant", "Did you mean 'webhooks.idempotent'?"),
        ("rows_of_somebody_else", "It is now called 'rows_of_other_end_user'."),
        ("zzzzzz", "`fiskil-harness list` shows the kinds of names"),
    ],
)
def test_an_unknown_name_is_refused(name: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 2, and the message has the most similar name, or the new one."""
    with pytest.raises(SystemExit) as ending:
        main(["explain", name])

    assert ending.value.code == 2
    assert hint in " ".join(capsys.readouterr().err.split())


def test_several_names_are_explained_in_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    """If one of them is unknown, none is explained."""
    with pytest.raises(SystemExit) as ending:
        main(["explain", "happy_path", "app.limits.ack_s"])
    shown = capsys.readouterr().out
    with pytest.raises(SystemExit) as refusal:
        main(["explain", "happy_path", "nothing"])

    assert (ending.value.code, refusal.value.code, capsys.readouterr().out) == (0, 2, "")
    assert shown.index("happy_path: a scenario") == 0 < shown.index("\n\napp.limits.ack_s: a key of the config")
