"""The report of a soak test as lines for a terminal."""

from collections.abc import Iterator

from fiskil_harness.core.model.findings import Verdict
from fiskil_harness.soak.figures import Latencies
from fiskil_harness.soak.request import SoakResult

EXIT_CODES = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 3}
"""The exit code for each verdict, as with every command."""
MIB = 1024 * 1024


def lines(result: SoakResult) -> Iterator[str]:
    """Yield the report line by line."""
    request = result.request
    yield f"soak {request.shape}: {request.rate:g} deliveries/s for {request.duration_s:g} s, {result.end_users:,} end users"
    yield ""
    yield f"{'phase':<16}{'acknowledged':>13}{'p50':>9}{'p99':>9}{'p99.9':>9}{'put off':>9}{'errors':>8}"
    yield from map(_row, result.rows)
    if result.requests:
        yield ""
        yield f"{'pages and hooks':<16}{'responses':>13}{'p50':>9}{'p99':>9}{'p99.9':>9}{'put off':>9}{'errors':>8}"
        yield from (_row(row, row.name) for row in result.requests)
    yield ""
    yield from _resources(result)
    for finding in result.findings:
        yield f"{finding.verdict:<13} {finding.probe}"
        yield f"              {finding.observed}"
        if finding.verdict is not Verdict.PASS:
            yield f"              expected  {finding.expected}"
            yield from (f"              evidence  {text}" for text in finding.evidence)
            if finding.fix:
                yield f"              fix       {finding.fix}"
    yield ""
    yield f"{result.verdict}  {sentence(result)}"


def sentence(result: SoakResult) -> str:
    """Return the verdict in one sentence."""
    counts = {verdict: sum(finding.verdict is verdict for finding in result.findings) for verdict in Verdict}
    examined = f"{result.examined:,} of {result.end_users:,} end users examined"
    if result.verdict is Verdict.PASS:
        return f"The app kept every promise under this load ({examined})."
    if result.verdict is Verdict.FAIL:
        return f"{counts[Verdict.FAIL]} of {len(result.findings)} checks failed ({examined})."
    return f"{counts[Verdict.INCONCLUSIVE]} of {len(result.findings)} checks are inconclusive ({examined})."


def _row(row: Latencies, name: str = "") -> str:
    times = "".join(f"{milliseconds(value):>9}" for value in (row.p50_s, row.p99_s, row.p999_s))
    return f"{name or row.phase:<16}{row.count:>13,}{times}{row.put_off:>9,}{row.errors:>8,}"


def milliseconds(seconds: float) -> str:
    """Return a time as a short text."""
    return f"{seconds * 1000:.0f} ms" if seconds < 10 else f"{seconds:.1f} s"


def _resources(result: SoakResult) -> Iterator[str]:
    samples = [sample for sample in result.observed.samples if sample.memory_bytes is not None]
    if samples:
        first, last = samples[0], samples[-1]
        most = max(sample.memory_bytes or 0 for sample in samples)
        files = max(sample.open_files or 0 for sample in samples)
        yield (
            f"app: memory {(first.memory_bytes or 0) // MIB} MiB at first, {(last.memory_bytes or 0) // MIB} at last, "
            f"{most // MIB} at most; open files {first.open_files} at first, {last.open_files} at last, {files} at most"
        )
    everything = result.observed.samples
    if len(everything) > 1:
        seconds = everything[-1].at_s - everything[0].at_s
        requests = everything[-1].api_requests - everything[0].api_requests
        share = requests / max(seconds, 1) / max(result.observed.sandbox_limit, 1)
        yield (
            f"sandbox: {requests / max(seconds, 1):,.0f} requests/s, {share:.1%} of its measured "
            f"{result.observed.sandbox_limit:,.0f} per core"
        )
    yield ""
