"""The builder writes what a scenario would record, so that a probe can be tested without an app."""

import re

from fiskil_harness.journal import Delivery, Effects, EventCreated, Exchange, Output, SecretFound, UsedEvents
from fiskil_harness.journal.builder import END_USER, JournalBuilder
from fiskil_harness.probes import KeepsSecretsOutOfLogs, Verdict
from tests.paths import ROOT

TOKEN = "k3V9pQ7xTz2LmN8r"


def test_the_example_of_its_documentation_is_right() -> None:
    """It asserts that a message which was delivered and applied twice is a FAIL."""
    (example,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs" / "journals.md").read_text(), re.DOTALL | re.MULTILINE)

    exec(example, {})  # noqa: S102 - our own documentation

    assert example.count("assert ") == 1


def test_a_built_journal_was_searched_for_secrets() -> None:
    """So probes of leaks examine it as they examine the journal of a run."""
    builder = JournalBuilder()
    builder.canaries(access_token=TOKEN)
    builder.call("token", token=TOKEN)
    builder.output(f"got {TOKEN}".encode())

    journal = builder.build()

    assert [hit.description for hit in journal.all(SecretFound)] == ["the access token"]
    assert KeepsSecretsOutOfLogs().examine(journal).verdict is Verdict.FAIL


def test_each_observation_takes_a_moment() -> None:
    """Entries have increasing times, and the step in which they happen."""
    builder = JournalBuilder(uses=("*",))
    builder.call("banking.accounts")
    builder.next_step()
    builder.deliver("a.e1", took_s=2)
    builder.wait(3)
    builder.effects({"rows": []}, participant="a")

    journal = builder.build()

    timed = [entry for entry in journal if entry.at_s]
    assert [type(entry) for entry in timed] == [Exchange, EventCreated, Delivery, Effects]
    assert [round(entry.at_s, 2) for entry in timed] == [1.0, 1.05, 1.1, 6.15]
    assert [entry.step for entry in timed] == [-1, 0, 0, 0]
    assert journal.all(UsedEvents) == [UsedEvents(patterns=("*",))]
    assert journal.all(EventCreated)[0].is_subscribed


def test_a_call_beside_other_work_leaves_the_clock() -> None:
    """It begins when the caller says, and its times are those of its entry."""
    builder = JournalBuilder()
    call = builder.call("banking.accounts", took_s=4, after_s=0.5)

    assert (call.at_s, call.ended_s, builder.now_s) == (1.5, 5.5, 1.0)
    assert (call.end_user_id, call.query) == (END_USER, f"end_user_id={END_USER}")


def test_ids_are_shown_by_their_symbols() -> None:
    """As in a run: the app knows ids, and reports show symbols."""
    builder = JournalBuilder()
    builder.deliver("a.e0")
    builder.forge("unsigned")
    builder.effects(applied={"a.e0": 1, "unknown": 2})

    journal = builder.build()

    assert journal.names == {
        "m-a.e0": "a.e0",
        "eu-a": "end_user",
        "consent-a": "consent",
        "forged-id-unsigned": "forged:unsigned",
    }
    assert journal.all(Effects)[0].applied == {"m-a.e0": 1, "unknown": 2}


def test_an_entry_without_a_method_is_written_as_it_is() -> None:
    """Every class of entries can be used."""
    builder = JournalBuilder()

    written = builder.write(Output(place="app.log", text=b"ready", at_s=7))

    assert builder.build().all(Output) == [written]
