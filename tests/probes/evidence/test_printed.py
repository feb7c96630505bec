import json
import re

import pytest

from fiskil_harness.probes.evidence import Printed, Tail, printed_in
from fiskil_harness.probes.evidence.printed import MOST_COLUMNS, MOST_LINES, MOST_TRACEBACK_LINES

PYTHON = """\
INFO started
Traceback (most recent call last):
  File "/srv/shop/sync.py", line 7, in sync
    total += row["id"]
             ~~~^^^^^^
KeyError: 'id'
INFO done
"""
CHAINED = """\
Traceback (most recent call last):
  File "a.py", line 1, in f
ValueError: first

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "a.py", line 3, in g
shop.errors.SyncFailed: second
after
"""
NODE = """\
listening
TypeError: Cannot read properties of undefined (reading 'amount')
    at Worker.sync (/srv/shop/sync.js:12:76)
    at async Worker.run (/srv/shop/worker.js:64:18) {
  code: 'X'
}
done
"""
JAVA = """\
Exception in thread "main" java.lang.IllegalStateException: no rows
\tat shop.Sync.run(Sync.java:12)
Caused by: java.io.IOException: closed
\tat shop.Net.read(Net.java:3)
"""
GO = """\
panic: runtime error: index out of range [3]

goroutine 1 [running]:
main.sync(...)
\t/srv/shop/main.go:12
"""
RUBY = """\
sync.rb:3:in `fetch': key not found: "id" (KeyError)
\tfrom sync.rb:9:in `sync'
"""


def printed(text: str | bytes, *, size: int | None = None, exit_codes: tuple[int, ...] = ()) -> Printed:
    raw = text.encode() if isinstance(text, str) else text
    return printed_in("x", {"output": Tail(text=raw, size=len(raw) if size is None else size)}, exit_codes=exit_codes)


@pytest.mark.parametrize(
    ("text", "exception", "first", "last"),
    [
        (PYTHON, "KeyError: 'id'", "Traceback (most recent call last):", "KeyError: 'id'"),
        (CHAINED, "shop.errors.SyncFailed: second", "Traceback (most recent call last):", "shop.errors.SyncFailed: second"),
        (NODE, "TypeError: Cannot read properties of undefined (reading 'amount')", "TypeError: ", "worker.js:64:18) {"),
        (JAVA, "Caused by: java.io.IOException: closed", "Exception in thread", "at shop.Net.read(Net.java:3)"),
        (GO, "panic: runtime error: index out of range [3]", "panic: ", "/srv/shop/main.go:12"),
        (RUBY, 'sync.rb:3:in `fetch\': key not found: "id" (KeyError)', "sync.rb:3", "from sync.rb:9:in `sync'"),
    ],
    ids=["python", "chained", "node", "java", "go", "ruby"],
)
def test_the_stack_trace_is_found(text: str, exception: str, first: str, last: str) -> None:
    excerpt = printed(text)
    assert excerpt.exception == exception
    assert excerpt.traceback[0].startswith(first)
    assert last in excerpt.traceback[-1]


def test_the_last_lines_name_a_stack_trace_without_repeating_it() -> None:
    assert printed(PYTHON).last_lines == ("INFO started", "KeyError: 'id'  [stack trace]", "INFO done")
    assert not any(re.fullmatch(r"\s*[~^]+", line) for line in printed(PYTHON).traceback)


def test_the_queries_of_the_harness_are_left_out() -> None:
    """Lines of an access log about the effects hook would fill the excerpt; one that reports an error stays."""
    query = '"GET /effects?end_user_id=eu_1 HTTP/1.1"'
    text = "\n".join(["work", f"{query} 200 OK", f"{query} 500", '"POST /hooks HTTP/1.1" 200 OK'])

    tail = Tail(text=text.encode(), size=len(text))

    assert printed_in("x", {"output": tail}, polled=["GET /effects"]).last_lines == (
        "work",
        f"{query} 500",
        '"POST /hooks HTTP/1.1" 200 OK',
    )


def test_a_stack_trace_inside_a_json_record_is_found() -> None:
    record = json.dumps({"level": "error", "exc_info": PYTHON})
    excerpt = printed(f"{record}\n")
    assert excerpt.exception == "KeyError: 'id'"
    assert excerpt.last_lines == ("KeyError: 'id'  [stack trace]",)


def test_the_last_of_several_stack_traces_is_shown() -> None:
    assert printed(PYTHON + NODE).exception.startswith("TypeError")


def test_equal_exceptions_have_equal_frames_whatever_their_message_names() -> None:
    assert printed(NODE).frames == printed(NODE.replace("amount", "total")).frames != ()


def test_an_output_without_a_stack_trace_has_only_last_lines() -> None:
    excerpt = printed("".join(f"line {number}\n" for number in range(100)))
    assert (excerpt.exception, excerpt.traceback) == ("", ())
    assert excerpt.last_lines == tuple(f"line {number}" for number in range(100 - MOST_LINES, 100))


def test_colours_and_control_characters_are_removed() -> None:
    assert printed("\x1b[31mred\x1b[0m\x07 text\x1b]0;title\x07\r\n").last_lines == ("red text",)


def test_long_lines_and_long_stack_traces_are_bounded() -> None:
    frames = "".join(f'  File "a.py", line {number}, in f\n' for number in range(500))
    excerpt = printed(f"Traceback (most recent call last):\n{frames}ValueError: {'x' * 5000}\n")
    assert len(excerpt.traceback) == MOST_TRACEBACK_LINES + 1
    assert max(map(len, (*excerpt.traceback, *excerpt.last_lines, excerpt.exception))) <= MOST_COLUMNS + 20


def test_binary_data_is_one_note() -> None:
    excerpt = printed(bytes(range(256)) * 100)
    assert excerpt.notes == ("output: 25.6 kB of binary data, which are not shown",)
    assert excerpt.last_lines == ()


def test_a_gigabyte_is_one_note_and_its_last_lines() -> None:
    excerpt = printed("cut line\nlast line\n", size=1_000_000_000)
    assert excerpt.notes == ("output: 1.0 GB, of which only the last 19 bytes were read",)
    assert excerpt.last_lines == ("last line",)


def test_an_app_that_dies_silently_is_one_note() -> None:
    assert printed("", exit_codes=(3,)).notes == ("the app exited with code 3 during this scenario, and printed nothing",)
    assert printed("bye\n", exit_codes=(-9,)).notes == ("the app was killed by signal 9 during this scenario",)


def test_each_of_several_outputs_is_named() -> None:
    tails = {"output": Tail(text=b"a\n", size=2), "app.log": Tail(text=b"b\n", size=2), "empty.log": Tail(text=b"", size=0)}
    assert printed_in("x", tails).last_lines == ("[output]", "a", "[app.log]", "b")
