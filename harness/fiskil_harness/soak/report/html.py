"""The report of a soak test as one HTML page, without scripts and without files from elsewhere."""

from itertools import pairwise

from jinja2 import Environment, PackageLoader, StrictUndefined

from fiskil_harness.core.model.findings import Verdict
from fiskil_harness.soak.observed import Sample
from fiskil_harness.soak.report import terminal
from fiskil_harness.soak.report.plot import Line, plot
from fiskil_harness.soak.request import SoakResult

TONES = {Verdict.PASS: "good", Verdict.INCONCLUSIVE: "doubt", Verdict.FAIL: "bad"}
MIB = 1024 * 1024


def render(result: SoakResult) -> str:
    """Return the report as an HTML document."""
    loader = PackageLoader("fiskil_harness.soak.report", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    ordered = sorted(result.findings, key=lambda finding: -finding.verdict.weight)
    return environment.get_template("soak.html").render(
        result=result,
        findings=ordered,
        tones=TONES,
        sentence=terminal.sentence(result),
        time=terminal.milliseconds,
        plots=_plots(result),
    )


def _plots(result: SoakResult) -> list[str]:
    points, samples, phases = result.points, result.observed.samples, result.phases

    def of_points(name: str, style: str, field: str) -> Line:
        return Line(name, style, tuple((point.at_s, getattr(point, field)) for point in points))

    def of_samples(name: str, style: str, field: str, unit: float = 1) -> Line:
        values = [(sample.at_s, getattr(sample, field)) for sample in samples]
        return Line(name, style, tuple((at_s, value / unit) for at_s, value in values if value is not None))

    rates = [
        of_points("sent", "first", "sent"),
        of_points("acknowledged", "second", "acknowledged"),
        of_points("put off", "third", "put_off"),
        of_points("errors", "fourth", "errors"),
    ]
    latencies = [of_points("p99", "fourth", "p99_s"), of_points("p50", "second", "p50_s")]
    return [
        plot("Genuine attempts per second", "/s", rates, phases),
        plot("Acknowledgement, from the intended time", " s", latencies, phases),
        plot("Unfinished messages of the sampled end users", "", [of_samples("pending", "first", "pending")], phases),
        plot("Requests of the app to the API per second", "/s", [_api_rate(samples)], phases),
        plot("Memory of the app", " MiB", [of_samples("memory", "first", "memory_bytes", MIB)], phases),
        plot("Open files of the app", "", [of_samples("open files", "third", "open_files")], phases),
    ]


def _api_rate(samples: tuple[Sample, ...]) -> Line:
    return Line(
        "requests",
        "second",
        tuple(
            (after.at_s, (after.api_requests - before.api_requests) / (after.at_s - before.at_s))
            for before, after in pairwise(samples)
        ),
    )
