"""The ``explain`` command: prints why a named thing matters, how it is tested, wrong and right code, and the source."""

from collections.abc import Callable, Iterator
from typing import get_args

import click

from fiskil_harness.cli import options
from fiskil_harness.core import renamed
from fiskil_harness.core.renamed import new_name
from fiskil_harness.errors import UsageError, nearest


def known_names(_context: click.Context, _parameter: click.Parameter, prefix: str) -> list[str]:
    """Return the names that begin with *prefix*, for the completion of a shell."""
    from fiskil_harness.cli.explanations import TOPICS

    return sorted({name for names, _ in TOPICS.values() for name in names() if name.startswith(prefix)})


@click.command(
    epilog=options.examples(
        "fiskil-harness explain webhooks.idempotent",
        "fiskil-harness explain check-then-insert",
        "fiskil-harness explain app.limits.ack_s app.limits.idle_s",
    )
)
@click.argument("names", metavar="NAME...", nargs=-1, required=True, shell_complete=known_names)
def explain_command(names: tuple[str, ...]) -> int:
    """Explain a practice, scenario, probe, fault, bug, hook, config key, clause, gallery app, or INCONCLUSIVE result.

    \f
    Raises:
        UsageError: Nothing has one of these names.
    """
    from fiskil_harness.cli.explanations import TOPICS
    from fiskil_harness.core.config import load_plugins

    load_plugins()
    found = {name: [(kind, explain) for kind, (known, explain) in TOPICS.items() if name in known()] for name in names}
    for name, meanings in found.items():
        if not meanings:
            raise UsageError(_unknown(name))
    texts = ["\n".join(_lines(kind, name, explain)) for name, meanings in found.items() for kind, explain in meanings]
    click.echo("\n\n".join(texts))
    return 0


def _lines(kind: str, name: str, explain: Callable[[str], Iterator[str]]) -> Iterator[str]:
    yield f"{name}: {kind}"
    yield from explain(name)


def _unknown(name: str) -> str:
    """Return the message about a name that nothing has: its new name, or the most similar one."""
    from fiskil_harness.cli.explanations import TOPICS

    now = next(filter(None, (new_name(kind, name) for kind in get_args(renamed.Kind) if kind != "removed")), "")
    near = nearest(name, {each for names, _ in TOPICS.values() for each in names()})
    hint = f" It is now called {now!r}." if now else f" Did you mean {near!r}?" if near else ""
    return f"Nothing is called {name!r}.{hint} `fiskil-harness list` shows the kinds of names, `list KIND` the names."
