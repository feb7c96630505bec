"""Adds up amounts that are texts, so the page with purchases is a server error as soon as there is one.

Convert each amount to a decimal first.
"""

from correct import money_page_cached_for_4_seconds as money_page

_content = money_page._content


def content(current):
    """Put the sum of all purchases above the page."""
    total = sum(row["amount"] for row in current["transactions"])
    return f"<p>All purchases together: {total}</p>{_content(current)}"


money_page._content = content
build = money_page.build
