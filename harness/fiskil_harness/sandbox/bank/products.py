"""The products of each institution, from ``fixtures/products``; their ids are public and never change."""

import hashlib
import uuid
from functools import cache
from typing import Any

import msgspec

from fiskil_harness.core import catalog
from fiskil_harness.core.model import Institution
from fiskil_harness.core.model.product import Product


def products_of(institution: Institution) -> tuple[Product, ...]:
    """Return the products of a bank; an energy retailer has none. Source: products.list"""
    if institution.industry != "banking":
        return ()
    return _products(institution.institution_id, institution.name)


def product_like(institution: Institution, name: str, category: str) -> Product | None:
    """Return the product *name*; if it does not exist, the first product of *category*, or None."""
    products = products_of(institution)
    fitting = [product for product in products if product.name == name] or [
        product for product in products if product.product_category == category
    ]
    return fitting[0] if fitting else None


@cache
def _products(institution_id: str, brand: str) -> tuple[Product, ...]:
    return tuple(_product(raw, institution_id, brand) for raw in catalog.read_fixture("products/banking.toml")["product"])


def _product(raw: dict[str, Any], institution_id: str, brand: str) -> Product:
    slug = raw["name"].lower().replace(" ", "-")
    page = f"https://www.example.com/{institution_id}/{slug}"
    digest = hashlib.sha256(f"{institution_id}/{slug}".encode()).digest()
    return msgspec.convert(
        {
            "product_id": str(uuid.UUID(bytes=digest[:16], version=4)),
            "brand": brand.upper().replace(" ", "_"),
            "brand_name": brand,
            "application_uri": f"{page}/apply",
            "additional_information": {
                "overview_uri": page,
                "terms_uri": f"{page}/terms",
                "fees_and_pricing_uri": f"{page}/fees",
            },
            "card_art": [{"title": raw["name"], "image_uri": f"{page}/card.png"}]
            if "CARDS" in raw["product_category"]
            else None,
            **raw,
        },
        Product,
    )
