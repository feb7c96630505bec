"""The ``list`` command: lists scenarios, people, faults and other named things without running anything."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from fiskil_harness.cli import options
from fiskil_harness.cli.json_reports import write
from fiskil_harness.core.config.hooks import HOOKS
from fiskil_harness.errors import UnknownName

if TYPE_CHECKING:
    from pathlib import Path


class Row(Struct, frozen=True, kw_only=True):
    """A name and its description."""

    name: str
    about: str


def _scenarios() -> Iterable[Row]:
    from fiskil_harness.scenario.scenario import load_all

    for scenario in load_all():
        yield Row(name=scenario.name, about=f"{scenario.title} [{', '.join(scenario.practices)}]")


def _hosted() -> Iterable[Row]:
    from fiskil_harness.runner.hosted.eligibility import scenarios

    for scenario in scenarios().values():
        yield Row(name=scenario.name, about=f"{scenario.title} [{', '.join(scenario.practices)}]")


def _people() -> Iterable[Row]:
    from fiskil_harness.core.catalog import people
    from fiskil_harness.sandbox.consents.magic_people import expected_outcome, grouped

    for members in grouped(people().values()).values():
        for member in members:
            yield Row(
                name=member.name,
                about=f"{member.email}: {expected_outcome(member)}. {member.why[0].upper()}{member.why[1:]}.",
            )


def _codes() -> Iterable[Row]:
    from fiskil_harness.sandbox.consents.journey_rules import MAGIC_CODES

    for code, about in MAGIC_CODES.items():
        yield Row(name=code, about=f"{about}, whatever the page shows")


def _institutions() -> Iterable[Row]:
    from fiskil_harness.core.catalog import institutions

    for institution_id, institution in institutions().items():
        yield Row(name=institution_id, about=institution.name)


def _faults() -> Iterable[Row]:
    from fiskil_harness.faults import FAULTS
    from fiskil_harness.faults.text import usage

    for row in _documented(FAULTS):
        kind = FAULTS[row.name]
        about = f"{_signature(kind)}: {row.about} Usage: {usage(row.name)} [{', '.join(kind.ids)}]"
        yield Row(name=row.name, about=about)


def _steps() -> Iterable[Row]:
    from fiskil_harness.scenario.steps import STEPS

    return _documented(STEPS)


def _probes() -> Iterable[Row]:
    from fiskil_harness.probes import PROBES

    return _documented(PROBES)


def _schemes() -> Iterable[Row]:
    from fiskil_harness.core.config.webhook_format import PRESETS

    for name, dialect in PRESETS.items():
        scheme = dialect.scheme
        yield Row(name=name, about=f"{scheme.header}: {scheme.prefix}{scheme.algorithm} of {scheme.signs}, {scheme.digest}")


def _practices() -> Iterable[Row]:
    from fiskil_harness.probes.practices import all_practices

    for practice in all_practices().values():
        needed = ", ".join(practice.needed) or (
            "what a run exercises" if practice.measure else "no experiment in this version"
        )
        yield Row(name=practice.id, about=f"{practice.title} [{needed}]")


def _proofs() -> Iterable[Row]:
    from fiskil_harness.gate.report.strength_text import summary
    from fiskil_harness.gate.strength import possible_strengths
    from fiskil_harness.scenario.scenario import load_all

    for strength in possible_strengths(load_all()):
        yield Row(name=strength.practice, about=summary(strength))


def _stated() -> Iterable[Row]:
    from fiskil_harness.probes.practices import all_practices

    for practice in all_practices().values():
        if practice.stated_because:
            yield Row(name=practice.id, about=f"{practice.stated_part}: {practice.stated_because}")


def _bugs() -> Iterable[Row]:
    from fiskil_harness.gate.receiver_bugs import bugs
    from fiskil_harness.gate.report.bug_table import detected_by

    for bug in bugs().values():
        yield Row(name=f"{bug.row:>2} {bug.id}", about=f"{bug.title} [{detected_by(bug)}]")


def _hooks() -> Iterable[Row]:
    for name, about in HOOKS.items():
        yield Row(name=name, about=about)


def _routes() -> Iterable[Row]:
    from fiskil_harness.sandbox.api.routes import ROUTES

    for route in ROUTES:
        yield Row(name=route.name, about=f"{route.method} {route.path}")


def _interpretations() -> Iterable[Row]:
    from fiskil_harness.core.clauses import switches

    for switch in switches().values():
        choices = " | ".join(
            f"{choice} (default)" if choice == switch.default else choice for choice in switch.interpretations
        )
        yield Row(name=switch.id, about=f"{choices}: {switch.sentence} In doubt because {switch.why}.")


def _gallery() -> Iterable[Row]:
    from fiskil_harness.gate.receiver_bugs import bug
    from fiskil_harness.gate.selftest.gallery import apps

    for name, app in apps().items():
        flaws = [*app.violates, *(f"bug {bug(bug_id).row} {bug_id}" for bug_id in app.bugs)]
        yield Row(name=name, about=f"{app.title} [{', '.join(flaws) or app.collection}]")


KINDS: dict[str, tuple[str, Callable[[], Iterable[Row]]]] = {
    "scenarios": ("situations to run by name", _scenarios),
    "hosted": ("situations for --api hosted, against Fiskil's own API", _hosted),
    "people": ("magic addresses for the log-in, and the result of each", _people),
    "codes": ("magic one-time codes", _codes),
    "institutions": ("banks and energy retailers of the sandbox", _institutions),
    "faults": ("what can break between app and API", _faults),
    "routes": ("routes of the API, where faults can act", _routes),
    "steps": ("actions and events of a scenario", _steps),
    "probes": ("questions about the app's behaviour", _probes),
    "schemes": ("signature schemes of webhook senders", _schemes),
    "practices": ("Fiskil's 49 best practices, and what proves them", _practices),
    "proofs": ("the experiments behind each practice", _proofs),
    "stated": ("practices of which only the config says a part, and why", _stated),
    "bugs": ("known bugs of webhook receivers, and their probes", _bugs),
    "interpretations": ("doubtful clauses of the contract, and their choices", _interpretations),
    "gallery": ("apps with one flaw or none, for trying out the gate", _gallery),
    "hooks": ("connections between the harness and the app", _hooks),
}


@click.command(
    epilog=options.examples(
        "fiskil-harness list",
        "fiskil-harness list scenarios",
        "fiskil-harness list faults reset_peer",
        "fiskil-harness list faults --json -",
    )
)
@click.argument("kind", metavar="[KIND]", required=False, shell_complete=lambda *_: list(KINDS))
@click.argument("name", metavar="[NAME]", required=False)
@options.json_file
def list_command(kind: str | None, name: str | None, json_path: "Path | None") -> int:
    """List everything of one KIND, or the kinds. With a NAME, show only that entry; for a fault, show every detail.

    \f
    Raises:
        UnknownName: There is no such kind, or the kind has no entry of that name.
    """
    from fiskil_harness.core.config import load_plugins

    load_plugins()
    if kind is not None and kind not in KINDS:
        raise UnknownName("kind", kind, KINDS)
    rows = (
        list(KINDS[kind][1]())
        if kind
        else [Row(name=name, about=f"{about} ({len(list(rows_of()))})") for name, (about, rows_of) in KINDS.items()]
    )
    if kind is not None:
        rows = [_with_origin(row, kind) for row in rows]
    if kind == "faults" and name is not None and name.isupper():
        from fiskil_harness.cli.explain_fault import entry_lines
        from fiskil_harness.faults.catalogue import entries

        if name in entries():
            lines = list(entry_lines(name))
            write([Row(name=name, about=" ".join(map(str.strip, lines[1:])))], json_path)
            if json_path is None:
                click.echo("\n".join(lines))
            return 0
    if name is not None:
        rows = _named(name, rows, str(kind))
    if json_path is not None:
        write(rows, json_path)
    elif kind == "faults" and name is not None:
        from fiskil_harness.cli.explain_fault import fault_lines

        click.echo("\n".join(fault_lines(name)))
    else:
        _print(rows)
    return 0


def _with_origin(row: Row, kind: str) -> Row:
    """Return *row* with the plugin that registered its name, if one did."""
    from fiskil_harness.core.plugins import origin_of

    plugin = origin_of("person" if kind == "people" else kind.removesuffix("s"), row.name)
    return Row(name=row.name, about=f"{row.about} (plugin {plugin})") if plugin else row


def _named(name: str, rows: list[Row], kind: str) -> list[Row]:
    named = [row for row in rows if name in row.name.split()]
    if not named:
        raise UnknownName(kind.removesuffix("s"), name, [row.name for row in rows])
    return named


def _print(rows: list[Row]) -> None:
    from fiskil_harness.gate.report.text import wrapped

    width = min(max((len(row.name) for row in rows), default=0) + 2, 34)
    for row in rows:
        if len(row.name) >= width:
            click.echo(row.name)
        name = row.name if len(row.name) < width else ""
        for line in wrapped(row.about, 80, first_indent=f"{name:<{width}}", later_indent=" " * width):
            click.echo(line.rstrip())


def _documented(kinds: Mapping[str, type]) -> Iterable[Row]:
    for name, kind in sorted(kinds.items()):
        first = (kind.__doc__ or "").strip().partition("\n\n")[0]
        yield Row(name=name, about=" ".join(first.replace("``", "").split()))


def _signature(kind: type) -> str:
    """Return the class name with its parameters and defaults, such as ``ResetPeer(after_bytes=0)``."""
    import msgspec

    fields = msgspec.structs.fields(kind)
    parameters = [field.name if field.required else f"{field.name}={field.default!r}" for field in fields]
    return f"{kind.__name__}({', '.join(parameters)})"
