"""Excerpts show the app's own calls in a stack trace, and count those in libraries."""

import pytest

from fiskil_harness.probes.evidence.printed import Printed, Tail, printed_in

PYTHON = """\
Traceback (most recent call last):
  File "/srv/.venv/lib/python3.11/site-packages/starlette/routing.py", line 66, in app
    response = await func(request)
  File "/srv/.venv/lib/python3.11/site-packages/starlette/routing.py", line 67, in run
    return await task()
  File "/srv/shop/sync.py", line 78, in sync
    row["posting_date_time"]
  File "/usr/lib/python3.11/json/decoder.py", line 5, in decode
    raise KeyError(name)
KeyError: 'posting_date_time'
"""
NODE = """\
TypeError: page.transactions is not iterable
    at load (/srv/server.js:50:26)
    at Layer.handle (/srv/node_modules/express/lib/router/layer.js:95:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at /srv/server.js:41:3
"""
JAVA = """\
java.lang.IllegalStateException: No match found
    at java.base/java.util.regex.Matcher.group(Matcher.java:644)
    at Receiver.lambda$main$0(Receiver.java:41)
    at jdk.httpserver/com.sun.net.httpserver.Filter$Chain.doFilter(Filter.java:95)
"""
OF_LIBRARIES = """\
Traceback (most recent call last):
  File "/usr/lib/python3.11/threading.py", line 975, in run
    self._target()
TypeError: no target
"""


def excerpt_of(text: str) -> Printed:
    """Return the excerpt of an output with this text."""
    return printed_in("happy_path", {"output": Tail(text=text.encode(), size=len(text))})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            PYTHON,
            (
                "Traceback (most recent call last):",
                "  ... 2 calls in libraries ...",
                '  File "/srv/shop/sync.py", line 78, in sync',
                '    row["posting_date_time"]',
                "  ... 1 call in libraries ...",
                "KeyError: 'posting_date_time'",
            ),
        ),
        (
            NODE,
            (
                "TypeError: page.transactions is not iterable",
                "    at load (/srv/server.js:50:26)",
                "    ... 2 calls in libraries ...",
                "    at /srv/server.js:41:3",
            ),
        ),
        (
            JAVA,
            (
                "java.lang.IllegalStateException: No match found",
                "    ... 1 call in libraries ...",
                "    at Receiver.lambda$main$0(Receiver.java:41)",
                "    ... 1 call in libraries ...",
            ),
        ),
        (OF_LIBRARIES, tuple(OF_LIBRARIES.splitlines())),
    ],
)
def test_calls_in_libraries_are_counted(text: str, shown: tuple[str, ...]) -> None:
    """The reader finds the app's own line at once. A trace without such a line is shown as it is."""
    assert excerpt_of(text).traceback == shown
