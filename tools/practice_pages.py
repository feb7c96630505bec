"""Generates ``docs/practices/``: one page for each practice, and an index.

``python -m tools.practice_pages docs/practices`` writes the pages; a test fails if they are not current.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from fiskil_harness.core.clauses import clauses
from fiskil_harness.core.config.hooks import HOOKS
from fiskil_harness.gate.lessons import lessons_about
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.probes import PROBES
from fiskil_harness.probes.practices import Practice, all_practices
from fiskil_harness.scenario.scenario import Scenario, load_all

SOURCE = "https://docs.fiskil.com/data-api/guides/resources/best-practices"
MOST = 8
"""The longest list of names that is shown in full."""

HEAD = """# The 49 practices

Generated from the practices, probes, scenarios, lessons and gallery by `make docs`. A test fails if a page is not current.

Fiskil publishes [49 best practices]({source}). Each has a page: why it matters, how the harness tries it,
what fails it, and right and wrong code in Python and JavaScript.
`fiskil-harness explain PRACTICE` shows the same.
"""


def pages() -> dict[str, str]:
    """Return the text of every page by file name."""
    scenarios = load_all()
    texts = {f"{practice.id}.md": _page(practice, scenarios) for practice in all_practices().values()}
    return {"index.md": _index(), **texts}


def _index() -> str:
    lines = [HEAD.format(source=SOURCE)]
    for section, practices in groupby(all_practices().values(), key=lambda practice: practice.section):
        lines += [f"## {section}", ""]
        lines += [f"- [{practice.title}]({practice.id}.md) (`{practice.id}`)" for practice in practices]
        lines.append("")
    return "\n".join(lines)


def _page(practice: Practice, scenarios: Iterable[Scenario]) -> str:
    [lesson] = lessons_about([practice.id])[:1]
    names = [scenario.name for scenario in scenarios if practice.id in scenario.practices]
    return "\n".join(
        [
            f"# {practice.title}",
            "",
            f"- `{practice.id}`, in the section *{practice.section}* of [Fiskil's best practices]({SOURCE})",
            "",
            "## Why it matters",
            "",
            lesson.why,
            "",
            "## How it is tried",
            "",
            *_trial(practice),
            *_commands(names),
            "",
            "## What fails it",
            "",
            *_failures(practice),
            "",
            "## Right and wrong code",
            "",
            *_code("Python", "python", lesson.python.wrong, lesson.python.right),
            *_code("JavaScript", "js", lesson.javascript.wrong, lesson.javascript.right),
            "## Source",
            "",
            *_sources(practice),
            "",
        ]
    )


def _trial(practice: Practice) -> Iterator[str]:
    """Yield the probes that must pass, the hooks, and what no experiment can try."""
    for name in practice.needed or practice.probes:
        yield f"- `{name}`: {_summary(PROBES[name])}"
    if practice.measure == "flows":
        yield "- A run must exercise every event, ending, endpoint and kind of error that the app uses."
    if practice.needs_every_route:
        yield "- Each route that the app uses must have met each kind of fault."
    yield ""
    if practice.hooks:
        yield f"It needs {', '.join(f'`{hook}`' for hook in practice.hooks)}."
        yield ""
        yield from (f"- `{hook}` {HOOKS[hook]}" for hook in practice.hooks if hook in HOOKS)
        yield ""
    if practice.stated_because:
        yield f"The config alone says {practice.stated_part}, because {practice.stated_because}."
        yield ""
    if practice.single:
        yield f"One experiment is enough: {practice.single}."
        yield ""


def _commands(names: list[str]) -> Iterator[str]:
    if not names:
        return
    yield f"Scenarios: {_some(names)} ([all scenarios](../scenarios.md))."
    yield ""
    yield "```console"
    yield f"$ fiskil-harness run {names[0]}"
    for app in gallery.apps().values():
        caught = next((name for name in names if name in app.scenarios), "")
        if caught and app.collection == "flawed":
            yield f"$ fiskil-harness run {caught} --gallery {app.name}    # a flawed app"
            break
    yield "```"


def _failures(practice: Practice) -> Iterator[str]:
    """Yield what each probe expects and how to fix an app that fails it, and flawed apps of the gallery."""
    for name in practice.probes:
        fix = PROBES[name].fix
        yield f"- `{name}` expects {PROBES[name].expected}. To fix: {fix}."
    flawed = [app for app in gallery.apps().values() if app.collection == "flawed" and practice.id in app.violates]
    if flawed:
        yield ""
        yield "Flawed apps of the gallery that violate it:"
        yield ""
        yield from (f"- `{app.name}`: {app.title}" for app in flawed[:MOST])
        if len(flawed) > MOST:
            yield f"- and {len(flawed) - MOST} more (`fiskil-harness list gallery`)"


def _code(language: str, fence: str, wrong: str, right: str) -> Iterator[str]:
    for word, text in (("right", right), ("wrong", wrong)):
        tag = "jsx" if fence == "js" and ("</" in text or "/>" in text) else fence
        yield from (f"{language}, {word}:", "", f"```{tag}", text.strip("\n"), "```", "")


def _sources(practice: Practice) -> Iterator[str]:
    yield f"- [Fiskil's best practices]({SOURCE})"
    sources = [source.strip() for name in practice.needed for source in PROBES[name].source.split(", ")]
    for source in dict.fromkeys(sources):
        if source in clauses():
            clause = clauses()[source]
            yield f"- `{source}`: {clause.sentence} {_linked(clause.source)}"


def _linked(source: str) -> str:
    """Return *source* with its addresses as links."""
    return re.sub(r"https?://[^\s,;)]+", lambda address: f"<{address[0]}>", source)


def _summary(kind: type) -> str:
    return " ".join((kind.__doc__ or "").strip().partition("\n\n")[0].replace("``", "`").split())


def _some(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:MOST])
    return f"{shown} and {len(names) - MOST} more" if len(names) > MOST else shown


def write(folder: Path) -> None:
    """Write every page to *folder*, and remove the pages of practices that no longer exist."""
    texts = pages()
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.md"):
        if old.name not in texts:
            old.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    import sys

    write(Path(sys.argv[1]))
