"""Prints a seeded sample of the texts of this project, for a person who marks those that are hard to understand.

python -m tools.samples             60 docstrings, 40 messages and findings, 20 scenario titles, 20 paragraphs of pages
python -m tools.samples --seed 7    another sample
"""

import argparse
import ast
import random
import re
from collections.abc import Iterator
from pathlib import Path

from tools.layout import PACKAGE, ROOT

COUNTS = {"docstrings": 60, "messages and findings": 40, "scenario titles": 20, "paragraphs of pages": 20}
TEXT_CALLS = frozenset({"fails", "passes", "inconclusive"})
"""Methods of a probe whose first argument is the text of a finding."""

TEXT_FIELDS = frozenset({"expected", "fix"})
LEAST_WORDS = 4
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def docstrings() -> list[str]:
    """Return each docstring of the package with its place."""
    return [
        f"{_place(path, node)}\n{text}"
        for path, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and (text := ast.get_docstring(node))
    ]


def messages() -> list[str]:
    """Return each text of an error, a finding, an expectation or a fix, with its place; ``{...}`` replaces each value."""
    return [
        f"{_place(path, node)}\n{text}"
        for path, tree in _trees()
        for node, text in _texts(tree)
        if len(text.split()) >= LEAST_WORDS
    ]


def titles() -> list[str]:
    """Return the title of each scenario, with its name."""
    paths = sorted((ROOT / "scenarios").rglob("*.py"))
    return [f"{path.stem}\n{ast.get_docstring(ast.parse(path.read_text(encoding='utf-8')))}" for path in paths]


def paragraphs() -> list[str]:
    """Return the paragraphs and list entries of README and docs/, without code and tables."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    text = "\n\n".join(re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL) for page in pages)
    blocks = re.split(r"\n\s*\n|\n(?=[-*] )", text)
    return [
        block.strip()
        for block in blocks
        if len(block.split()) > LEAST_WORDS and not block.lstrip().startswith(("#", "|", "!"))
    ]


def _trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def _place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(PACKAGE)}:{getattr(node, 'lineno', 1)}"


def _texts(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            yield node, _literal(node.exc.args[0])
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in TEXT_CALLS
            and node.args
        ):
            yield node, _literal(node.args[0])
        elif (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and node.target.id in TEXT_FIELDS
            and node.value
        ):
            yield node, _literal(node.value)


def _literal(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_literal(value) if isinstance(value, ast.Constant) else "{...}" for value in node.values)
    return ""


def main() -> None:
    """Print the numbered sample, by kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    randomness = random.Random(parser.parse_args().seed)
    kinds = {
        "docstrings": docstrings,
        "messages and findings": messages,
        "scenario titles": titles,
        "paragraphs of pages": paragraphs,
    }
    for kind, texts in kinds.items():
        all_texts = texts()
        print(f"==== {kind}: {COUNTS[kind]} of {len(all_texts)}\n")
        for number, text in enumerate(randomness.sample(all_texts, min(COUNTS[kind], len(all_texts))), 1):
            print(f"{number}. {text}\n")


if __name__ == "__main__":
    main()
