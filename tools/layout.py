"""Measures the layout: packages, imports between them, layers, names, docstrings and lines of code.

python -m tools.layout                    this checkout
python -m tools.layout --source PATH      another source tree: a package or a folder of modules
"""

import argparse
import ast
import io
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "harness" / "fiskil_harness"
PACKAGES = 14
ROOT_MODULES = frozenset({"__init__", "__main__", "errors"})
DATA = "_data"
"""The folder of a wheel that contains fixtures, scenarios, gallery and examples."""

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Layout(Struct, frozen=True, kw_only=True):
    """The measured numbers.

    ``raising`` counts public functions that contain a ``raise``, except of AssertionError. ``without_raises`` are those of
    them whose docstring has no ``Raises:`` section.
    """

    loose_modules: tuple[str, ...]
    packages: tuple[str, ...]
    arrows: frozenset[tuple[str, str]]
    layers: int
    comprehension_variables: int
    called_one: int
    raising: int
    without_raises: tuple[str, ...]
    lines_by_package: dict[str, int]

    @property
    def lines(self) -> int:
        """Lines of code in all packages together."""
        return sum(self.lines_by_package.values())


def measure(source: Path = PACKAGE) -> Layout:
    """Measure the package at *source*.

    Raises:
        SyntaxError: A module is not valid Python.
    """
    paths = sorted(path for path in source.rglob("*.py") if DATA not in path.parts)
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    targets = [name for tree in trees.values() for name in _comprehension_variables(tree)]
    raising = [function for path, tree in trees.items() for function in _raising(tree, path.relative_to(source))]
    lines: dict[str, int] = {}
    for path in paths:
        package = path.relative_to(source).parts[0]
        lines[package] = lines.get(package, 0) + lines_of_code(path.read_text(encoding="utf-8"))
    return Layout(
        loose_modules=tuple(path.stem for path in source.glob("*.py") if path.stem not in ROOT_MODULES),
        packages=tuple(sorted(path.parent.name for path in source.glob("*/__init__.py"))),
        arrows=frozenset(arrow for path, tree in trees.items() for arrow in _arrows(tree, path, source)),
        layers=_layers(),
        comprehension_variables=len(targets),
        called_one=targets.count("one"),
        raising=len(raising),
        without_raises=tuple(name for name, has_section in raising if not has_section),
        lines_by_package=lines,
    )


def lines_of_code(text: str) -> int:
    """Return how many lines of *text* contain code, not only a docstring, a comment or nothing."""
    docstrings: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else ():
            if (
                isinstance(statement, ast.Expr)
                and isinstance(statement.value, ast.Constant)
                and isinstance(statement.value.value, str)
            ):
                docstrings |= set(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in skipped:
            code |= set(range(token.start[0], token.end[0] + 1))
    return len(code - docstrings)


def _comprehension_variables(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        for generator in node.generators if isinstance(node, COMPREHENSIONS) else ():
            yield from (name.id for name in ast.walk(generator.target) if isinstance(name, ast.Name))


def _raising(tree: ast.AST, place: Path) -> Iterator[tuple[str, bool]]:
    """Yield each public function that contains a ``raise``, and True if its docstring has a ``Raises:`` section.

    A function inside another is not public.
    """
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, FUNCTIONS):
            yield from _raising(node, place)
        elif not node.name.startswith("_") and any(_raises_itself(node)):
            yield f"{place}:{node.lineno} {node.name}", "Raises:" in (ast.get_docstring(node) or "")


def _raises_itself(function: ast.AST) -> Iterator[bool]:
    """Yield True for each ``raise`` with an error in *function*, ignoring nested functions and re-raised errors."""
    for node in ast.iter_child_nodes(function):
        if isinstance(node, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            continue
        if isinstance(node, ast.Raise) and node.exc is not None:
            yield not _is_unreachable(node)
        yield from _raises_itself(node)


def _is_unreachable(node: ast.Raise) -> bool:
    names = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    return bool(names & {"AssertionError", "NotImplementedError"})


def _arrows(tree: ast.AST, path: Path, source: Path) -> Iterator[tuple[str, str]]:
    """Yield the imports of other packages by the module at *path*, as pairs of package names."""
    place, root = path.relative_to(source), source.name
    importer = place.parts[0] if len(place.parts) > 1 else ""
    for node in ast.walk(tree):
        for name in _imported(node):
            parts = name.split(".")
            if importer and parts[0] == root and len(parts) > 1 and parts[1] not in ROOT_MODULES and parts[1] != importer:
                yield importer, parts[1]


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def _layers() -> int:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return sum(len(contract["layers"]) for contract in contracts if contract["type"] == "layers")


def main() -> None:
    """Print the numbers, one per line, and then the lines of code by package."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, default=PACKAGE)
    layout = measure(parser.parse_args().source)
    rows = [
        ("loose modules in the package's root", f"{len(layout.loose_modules)}", "0"),
        ("packages", f"{len(layout.packages)}", f"{PACKAGES}"),
        ("import arrows between packages", f"{len(layout.arrows)}", "<= 75"),
        ("layer rows", f"{layout.layers}", "9"),
        ("comprehension variables called `one`", f"{layout.called_one} of {layout.comprehension_variables}", "0"),
        ("public functions that raise, without Raises", f"{len(layout.without_raises)} of {layout.raising}", "0"),
        ("lines of code", f"{layout.lines}", ""),
    ]
    for label, number, goal in rows:
        print(f"{label:<46}{number:>12}   {goal}")
    print("docstrings to be read twice: python -m tools.samples prints the sample that a person reads")
    print()
    for package, lines in sorted(layout.lines_by_package.items(), key=lambda row: -row[1]):
        print(f"{package:<46}{lines:>12}")
    for name in layout.without_raises:
        print(f"without Raises: {name}")


if __name__ == "__main__":
    main()
