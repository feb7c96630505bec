"""The names of all fields of rows that the API serves."""

from fiskil_harness.core.model import energy_rows, rows

_KINDS = (
    rows.Account,
    rows.Balance,
    rows.Transaction,
    energy_rows.EnergyAccount,
    energy_rows.EnergyBalance,
    energy_rows.ServicePoint,
    energy_rows.UsageRead,
    energy_rows.DerRecord,
    energy_rows.Invoice,
    energy_rows.BillingTransaction,
    energy_rows.Concession,
    energy_rows.PaymentSchedule,
)

ROW_FIELDS = tuple(sorted({name for kind in _KINDS for name in kind.__struct_encode_fields__} - {"key"}))
"""In alphabetical order."""
