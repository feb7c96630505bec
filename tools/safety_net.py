"""Records the verdicts on many apps, to show that a change of names and places changes no verdict.

    python -m tools.safety_net record before.json
    python -m tools.safety_net record after.json --like before.json
    python -m tools.safety_net compare before.json after.json

A record contains the whole gate on one correct app of each base, each app of the gallery under its scenarios, and
`webhooks` on three running receivers. Texts are omitted, because they may change. `renamed.toml` translates the names of an
earlier record.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fiskil_harness.core.config import Settings
from fiskil_harness.gate.judgement import Judgement
from fiskil_harness.gate.practice_status import Status
from fiskil_harness.gate.selftest import gallery, matrix
from fiskil_harness.scenario.scenario import Scenario, load

ROOT = Path(__file__).parents[1]
RENAMED = Path(__file__).parents[1] / "fixtures" / "renamed.toml"
WEIGHTS = ("PASS", "INCONCLUSIVE", "FAIL")
RECEIVERS = ("stdlib_receiver", "starlette_receiver", "node_receiver")
SECRET = "c2FmZXR5LW5ldC1zaWduaW5nLXNlY3JldC0wMDAwMQ=="
"""An invented signing secret for the three receivers."""

DEVIATIONS = {"not_tried": "lacks", "overlooked": "overlooked", "false_alarms": "false_alarms", "inconclusive": "doubts"}
"""Fields of a selftest result, with their labels in a record; the labels stay, so that old records can be compared."""

Record = dict[str, Any]


def main() -> int:
    """Record, or compare two records; return 1 if they differ, otherwise 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    recording = commands.add_parser("record")
    recording.add_argument("file", type=Path)
    recording.add_argument("--like", type=Path, help="an earlier record; each app runs the scenarios recorded there")
    recording.add_argument("--workers", type=int, default=4)
    recording.add_argument("--only", choices=("gates", "gallery", "webhooks"))
    recording.add_argument("--app", action="append", default=[], help="only this gallery app; may be repeated")
    comparing = commands.add_parser("compare")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    options = parser.parse_args()
    if options.command == "compare":
        return compare(_read(options.before), _read(options.after))
    like = translated(_read(options.like)) if options.like else None
    record(options.file, like=like, workers=options.workers, only=options.only, apps=options.app)
    return 0


def record(path: Path, *, like: Record | None, workers: int, only: str | None, apps: Iterable[str]) -> None:
    """Record the verdicts into the file at *path*, and write each section as soon as it is complete.

    Args:
        like: An earlier record; each app runs the scenarios recorded there.
        workers: Number of gallery apps that run at once.
        only: "gates", "gallery" or "webhooks"; None records all three.
        apps: Names of gallery apps to record; empty records all.
    """
    sections: Record = {}
    if only in (None, "gallery"):
        sections["gallery"] = _gallery(like["gallery"] if like else {}, workers=workers, apps=list(apps))
        _write(path, sections)
    if only in (None, "webhooks"):
        sections["webhooks"] = {name: _webhooks(name) for name in RECEIVERS}
        _write(path, sections)
    if only in (None, "gates"):
        sections["gates"] = {}
        for name in like["gates"] if like else gated():
            sections["gates"][name] = _gate(name)
            _write(path, sections)


def gated() -> list[str]:
    """Return the names of the first correct gallery app of each base, sorted."""
    by_base = {entry.base: entry.name for entry in reversed(list(gallery.apps().values())) if entry.collection == "correct"}
    return sorted(by_base.values())


def compare(before: Record, after: Record) -> int:
    """Print each difference between two records; return 0 if there is none, otherwise 1."""
    differences = list(_differences(translated(before), after, ""))
    for line in differences:
        print(line)
    print(f"{len(differences)} differences.")
    return 1 if differences else 0


def translated(earlier: Record) -> Record:
    """Return *earlier* with the present names instead of those that `renamed.toml` lists."""
    names = (
        {old: new for table in tomllib.loads(RENAMED.read_text()).values() for old, new in table.items()}
        if RENAMED.exists()
        else {}
    )

    def translate(node: Any) -> Any:
        if isinstance(node, dict):
            return {names.get(key, key): translate(value) for key, value in node.items()}
        if isinstance(node, list):
            return [translate(child) for child in node]
        return names.get(node, node) if isinstance(node, str) else node

    record_with_new_names: Record = translate(earlier)
    return record_with_new_names


def _gallery(like: Mapping[str, Any], *, workers: int, apps: list[str]) -> Record:
    entries = [entry for entry in gallery.apps().values() if not apps or entry.name in apps]
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-safety-") as folder, ThreadPoolExecutor(workers) as pool:

        def play(entry: gallery.GalleryApp) -> Record:
            earlier = like.get(entry.name)
            scenarios = _again(entry, earlier["scenarios"]) if earlier else matrix.scenarios_for(entry)
            started = time.monotonic()
            judgements: list[Judgement] = []

            def judge() -> Judgement:
                judgements.append(matrix.play(entry, scenarios, seed=0, today=_today(), folder=Path(folder) / entry.name))
                return judgements[0]

            result = matrix.evaluate(entry, judge)
            print(f"{time.monotonic() - started:6.1f} s  {entry.name}  {_deviations(result)}", flush=True)
            return (
                {"said": _deviations(result), **_judgement(judgements[0])} if judgements else {"said": _deviations(result)}
            )

        return dict(zip([entry.name for entry in entries], pool.map(play, entries), strict=True))


def _again(entry: gallery.GalleryApp, names: Iterable[str]) -> list[Scenario]:
    """Return the scenarios *names* in the order of a selftest: first those that the app's entry lists."""
    return [load(name) for name in sorted(names, key=lambda name: (name not in entry.scenarios, name))]


def _deviations(result: matrix.SelftestResult) -> str:
    labels = [label for field, label in DEVIATIONS.items() if getattr(result, field)]
    return ", ".join(labels) or "right"


def _judgement(judgement: Judgement) -> Record:
    return {
        "violated": sorted(status.practice for status in judgement.with_status(Status.VIOLATED)),
        "proven": sorted(status.practice for status in judgement.with_status(Status.PROVEN)),
        "bugs": sorted(bug.bug for bug in judgement.bugs if str(bug.verdict) == "FAIL"),
        "scenarios": {
            outcome.scenario: _heaviest((finding.probe, str(finding.verdict)) for finding in outcome.findings)
            for outcome in judgement.scenarios
        },
    }


def _today() -> Any:
    from fiskil_harness.core.clock import real_now

    return real_now().date()


def _gate(name: str) -> Record:
    started = time.monotonic()
    gate_record = _report("gate", "--gallery", name)
    print(f"{time.monotonic() - started:6.1f} s  gate {name}  {gate_record['decision']}", flush=True)
    return gate_record


def _webhooks(name: str) -> Record:
    entry = gallery.app(name)
    settings = gallery.settings(entry)
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-safety-") as workdir:
        port = _free_port()
        values = {
            "port": str(port),
            "workdir": workdir,
            "webhook_secret": SECRET,
            "webhook_source_ips": "127.0.0.1",
            "python": sys.executable,
        }
        process = subprocess.Popen(
            [_filled(word, values) for word in (settings.app.command or "").split()],
            cwd=settings.folder,
            env={**os.environ, **{key: _filled(value, values) for key, value in settings.app.env.items()}},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port)
            started = time.monotonic()
            webhooks_record = _report(*_webhook_options(settings, port))
        finally:
            process.terminate()
            process.wait()
    print(f"{time.monotonic() - started:6.1f} s  webhooks {name}", flush=True)
    return webhooks_record


def _webhook_options(settings: Settings, port: int) -> list[str]:
    observed = settings.app.observe.effects
    effects = observed if isinstance(observed, str) else getattr(observed, "request", "")
    events = [option for kind in settings.app.facts.uses_events or () for option in ("--uses-events", kind)]
    url = f"http://127.0.0.1:{port}{settings.app.webhook.path}"
    return ["webhooks", url, "--secret-env", "SAFETY_NET_SECRET", "--effects", str(effects), *events]


def _report(*command: str) -> Record:
    with tempfile.TemporaryDirectory(prefix="fiskil-harness-safety-") as folder:
        path = Path(folder) / "report.json"
        done = subprocess.run(
            [Path(sys.executable).with_name("fiskil-harness"), *command, "--json", path],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, "SAFETY_NET_SECRET": SECRET},
        )
        if not path.exists():
            raise SystemExit(f"{command}: {done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        report = json.loads(path.read_text())["result"]
    statuses = report.get("standings", report.get("statuses"))
    return {
        "exit": done.returncode,
        "decision": report["decision"],
        "standings": {status["practice"]: status.get("standing", status.get("status")) for status in statuses},
        "bugs": {bug["bug"]: bug["verdict"] for bug in report["bugs"]},
        "scenarios": {
            scenario["scenario"]: _heaviest((finding["probe"], finding["verdict"]) for finding in scenario["findings"])
            for scenario in report["scenarios"]
        },
    }


def _heaviest(findings: Iterable[tuple[str, str]]) -> dict[str, str]:
    heaviest: dict[str, str] = {}
    for probe, verdict in findings:
        heaviest[probe] = max(heaviest.get(probe, "PASS"), verdict, key=WEIGHTS.index)
    return heaviest


def _differences(before: Any, after: Any, place: str) -> Iterable[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _differences(before.get(key), after.get(key), f"{place}/{key}")
    elif isinstance(before, list) and isinstance(after, list):
        if sorted(before) != sorted(after):
            yield f"{place}: only before {sorted(set(before) - set(after))}, only after {sorted(set(after) - set(before))}"
    elif before != after:
        yield f"{place}: {before} -> {after}"


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    import socket

    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise


def _read(path: Path) -> Record:
    contents: Record = json.loads(path.read_text())
    return contents


def _write(path: Path, record: Record) -> None:
    path.write_text(json.dumps(record, indent=1, sort_keys=False) + "\n")


if __name__ == "__main__":
    sys.exit(main())
