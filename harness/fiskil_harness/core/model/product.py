"""Products of an institution."""

from typing import Any

from fiskil_harness.core.model.rows import Row


class ProductSummary(Row, frozen=True, kw_only=True):
    """A product as the API's list of products shows it."""

    product_id: str
    effective_from: str
    last_updated: str
    product_category: str
    name: str
    description: str
    brand: str
    brand_name: str
    application_uri: str
    is_tailored: bool
    additional_information: dict[str, str]
    card_art: tuple[dict[str, str], ...] | None = None


SUMMARY = ProductSummary.__struct_fields__
"""The fields of a product in the API's list of products; the other fields of ``Product`` are details."""


class Product(ProductSummary, frozen=True, kw_only=True):
    """A product with its details. Source: products.detail"""

    features: tuple[dict[str, Any], ...]
    constraints: tuple[dict[str, Any], ...]
    eligibility: tuple[dict[str, Any], ...]
    fees: tuple[dict[str, Any], ...]
    deposit_rates: tuple[dict[str, Any], ...]
    lending_rates: tuple[dict[str, Any], ...]
    bundles: tuple[dict[str, Any], ...] = ()

    @property
    def summary(self) -> ProductSummary:
        """Return the product without its details."""
        return ProductSummary(**{name: getattr(self, name) for name in SUMMARY})
