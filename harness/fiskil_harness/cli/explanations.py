"""The explanations that ``explain`` prints: for each kind of name, the known names and the lines about one of them.

Every explanation has the same parts, as far as they exist: why it matters in production, how it is tested, wrong and right
code, and the source.
"""

import inspect
import textwrap
from collections.abc import Callable, Collection, Iterable, Iterator

from fiskil_harness.cli.config_keys import config_keys
from fiskil_harness.cli.explain_fault import entry_lines, fault_lines
from fiskil_harness.core import catalog
from fiskil_harness.core.clauses import clauses
from fiskil_harness.core.config.hooks import HOOKS
from fiskil_harness.faults import FAULTS
from fiskil_harness.faults.catalogue import entries, entries_of
from fiskil_harness.gate.hook_costs import hook_costs
from fiskil_harness.gate.inconclusive_causes import causes
from fiskil_harness.gate.lessons import lessons_about
from fiskil_harness.gate.receiver_bugs import bugs
from fiskil_harness.gate.report.bug_table import detected_by
from fiskil_harness.gate.report.text import WIDTH, command_lines, kind_text, wrapped
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.probes import PROBES, name_of
from fiskil_harness.probes.practices import Practice, all_practices
from fiskil_harness.scenario.kinds import cited, kind_of, names_in, source_of
from fiskil_harness.scenario.scenario import Scenario, load, load_all

INDENT, CODE = "  ", "    "
MOST_NAMES = 8
NETWORK = "edge.network-errors"
OF_FAMILY = {"tls": "server.https", "auth": "edge.token-expiry", "data": "data.changes-tolerated"}
"""The practice that an entry of the fault catalogue concerns, by the entry's family; ``NETWORK`` for other families."""
PAGE = "https://docs.fiskil.com/data-api/guides/resources/best-practices"


def explain_practice(name: str) -> Iterator[str]:
    """Yield the lines about a practice."""
    practice = all_practices()[name]
    yield from _text(f"{practice.title}.")
    yield from _why([name])
    yield "How it is tested"
    yield from _probes(practice.needed or practice.probes)
    if practice.measure == "flows":
        yield from _text("A run must exercise every event, ending, endpoint and kind of error that the app uses.")
    if practice.hooks:
        yield from _text(f"It needs {', '.join(practice.hooks)}.")
    if practice.stated_because:
        yield from _text(f"The config alone says {practice.stated_part}, because {practice.stated_because}.")
    yield from _scenarios(scenario for scenario in load_all() if name in scenario.practices)
    yield from _code([name])
    yield from _source([PAGE, *_sources_of(practice.needed)])


def explain_scenario(name: str) -> Iterator[str]:
    """Yield the lines about a scenario."""
    scenario = load(name)
    yield from _text(scenario.title)
    yield from _why(scenario.practices)
    yield from _text(f"Kind: {kind_text(kind_of(scenario), source_of(name))}.")
    yield "How it is tested"
    yield from _text(f"Steps: {'; '.join(scenario.step_texts)}.", later=4)
    yield from _probes(map(name_of, scenario.probes))
    yield from _text(f"The findings count for {', '.join(scenario.practices)}.")
    yield from _try([name])
    yield from _code(scenario.practices)
    yield from _source(filter(None, [source_of(name), *_sources_of(map(name_of, scenario.probes))]))


def explain_probe(name: str) -> Iterator[str]:
    """Yield the lines about a probe."""
    kind = PROBES[name]
    yield from _text(_summary(kind))
    practices = _practices_with(name)
    ids = [practice.id for practice in practices]
    yield from _why([name, *ids])
    yield "How it is tested"
    yield from _text(f"Expected: {kind.expected}.")
    if kind.needs or kind.observes:
        yield from _text(f"It needs {', '.join((*kind.needs, *kind.observes))}.")
    if kind.is_general:
        yield from _text("It examines every scenario; where a scenario does not name it, only a failure counts.")
    yield from _text(f"It counts for {', '.join(ids)}.")
    yield from _scenarios(scenario for scenario in load_all() if name in map(name_of, scenario.probes))
    yield "How to fix it"
    yield from _text(f"{kind.fix[:1].upper()}{kind.fix[1:]}.")
    yield from _code([name, *ids])
    yield from _source(_sources_of([name]))


def explain_fault(name: str) -> Iterator[str]:
    """Yield the lines about a fault."""
    scenarios = [scenario for scenario in load_all() if name in set(_all_names(scenario))]
    ids = [practice for scenario in scenarios for practice in scenario.practices]
    ids += [OF_FAMILY.get(entry.family, NETWORK) for entry in entries_of(name)]
    yield from list(fault_lines(name))[1:]
    yield from _why(ids)
    yield "How it is tested"
    yield from _scenarios(scenarios)
    if not scenarios:
        yield from _text("No scenario has it; the option --fault of `serve` and `relay` causes it.")
    yield from _code(ids)
    rows = [f"fixtures/faults.toml: {', '.join(entry.id for entry in entries_of(name))}"] if entries_of(name) else []
    yield from _source([*rows, *(source_of(scenario.name) for scenario in scenarios[:1])])


def explain_entry(name: str) -> Iterator[str]:
    """Yield the lines about an entry of the fault catalogue."""
    yield from list(entry_lines(name))[1:]
    yield from _source([f"fixtures/faults.toml: {name}"])


def explain_bug(name: str) -> Iterator[str]:
    """Yield the lines about a known bug of receivers."""
    bug = bugs()[name]
    yield from _text(f"Bug {bug.row}: the receiver {bug.title}.")
    yield from _why([name])
    yield "How it is tested"
    yield from _text(f"{detected_by(bug)}.")
    if bug.witness:
        yield from _try(list(dict.fromkeys(witness.scenario for witness in bug.witness)))
    yield "How to fix it"
    yield from _text(f"{bug.fix[:1].upper()}{bug.fix[1:]}.")
    yield from _code([name])
    yield from _source(_sources_of(witness.probe for witness in bug.witness))


def explain_key(name: str) -> Iterator[str]:
    """Yield the lines about a key of the config, and about the hook, if it is one."""
    key = config_keys()[name]
    yield from _text(key.about)
    if name in HOOKS:
        yield from _text(f"The hook {HOOKS[name]}.")
    needing = {hook for kind in PROBES.values() for hook in (*kind.needs, *kind.observes)}
    if name in HOOKS or name in needing:
        practices = hook_costs(load_all(), [name])[name]
        yield "Why it matters"
        cost = f"Without it these practices cannot be proven: {', '.join(practices)}." if practices else ""
        yield from _text(cost or "Every practice can be proven without it; it is for apps with this feature.")
        yield "How it is tested"
        if name in HOOKS:
            yield from _text("`fiskil-harness doctor` tries it, and reports what it returned.")
        yield from _scenarios(scenario for scenario in load_all() if name in scenario.needs)
    if key.default:
        yield from _text(f"Default: {key.default}.")
    cause = causes().get(name)
    example = key.example or (cause.line if cause else "")
    if example:
        yield "Right"
        table = name.rpartition(".")[0]
        header = [] if example.startswith("[") or not table else [f"[{table}]"]
        yield from (CODE + line for line in [*header, example])
    yield from _source(["fixtures/config_keys.toml; `fiskil-harness init` writes a config with every key"])


def explain_clause(name: str) -> Iterator[str]:
    """Yield the lines about a clause of the contract."""
    clause = clauses()[name]
    yield from _text(f"{clause.sentence} ({clause.status})")
    if clause.is_switch:
        choices = " | ".join(f"{each} (default)" if each == clause.default else each for each in clause.interpretations)
        yield from _text(f"Interpretations: {choices}. In doubt because {clause.why}.")
    yield from _source([clause.source])


def explain_cause(name: str) -> Iterator[str]:
    """Yield the lines about a cause of INCONCLUSIVE results."""
    cause = causes()[name]
    yield from _text(f"INCONCLUSIVE, because {cause.title}.")
    yield "How to fix it"
    yield from _text(cause.remedy)
    if cause.line:
        yield from (CODE + line for line in (cause.table, cause.line))
    yield from _source(["docs/inconclusive.md"])


def explain_app(name: str) -> Iterator[str]:
    """Yield the lines about an app of the gallery."""
    app = gallery.app(name)
    yield from _text(f"{app.title}.")
    yield from _why([*app.bugs, *app.violates])
    yield "How it is tested"
    if app.violates:
        yield from _text(f"The app violates {', '.join(app.violates)}, found by {', '.join(app.probes)}.")
    else:
        yield from _text("The app violates no practice.")
    yield from _command(f"run {' '.join(app.scenarios[:1] or ('happy_path',))} --gallery {name}")


Explain = Callable[[str], Iterator[str]]

TOPICS: dict[str, tuple[Callable[[], Collection[str]], Explain]] = {
    "a practice": (all_practices, explain_practice),
    "a scenario": (lambda: [*catalog.scenario_names(), *catalog.opt_in_names()], explain_scenario),
    "a probe": (lambda: PROBES, explain_probe),
    "a fault": (lambda: FAULTS, explain_fault),
    "an entry of the fault catalogue": (entries, explain_entry),
    "a known bug of webhook receivers": (bugs, explain_bug),
    "a key of the config": (config_keys, explain_key),
    "a clause of the contract": (clauses, explain_clause),
    "an app of the gallery": (gallery.apps, explain_app),
    "a cause of INCONCLUSIVE results": (lambda: [name for name in causes() if name not in config_keys()], explain_cause),
}
"""Each kind of name, with the names and the function that explains one."""


def _why(ids: Iterable[str]) -> Iterator[str]:
    """Yield why the first of *ids*, practices, bugs and probes, matters in production."""
    for lesson in lessons_about(ids)[:1]:
        yield "Why it matters"
        yield from _text(lesson.why)


def _code(ids: Iterable[str]) -> Iterator[str]:
    """Yield wrong and right code for the first of *ids*, practices, bugs and probes."""
    for lesson in lessons_about(ids)[:1]:
        for language, code in (("Python", lesson.python), ("JavaScript", lesson.javascript)):
            for word, text in (("wrong", code.wrong), ("right", code.right)):
                yield f"{language}, {word}"
                yield from textwrap.indent(text.strip("\n"), CODE).splitlines()


def _probes(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield from _text(f"{name}: {_summary(PROBES[name])}", later=4)


def _scenarios(scenarios: Iterable[Scenario]) -> Iterator[str]:
    names = [scenario.name for scenario in scenarios]
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    if names:
        yield from _text(f"Scenarios: {', '.join(names[:MOST_NAMES])}{more}.", later=4)
        yield from _try(names)


def _try(names: Collection[str]) -> Iterator[str]:
    """Yield commands: the first of the scenarios *names* on the reader's app, and one that catches a flawed app."""
    yield from _command(f"run {next(iter(names))}")
    for app in gallery.apps().values():
        caught = next((name for name in names if name in app.scenarios), "")
        if caught and app.collection == "flawed":
            yield from _command(f"run {caught} --gallery {app.name}")
            return


def _command(arguments: str) -> Iterator[str]:
    yield from command_lines("$", f"fiskil-harness {arguments}", WIDTH, indent=CODE)


def _source(sources: Iterable[str]) -> Iterator[str]:
    yield "Source"
    for source in dict.fromkeys(sources):
        yield from _text(source, later=4)


def _sources_of(probes: Iterable[str]) -> list[str]:
    """Return the sources of what these probes expect: clauses with their pages, and the page of practices."""
    sources = [source.strip() for name in probes for source in PROBES[name].source.split(", ")]
    return [PAGE if source.startswith("practices:") else cited(source) for source in sources if source]


def _practices_with(probe: str) -> list[Practice]:
    """Return the practices that the probe counts for; those that need it come first."""
    counted = [practice for practice in all_practices().values() if probe in practice.probes]
    return sorted(counted, key=lambda practice: probe not in practice.needed)


def _all_names(scenario: Scenario) -> Iterator[str]:
    return (name for step in scenario.steps for name in names_in(step))


def _summary(kind: type) -> str:
    return " ".join(inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0].replace("``", "").split())


def _text(text: str, *, first: int = len(INDENT), later: int = len(INDENT)) -> Iterator[str]:
    yield from wrapped(text, WIDTH, first_indent=" " * first, later_indent=" " * later)
