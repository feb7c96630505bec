"""Rejects rows that contain an unknown field, so the app stops when the API adds a field.

Read the fields that you need and ignore all others: the API may add fields without notice.
"""

from reference_app import app
from reference_app.fiskil import responses
from reference_app.fiskil.errors import Rejected

_row = responses.row
KNOWN = """
    account_id account_ownership amount arrangement_id available_balance biller_code biller_name bsb bundle_name category
    creation_date credit_card credit_limit crn currency current_balance deposit_rate deposit_rates description display_name
    execution_date_time extended_data features fees fiskil_id institution_id is_detail_available is_owned lending_rate
    lending_rates loan masked_number account_number merchant_category_code merchant_name nickname open_status
    posting_date_time product_category product_name purses reference specific_account_u_type status term_deposit
    transaction_id type value_date_time addresses amortised_limit apca_number
"""


def row(record, dataset):
    """Reject a row unless all its fields are known."""
    if record.keys() - set(KNOWN.split()):
        raise Rejected("a row with a field that we do not know")
    return _row(record, dataset)


responses.row = row
build = app.build
