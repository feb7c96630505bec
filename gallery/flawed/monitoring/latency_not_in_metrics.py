"""Shows how many rows each page had, as a histogram, and never how long a call took.

Measure each call, and show it as a histogram or a summary.
"""

from reference_app import app, metrics

SHORT = 'fiskil_page_rows_bucket{le="100"}'
ALL = 'fiskil_page_rows_bucket{le="+Inf"}'

_count_call = metrics.Metrics.count_call
_render = metrics.Metrics.render


def count_call(self, endpoint, status, took_s):
    """Only pages of transactions are long."""
    _count_call(self, endpoint, status, 0.0)
    self.pages = getattr(self, "pages", 0) + 1
    self.short_pages = getattr(self, "short_pages", 0) + ("transactions" not in endpoint)


def render(self, *, pending):
    """As always, and one histogram more."""
    parts = f"{SHORT} {getattr(self, 'short_pages', 0)}\n{ALL} {getattr(self, 'pages', 0)}\n"
    return _render(self, pending=pending) + parts


metrics.Metrics.count_call = count_call
metrics.Metrics.render = render
build = app.build
