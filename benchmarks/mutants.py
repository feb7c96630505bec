"""Mutation tests of the code that judges: how many small changes of it do its unit tests detect?

    python -m benchmarks.mutants --mutants 400 --seed 0

mutmut makes every mutant of the modules in ``[tool.mutmut]``. A sample of them, selected by the seed, is tested in a copy of
the checkout, each with the unit tests that reach its function. A survivor is a mutant that no test detects; all are listed.
``--only`` tests every mutant of one module.

A mutant that changes only what a finding says, and never its verdict, counts separately.
"""

import argparse
import ast
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACES = {"harness": "src"}
"""Where a folder is copied to, if not to its own name; see ``[tool.mutmut]``."""
NEEDED = ("harness", "fixtures", "scenarios", "examples", "tests", "conftest.py", "pyproject.toml", "README.md")
SMALLEST = "fiskil_harness.webhooks.fiskil_signature.*"
"""Tested first, so that mutmut makes all mutants and learns which tests reach which function."""

SHOW = "import sys; from mutmut.__main__ import show; [(print('#', name), show.callback(name)) for name in sys.argv[1:]]"
"""Prints the output of ``mutmut show`` for many mutants in one process."""

SURVIVED, UNREACHED, UNTESTED = 0, 33, None
KILLED = {1, 3}
BATCH = 400
_WORDS, _WORD = re.compile(r"[A-Za-z]{2,} [A-Za-z]"), re.compile(r" [A-Za-z]|[A-Za-z] ")
"""Two words in a string; one word beside a space in a formatted string."""
RESULTS = {"passes", "fails", "inconclusive"}
"""The methods of a probe that return a finding; the first argument is its text."""
TEXTS = {"observed", "evidence", "advice", "stated"}
"""Their arguments that contain nothing but text."""


def run(folder: Path, *arguments: str) -> str:
    """Run Python in *folder* and return its output."""
    environment = {**os.environ, "PYTHONPATH": "", "NO_COLOR": "1"}
    completed = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if completed.returncode:
        sys.exit(completed.stdout.replace("\r", "\n")[-3000:])
    return completed.stdout


def verdicts(folder: Path) -> dict[str, int | None]:
    """Return the exit code of the tests for each mutant; None if it was not tested."""
    codes: dict[str, int | None] = {}
    for path in sorted((folder / "mutants").rglob("*.py.meta")):
        codes |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return codes


def chosen(names: Iterable[str], *, count: int, seed: int, only: str) -> list[str]:
    """Return the mutants to test: those of one module, or *count* of all, the same for the same seed."""
    all_names = sorted(names)
    if only:
        return [name for name in all_names if module_of(name) == only]
    return sorted(random.Random(seed).sample(all_names, min(count, len(all_names))))


def module_of(name: str) -> str:
    """Return the module of a mutant's name, such as ``fiskil_harness.probes.webhooks.applies_once``."""
    return name.partition(".x")[0]


def function_of(name: str) -> str:
    """Return the function of a mutant's name, such as ``_attempts`` or ``AppliesOnce.examine``."""
    return re.sub(r"^x(?:ǁ|_)", "", name.rpartition(".")[2]).partition("__mutmut_")[0].replace("ǁ", ".")


def changes(folder: Path, names: list[str]) -> dict[str, list[str]]:
    """Return the lines that each mutant changes."""
    changed: dict[str, list[str]] = {name: [] for name in names}
    name = ""
    for line in run(folder, "-c", SHOW, *names).splitlines():
        if line.startswith("# "):
            name = line[2:].partition(":")[0]
        elif line.startswith(("-", "+")) and not line.startswith(("---", "+++")):
            changed[name].append(f"{line[0]} {line[1:].strip()}")
    return changed


def texts_among(folder: Path, names: Iterable[str]) -> set[str]:
    """Return the mutants that change only the text of a finding."""
    functions: dict[Path, dict[str, ast.AST]] = {}
    texts: set[str] = set()
    for name in names:
        path = folder / "mutants" / "src" / Path(*module_of(name).split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if path not in functions:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            functions[path] = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        own_name = name.rpartition(".")[2]
        original = functions[path][f"{own_name.partition('__mutmut_')[0]}__mutmut_orig"]
        if all(map(is_text, differences(original, functions[path][own_name]))):
            texts.add(name)
    return texts


def differences(original: object, mutant: object) -> Iterator[object]:
    """Yield each part of *original* that is another one in *mutant*, except for the texts that a finding is made with."""
    if isinstance(original, ast.JoinedStr) or type(original) is not type(mutant):
        if not isinstance(original, ast.AST) or not isinstance(mutant, ast.AST) or ast.dump(original) != ast.dump(mutant):
            yield original
    elif isinstance(original, ast.Call) and getattr(original.func, "attr", "") in RESULTS:
        yield from differences(_logic(original), _logic(mutant))
    elif isinstance(original, ast.AST):
        fields = [field for field in original._fields if not (field == "name" and isinstance(original, ast.FunctionDef))]
        for field in fields:
            yield from differences(getattr(original, field), getattr(mutant, field))
    elif isinstance(original, list) and isinstance(mutant, list) and len(original) == len(mutant):
        for part, other in zip(original, mutant, strict=True):
            yield from differences(part, other)
    elif original != mutant:
        yield original


def _logic(call: object) -> list[object]:
    """Return the parts of a call of ``RESULTS`` that are no text."""
    if not isinstance(call, ast.Call):
        return []
    others = sorted((word for word in call.keywords if word.arg not in TEXTS), key=lambda word: word.arg or "")
    texts = call.args[:1] if not any(isinstance(argument, ast.Starred) for argument in call.args) else []
    return [call.func, *call.args[len(texts) :], *others]


def is_text(part: object) -> bool:
    """Return whether *part* of a function is text for people: a string with two words, or a formatted one with a word."""
    if isinstance(part, ast.JoinedStr):
        constants = [str(value.value) for value in part.values if isinstance(value, ast.Constant)]
        return any(_WORD.search(constant) for constant in constants)
    value = part.value if isinstance(part, ast.Constant) else part
    return isinstance(value, str) and _WORDS.search(value) is not None


def report(folder: Path, tried: list[str], total: int) -> None:
    """Print the survivors, and the score of the mutants of verdicts and of those of texts."""
    codes = verdicts(folder)
    survivors = [name for name in tried if codes.get(name) in {SURVIVED, UNREACHED, UNTESTED}]
    texts = texts_among(folder, tried)
    for name, lines in changes(folder, survivors).items():
        label = ", text" if name in texts else ""
        print(f"\n{module_of(name)}: {function_of(name)}  ({name.rpartition('_')[2]}{label})")
        print("\n".join(f"    {line[:150]}" for line in lines))
    print()
    for module, count in sorted(Counter(map(module_of, survivors)).items()):
        print(f"{count:>4} of {sum(module_of(name) == module for name in tried):>3} survived in {module}")
    others = Counter(codes.get(name) for name in tried if codes.get(name) not in {SURVIVED, UNREACHED, UNTESTED, *KILLED})
    print(f"\nOf {total} mutants {len(tried)} were tested. Tests ended in another way: {others.total()}.")
    for label, group in (("of verdicts", set(tried) - texts), ("of texts alone", texts)):
        lost = group & set(survivors)
        score = f"{1 - len(lost) / len(group):.1%}" if group else "unknown"
        unreached = sum(codes.get(name) != SURVIVED for name in lost)
        print(f"mutants {label}: {len(group)}, {len(lost)} survived ({unreached} are reached by no test), score {score}")


def main() -> int:
    """Make mutants, test a sample, and print the results."""
    parser = argparse.ArgumentParser(description="Mutation tests of the code that judges, by a sample.")
    parser.add_argument("--mutants", type=int, default=400, help="how many to test [400]")
    parser.add_argument("--seed", type=int, default=0, help="which ones [0]")
    parser.add_argument("--only", default="", metavar="MODULE", help="every mutant of one module instead")
    parser.add_argument("--workers", type=int, default=2, help="processes [2]")
    options = parser.parse_args()
    print(
        "modules:",
        ", ".join(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]["only_mutate"]),
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-mutants-") as name:
        folder = Path(name)
        for needed in NEEDED:
            place = folder / PLACES.get(needed, needed)
            if (ROOT / needed).is_dir():
                shutil.copytree(ROOT / needed, place, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
            else:
                shutil.copy(ROOT / needed, place)
        run(folder, "-m", "mutmut", "run", "--max-children", str(options.workers), SMALLEST)
        names = verdicts(folder)
        tried = chosen(names, count=options.mutants, seed=options.seed, only=options.only)
        if not tried:
            sys.exit(f"No mutants in {options.only!r}; modules are {', '.join(sorted(set(map(module_of, names))))}.")
        for at in range(0, len(tried), BATCH):
            run(folder, "-m", "mutmut", "run", "--max-children", str(options.workers), *tried[at : at + BATCH])
        report(folder, tried, len(names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
