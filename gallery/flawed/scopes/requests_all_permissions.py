"""Requests every permission, although it uses three datasets.

Request the permissions that the use case needs.
"""

from reference_app import app
from reference_app.fiskil.api import Api

_creation = Api._creation
ALL = ["accounts", "balances", "transactions", "payees", "direct_debits", "scheduled_payments", "identity"]


def creation(self, path, body):
    """Add all permissions to the auth session."""
    return _creation(self, path, {**body, "permissions": ALL} if path == "/v1/auth/session" else body)


Api._creation = creation
build = app.build
