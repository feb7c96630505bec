"""Deletes the customers without an active consent when the app starts, also those who are at their bank at that moment.

Keep a customer while a session is open.
"""

from reference_app import app, schema

create = schema.create


def create_and_clean(tx):
    """Create the tables, and keep only the customers with an active consent."""
    create(tx)
    tx.execute("DELETE FROM customers WHERE end_user_id NOT IN (SELECT end_user_id FROM consents WHERE status = 'active')")


schema.create = create_and_clean
build = app.build
