"""The part of the app's output that explains the findings of a scenario: an exception and the last lines.

An excerpt of the output contains ids and times of one run, so no verdict depends on it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

MOST_LINES = 20
"""The number of last lines that an excerpt contains."""
MOST_TRACEBACK_LINES = 40
MOST_COLUMNS = 400
MOST_UNREADABLE = 0.1
"""The share of characters that are not text, above which an output is binary data."""

_PYTHON = re.compile(r"^[\s|+-]*(?:Exception Group )?Traceback \(most recent call last\):")
_CHAINED = re.compile(
    r"^[\s|]*(?:During handling of the above exception|The above exception was the direct cause)|^[\s|]*$", re.IGNORECASE
)
_FRAME = re.compile(r"^\s+(?:at |from |\.\.\. \d+ more)|^Caused by: |^\S+\.rb:\d+:in |^#\d+ ")
"""A line of a stack trace of JavaScript, Java, C#, Ruby, Go or PHP."""
_GO_FRAME = re.compile(r"^goroutine \d+ \[|^\s+\S+\.go:\d+")
"""A line that follows the name of a function in a stack trace of Go, or the empty line after the message."""
_CALL = re.compile(r'^(?P<indent>\s+)(?:File "|at |from |#\d+ )')
"""The first line of one call in a stack trace. In Python its source follows, indented deeper."""
_LIBRARY = re.compile(
    r"/(?:site-packages|dist-packages|node_modules|gems|vendor)/|/lib/python\d[\d.]*/|\bnode:"
    r"|^\s+at (?:[\w.]+/)?(?:java|javax|jdk|sun|com\.sun)\."
)
"""A call in an installed library or in the language's own one."""
_CARETS = re.compile(r"\s*[~^]+\s*")
"""A line that only marks a part of the line above."""
_PANIC = re.compile(r"^panic: |panicked at |^(?:PHP )?Fatal error: |^fatal error: ")
_EXCEPTION = re.compile(r"^(?:Uncaught |Caused by: )?[\w$.:\\]*[A-Z][\w$]*(?: \[\w+\])?(?::|$)")
"""A line that names an exception, such as ``KeyError: 'id'`` or ``shop.errors.SyncFailed``."""
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]")


class Printed(Struct, frozen=True, kw_only=True):
    """The excerpt of the app's output in one scenario.

    ``traceback`` contains the lines of the last stack trace, ``exception`` the line of it that names the exception.
    ``last_lines`` are the last lines of the output. ``notes`` are sentences about output that is not shown, and about a
    process that exited.
    """

    scenario: str
    exception: str = ""
    traceback: tuple[str, ...] = ()
    last_lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def frames(self) -> tuple[str, ...]:
        """The lines of ``traceback`` without the messages, which may contain ids: equal for the same exception elsewhere."""
        return tuple(line for line in self.traceback if line.startswith(" "))


class Tail(Struct, frozen=True, kw_only=True):
    """The end of one output of the app: the last bytes of it, and the number of bytes that the app wrote in all."""

    text: bytes
    size: int


def printed_in(
    scenario: str, tails: Mapping[str, Tail], *, exit_codes: Sequence[int] = (), polled: Sequence[str] = ()
) -> Printed:
    """Return the excerpt of a scenario's output.

    Args:
        tails: The end of each output, by the name that reports use for it.
        exit_codes: The exit codes of processes of the app that ended without a request of the harness.
        polled: The requests that the harness sends again and again, as in ``GET /effects``. Lines of an access log about
            them are left out if the app responded with 200.
    """
    notes: list[str] = []
    last_lines: list[str] = []
    last_trace: tuple[str, ...] = ()
    written = {place: tail for place, tail in tails.items() if tail.size}
    for place, tail in written.items():
        text = tail.text.decode("utf-8", "replace")
        if _is_binary(text):
            notes.append(f"{place}: {_size(tail.size)} of binary data, which are not shown")
            continue
        if tail.size > len(tail.text):
            notes.append(f"{place}: {_size(tail.size)}, of which only the last {_size(len(tail.text))} were read")
        lines = [_plain(line) for line in text.splitlines()]
        if tail.size > len(tail.text):
            del lines[:1]  # the first line is cut
        lines = [line for line in lines if not _CARETS.fullmatch(line)]
        lines = [line for line in lines if " 200" not in line or not any(request in line for request in polled)]
        traces = list(_traces(lines))
        last_trace = traces[-1].lines if traces else last_trace
        for trace in reversed(traces):
            lines[trace.begin : trace.end] = [f"{_exception_of(trace.lines)}  [stack trace]"]
        heading = [f"[{place}]"] if len(written) > 1 else []
        last_lines += [*heading, *[line for line in lines if line.strip()][-MOST_LINES:]]
    for code in exit_codes:
        how = f"was killed by signal {-code}" if code < 0 else f"exited with code {code}"
        notes.append(f"the app {how} during this scenario" + ("" if written else ", and printed nothing"))
    return Printed(
        scenario=scenario,
        exception=_exception_of(last_trace),
        traceback=_bounded(last_trace),
        last_lines=tuple(line[:MOST_COLUMNS] for line in last_lines),
        notes=tuple(notes),
    )


class _Trace(Struct, frozen=True, kw_only=True):
    """A stack trace, and the place of its lines in the output. A trace inside a JSON record has the place of the record."""

    begin: int
    end: int
    lines: tuple[str, ...]


def _traces(lines: Sequence[str]) -> Iterator[_Trace]:
    """Yield each stack trace in *lines*, in order; of a JSON record, only the last."""
    number = 0
    while number < len(lines):
        end = number
        inner = list(_traces(_inside_json(lines[number])))
        if inner:
            yield msgspec.structs.replace(inner[-1], begin=number, end=number + 1)
        if _PYTHON.match(lines[number]):
            end = _python_end(lines, number)
        elif _PANIC.search(lines[number]) or (number + 1 < len(lines) and _FRAME.match(lines[number + 1])):
            end = _frames_end(lines, number)
        if end > number:
            yield _Trace(begin=number, end=end, lines=tuple(lines[number:end]))
        number = max(end, number + 1)


def _python_end(lines: Sequence[str], begin: int) -> int:
    """Return the index after the traceback that begins at *begin*, with the exceptions that follow from it."""
    end = begin + 1
    while end < len(lines) and lines[end].startswith((" ", "\t")):
        end += 1
    end = min(end + 1, len(lines))  # the line that names the exception
    following = end
    while following < len(lines) and _CHAINED.match(lines[following]):
        following += 1
    is_chained = end < following < len(lines) and _PYTHON.match(lines[following])
    return _python_end(lines, following) if is_chained else end


def _frames_end(lines: Sequence[str], begin: int) -> int:
    end = begin + 1
    while end < len(lines) and (_is_frame(lines[end]) or (end + 1 < len(lines) and _GO_FRAME.match(lines[end + 1]))):
        end += 1
    return end


def _is_frame(line: str) -> bool:
    return bool(_FRAME.match(line) or _GO_FRAME.match(line)) or line.startswith("    ")


def _inside_json(line: str) -> list[str]:
    """Return the lines of a text of several lines in a log record that is a JSON object; [] if there is none."""
    if not line.startswith("{") or "\\n" not in line:
        return []
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return []
    texts = [value for value in _strings(fields) if "\n" in value]
    return [_plain(inner) for text in texts for inner in text.splitlines()]


def _strings(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from _strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value)


def _exception_of(trace: Sequence[str]) -> str:
    """Return the line of *trace* that names the exception."""
    if not trace:
        return ""
    is_python = _PYTHON.match(trace[0])
    ordered = trace[::-1] if is_python else trace
    named = (line.strip(" |+-") for line in ordered if _EXCEPTION.match(line.strip(" |+-")) or _PANIC.search(line))
    return next(named, trace[-1 if is_python else 0].strip())[:MOST_COLUMNS]


def _bounded(trace: Sequence[str]) -> tuple[str, ...]:
    """Return *trace* without calls in libraries, and without its middle if it is still long."""
    trace = _without_libraries(trace)
    if len(trace) > MOST_TRACEBACK_LINES:
        half = MOST_TRACEBACK_LINES // 2
        trace = [*trace[:half], f"... {len(trace) - 2 * half} lines ...", *trace[-half:]]
    return tuple(line[:MOST_COLUMNS] for line in trace)


def _without_libraries(trace: Sequence[str]) -> Sequence[str]:
    """Return *trace* with one line in place of consecutive calls in libraries; unchanged if it has no other calls."""
    lines: list[str] = []
    indent, hidden, is_own_seen = "", 0, False
    is_hidden = False
    for line in trace:
        call = _CALL.match(line)
        if call:
            indent, is_hidden = call["indent"], bool(_LIBRARY.search(line))
            is_own_seen |= not is_hidden
            hidden += is_hidden
        elif not line.startswith(f"{indent} "):
            is_hidden = False
        if not is_hidden:
            lines += [_calls_in_libraries(indent, hidden)] if hidden else []
            lines.append(line)
            hidden = 0
    lines += [_calls_in_libraries(indent, hidden)] if hidden else []
    return lines if is_own_seen else trace


def _calls_in_libraries(indent: str, count: int) -> str:
    return f"{indent}... {count} {'call' if count == 1 else 'calls'} in libraries ..."


def _is_binary(text: str) -> bool:
    sample = _ESCAPES.sub("", text[-65_536:])
    unreadable = sample.count("\ufffd") + len(_CONTROLS.findall(sample.replace("\r", "")))
    return unreadable > MOST_UNREADABLE * len(sample)


def _plain(line: str) -> str:
    """Return *line* without escape sequences of terminals and without control characters."""
    return _CONTROLS.sub("", _ESCAPES.sub("", line)).expandtabs(4).rstrip()


def _size(count: int) -> str:
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} bytes"
