"""Exports a histogram of rows per page, but no durations of calls.

Measure each call, and export the durations as a histogram or a summary.
"""

from reference_app import app, metrics

SHORT = 'fiskil_page_rows_bucket{le="100"}'
ALL = 'fiskil_page_rows_bucket{le="+Inf"}'

_count_call = metrics.Metrics.count_call
_render = metrics.Metrics.render


def count_call(self, endpoint, status, took_s):
    """Count the page and drop the duration."""
    _count_call(self, endpoint, status, 0.0)
    self.pages = getattr(self, "pages", 0) + 1
    self.short_pages = getattr(self, "short_pages", 0) + ("transactions" not in endpoint)


def render(self, *, pending):
    """Append the histogram of page sizes."""
    histogram = f"{SHORT} {getattr(self, 'short_pages', 0)}\n{ALL} {getattr(self, 'pages', 0)}\n"
    return _render(self, pending=pending) + histogram


metrics.Metrics.count_call = count_call
metrics.Metrics.render = render
build = app.build
