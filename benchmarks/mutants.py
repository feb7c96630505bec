"""Mutation tests of the code that judges: how many small changes of it do its unit tests detect?

    python -m benchmarks.mutants --mutants 400 --seed 0

mutmut makes every mutant of the modules in ``[tool.mutmut]``. A sample of them, selected by the seed, is tested in a copy of
the checkout, each with the unit tests that reach its function. A survivor is a mutant that no test detects; all are listed.
``--only`` tests every mutant of one module.
"""

import argparse
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
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ("harness", "fixtures", "scenarios", "examples", "tests", "conftest.py", "pyproject.toml", "README.md")
SMALLEST = "fiskil_harness.webhooks.fiskil_signature.*"
"""Tested first, so that mutmut makes all mutants and learns which tests reach which function."""

SHOW = "import sys; from mutmut.__main__ import show; [(print('#', name), show.callback(name)) for name in sys.argv[1:]]"
"""Prints the output of ``mutmut show`` for many mutants in one process."""

SURVIVED, UNREACHED, UNTESTED = 0, 33, None
KILLED = {1, 3}
BATCH = 400


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


def report(folder: Path, tried: list[str], total: int) -> None:
    """Print the score and the survivors."""
    codes = verdicts(folder)
    groups: dict[str, list[str]] = {"killed": [], "survived": [], "reached by no test": [], "ended in another way": []}
    for name in tried:
        code = codes.get(name)
        if code == SURVIVED:
            groups["survived"].append(name)
        elif code in {UNREACHED, UNTESTED}:
            groups["reached by no test"].append(name)
        else:
            groups["killed" if code in KILLED else "ended in another way"].append(name)
    detected = len(tried) - len(groups["survived"]) - len(groups["reached by no test"])
    survivors = groups["survived"] + groups["reached by no test"]
    for name, lines in changes(folder, survivors).items():
        print(f"\n{module_of(name)}: {function_of(name)}  ({name.rpartition('_')[2]})")
        print("\n".join(f"    {line[:150]}" for line in lines))
    print()
    for module, count in sorted(Counter(map(module_of, survivors)).items()):
        print(f"{count:>4} of {sum(module_of(name) == module for name in tried):>3} survived in {module}")
    counts = ", ".join(f"{len(names)} {label}" for label, names in groups.items() if names)
    print(f"\nscore {detected / len(tried):.1%}: of {total} mutants {len(tried)} were tested: {counts}")


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
            if (ROOT / needed).is_dir():
                shutil.copytree(ROOT / needed, folder / needed, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
            else:
                shutil.copy(ROOT / needed, folder / needed)
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
