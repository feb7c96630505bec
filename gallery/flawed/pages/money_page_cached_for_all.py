"""Caches the page with balances and purchases once for all customers, so one customer sees the money of another one.

Cache such a page for each customer.
"""

from correct import money_page_cached_for_4_seconds as money_page


class OnePageForAll(dict):
    """A cache that ignores the customer."""

    def get(self, _customer):
        """Return the page of any customer."""
        return super().get("page")

    def __setitem__(self, _customer, page):
        """Keep the page for every customer."""
        super().__setitem__("page", page)


money_page._cache = OnePageForAll()
money_page.KEPT_S = 20.0
build = money_page.build
