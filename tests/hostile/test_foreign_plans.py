"""Plans from other people: their texts never become code in a written test, and hidden characters are refused."""

import ast
import subprocess
from pathlib import Path

import msgspec
import pytest

from fiskil_harness.core.config.schema import Settings
from fiskil_harness.core.printable import has_unprintable
from fiskil_harness.errors import PlanError
from fiskil_harness.journal import Delivery, HookCall, Journal
from fiskil_harness.probes import AppliesOnce, Finding, Verdict
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.pytest_export import Export, export
from fiskil_harness.scenario.generation.scenario_export import as_python, export_scenario
from fiskil_harness.scenario.scenario import Scenario, dump_plan, read_plan
from fiskil_harness.webhooks.fiskil_signature import HEADER
from tests.hostile import corpus

SECRET = "YSBrZXkgdGhhdCBub2JvZHkgZWxzZSBoYXM="


def exported(text: str) -> Export:
    """Export a plan in which every text is *text*."""
    settings = msgspec.convert({"app": {"webhook": {"path": f"/{text}"}}}, Settings)
    plan = Scenario(practices=(), name=text, title=text, steps=(steps.FailNext(at="midway"),), probes=(AppliesOnce(),))
    body = msgspec.json.encode({"message_id": text, "data": {"end_user_id": text, "consent_id": text}})
    journal = Journal()
    journal.write(HookCall(hook="fail", participant="", status=204))
    for body_text in (body, text.encode("utf-8", "replace")):
        journal.write(
            Delivery(
                event=text,
                participant=text,
                message_id=text,
                attempt=1,
                kind="forged",
                body=body_text,
                headers=((HEADER, text), ("X-Any", text)),
            )
        )
    finding = Finding(probe="applies_once", verdict=Verdict.FAIL, observed=text)
    return export(plan, journal, [finding], settings=settings, secret=SECRET, plan=text, seed=3)


@pytest.mark.parametrize("text", corpus.ALL, ids=ascii)
def test_the_written_test_is_valid_and_quotes_every_text(text: str) -> None:
    """The file has one docstring, with the text; no statement comes from the plan."""
    written, plain = (ast.parse(exported(content).test) for content in (text, "plain"))

    assert [type(node) for node in written.body] == [type(node) for node in plain.body]


@pytest.mark.parametrize("text", corpus.SHELL, ids=ascii)
def test_the_written_shell_script_runs_no_text(text: str, tmp_path: Path) -> None:
    """The script runs with a curl that does nothing, and no file appears."""
    (tmp_path / "curl").write_text("#!/bin/sh\n")
    (tmp_path / "curl").chmod(0o700)
    (tmp_path / "it.sh").write_text(exported(text).shell)
    environment = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "RECEIVER_URL": "http://127.0.0.1:1/",
        "FISKIL_WEBHOOK_SECRET": SECRET,
    }

    done = subprocess.run(["bash", "it.sh"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "TAKEN").exists()


@pytest.mark.parametrize("text", corpus.SHELL, ids=ascii)
def test_a_signature_is_computed_without_running_the_text_around_it(text: str, tmp_path: Path) -> None:
    """The header contains the text, unchanged, and the signature."""
    from fiskil_harness.scenario.generation.pytest_export import SIGN, _curl_lines

    (tmp_path / "curl").write_text('#!/bin/bash\nprintf "%s\\n" "$@"\n')
    (tmp_path / "curl").chmod(0o700)
    sent = {"body": b"{}", "headers": [(HEADER, f"{text}@right@{text}")], "method": "POST"}
    (tmp_path / "it.sh").write_text("\n".join([SIGN, *_curl_lines(sent, {})]))
    environment = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "RECEIVER_URL": "http://127.0.0.1:1/",
        "FISKIL_WEBHOOK_SECRET": SECRET,
    }

    done = subprocess.run(["bash", "it.sh"], cwd=tmp_path, env=environment, capture_output=True, check=False)

    assert done.returncode == 0, done.stderr
    assert text.encode() in done.stdout
    assert not (tmp_path / "TAKEN").exists()


@pytest.mark.parametrize("text", corpus.ALL, ids=ascii)
def test_a_life_plan_is_exported_as_valid_python(text: str) -> None:
    """Title, names and arguments are strings; nothing else comes from the plan."""
    finding = Finding(probe="applies_once", verdict=Verdict.FAIL, observed=text)
    plan = Scenario(practices=(), name=text, steps=(steps.Restart(),), probes=(AppliesOnce(),))

    code = ast.parse(export_scenario(plan, [finding], plan=text, seed=1, file=text))

    assert [type(node) for node in code.body] == [ast.Expr, ast.ImportFrom, ast.Assign, ast.FunctionDef]
    assert ast.literal_eval(as_python(text)) == text


@pytest.mark.parametrize("text", [text for text in corpus.ALL if has_unprintable(text)], ids=ascii)
@pytest.mark.parametrize("field", ["name", "title", "twin"])
def test_control_characters_are_refused_where_a_plan_is_read(field: str, text: str, tmp_path: Path) -> None:
    """The message shows the text with escapes."""
    twin = text if field == "twin" else ""
    names = {field: text} if field != "twin" else {}
    plan = Scenario(practices=(), steps=(steps.Connect(twin=twin),), probes=(AppliesOnce(),), **names)  # type: ignore[arg-type]
    (tmp_path / "plan.json").write_text(dump_plan(plan, seed=1))

    with pytest.raises(PlanError, match="have no control characters") as error:
        read_plan(tmp_path / "plan.json")

    assert not has_unprintable(str(error.value))
