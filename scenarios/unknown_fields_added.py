"""Rows have unknown fields and values, and optional fields are missing; a good integration stores every row."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors", "data.upsert"),
    steps=(
        steps.LimitPages(rows=25, pages=4),
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Change(kind="repeat", nth=3),
        steps.InjectFault("banking.transactions", faults.ExtraField(), times=0),
        steps.InjectFault("banking.transactions", faults.UnknownEnum(field="type"), times=0, page=2),
        steps.InjectFault("banking.transactions", faults.MissingOptional(field="merchant_name"), times=0, page=3),
        steps.InjectFault("banking.transactions", faults.NullForOptional(), times=0, page=4),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.SyncThrough(faults.UnknownEnum(field="product_category"), "accounts", times=0),
    ),
    probes=(probes.HoldsEveryRow("transactions"), probes.HoldsEveryRow("accounts")),
)
