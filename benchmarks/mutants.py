"""The judge on trial by mutation: how many small faults put into its code do its unit tests find?

    python -m benchmarks.mutants --mutants 400 --seed 0

mutmut makes every mutant of the modules in ``[tool.mutmut]``; so many of them, drawn by the seed, are tried in a copy of the
checkout, each with the unit tests that reach its function. A survivor is a fault that no test sees; all are named. With
``--only`` those of one module are tried, every one.
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
"""Tried first, so that mutmut makes all mutants and learns which tests reach which function."""

SHOW = "import sys; from mutmut.__main__ import show; [(print('#', name), show.callback(name)) for name in sys.argv[1:]]"
"""What ``mutmut show`` prints, for many mutants in one process."""

SURVIVED, UNREACHED, UNTRIED = 0, 33, None
KILLED = {1, 3}
BATCH = 400


def run(folder: Path, *arguments: str) -> str:
    """Run Python in *folder*; what it printed."""
    environment = {**os.environ, "PYTHONPATH": "", "NO_COLOR": "1"}
    answer = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if answer.returncode:
        sys.exit(answer.stdout.replace("\r", "\n")[-3000:])
    return answer.stdout


def verdicts(folder: Path) -> dict[str, int | None]:
    """How the tests of each mutant ended, as exit codes; None was not tried."""
    found: dict[str, int | None] = {}
    for path in sorted((folder / "mutants").rglob("*.py.meta")):
        found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def chosen(names: Iterable[str], *, count: int, seed: int, only: str) -> list[str]:
    """The mutants to try: those of one module, or so many of all, the same for the same seed."""
    every = sorted(names)
    if only:
        return [name for name in every if module_of(name) == only]
    return sorted(random.Random(seed).sample(every, min(count, len(every))))


def module_of(name: str) -> str:
    """``fiskil_harness.probes.webhooks.applies_once`` of a mutant's name."""
    return name.partition(".x")[0]


def function_of(name: str) -> str:
    """``_attempts`` or ``AppliesOnce.examine`` of a mutant's name."""
    return re.sub(r"^x(?:ǁ|_)", "", name.rpartition(".")[2]).partition("__mutmut_")[0].replace("ǁ", ".")


def changes(folder: Path, names: list[str]) -> dict[str, list[str]]:
    """The lines that each mutant changed."""
    found: dict[str, list[str]] = {name: [] for name in names}
    name = ""
    for line in run(folder, "-c", SHOW, *names).splitlines():
        if line.startswith("# "):
            name = line[2:].partition(":")[0]
        elif line.startswith(("-", "+")) and not line.startswith(("---", "+++")):
            found[name].append(f"{line[0]} {line[1:].strip()}")
    return found


def report(folder: Path, tried: list[str], total: int) -> None:
    """Print the score and the survivors."""
    ends = verdicts(folder)
    groups: dict[str, list[str]] = {"killed": [], "survived": [], "reached by no test": [], "ended in another way": []}
    for name in tried:
        code = ends.get(name)
        if code == SURVIVED:
            groups["survived"].append(name)
        elif code in {UNREACHED, UNTRIED}:
            groups["reached by no test"].append(name)
        else:
            groups["killed" if code in KILLED else "ended in another way"].append(name)
    found = len(tried) - len(groups["survived"]) - len(groups["reached by no test"])
    survivors = groups["survived"] + groups["reached by no test"]
    for name, lines in changes(folder, survivors).items():
        print(f"\n{module_of(name)}: {function_of(name)}  ({name.rpartition('_')[2]})")
        print("\n".join(f"    {line[:150]}" for line in lines))
    print()
    for module, count in sorted(Counter(map(module_of, survivors)).items()):
        print(f"{count:>4} of {sum(module_of(text) == module for text in tried):>3} survived in {module}")
    told = ", ".join(f"{len(names)} {words}" for words, names in groups.items() if names)
    print(f"\nscore {found / len(tried):.1%}: of {total} mutants {len(tried)} were tried: {told}")


def main() -> int:
    """Make mutants, try some, print."""
    parser = argparse.ArgumentParser(description="Mutation testing of the judge, by a sample.")
    parser.add_argument("--mutants", type=int, default=400, help="how many to try [400]")
    parser.add_argument("--seed", type=int, default=0, help="which ones [0]")
    parser.add_argument("--only", default="", metavar="MODULE", help="every mutant of one module instead")
    parser.add_argument("--workers", type=int, default=2, help="processes [2]")
    asked = parser.parse_args()
    print(
        "modules:",
        ", ".join(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]["only_mutate"]),
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-mutants-") as name:
        folder = Path(name)
        for one in NEEDED:
            if (ROOT / one).is_dir():
                shutil.copytree(ROOT / one, folder / one, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
            else:
                shutil.copy(ROOT / one, folder / one)
        run(folder, "-m", "mutmut", "run", "--max-children", str(asked.workers), SMALLEST)
        names = verdicts(folder)
        tried = chosen(names, count=asked.mutants, seed=asked.seed, only=asked.only)
        if not tried:
            sys.exit(f"No mutants in {asked.only!r}; modules are {', '.join(sorted(set(map(module_of, names))))}.")
        for at in range(0, len(tried), BATCH):
            run(folder, "-m", "mutmut", "run", "--max-children", str(asked.workers), *tried[at : at + BATCH])
        report(folder, tried, len(names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
