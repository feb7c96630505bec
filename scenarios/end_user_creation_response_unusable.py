"""Responses to creating end users are unusable in several ways; a good integration does not repeat without checking."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.InjectFault("end_users.create", faults.ErrorBody(status=502, form="html")),
        steps.StartSession(twin="gateway"),
        steps.StartSession(twin="gateway"),
        steps.InjectFault("end_users.create", faults.ErrorBody(status=504, form="nothing")),
        steps.StartSession(twin="late"),
        steps.StartSession(twin="late"),
        steps.InjectFault("end_users.create", faults.TruncatedJson()),
        steps.StartSession(twin="cut"),
        steps.StartSession(twin="cut"),
        steps.InjectFault("end_users.create", faults.LimitBytes(after_bytes=5)),
        steps.StartSession(twin="short"),
        steps.StartSession(twin="short"),
        steps.InjectFault("end_users.create", faults.EmptyResponse()),
        steps.StartSession(twin="silent"),
        steps.StartSession(twin="silent"),
        steps.InjectFault("end_users.create", faults.ErrorInside(rows="empty")),
        steps.StartSession(twin="inside"),
        steps.StartSession(twin="inside"),
        steps.InjectFault("end_users.create", faults.HtmlInside()),
        steps.StartSession(twin="page"),
        steps.StartSession(twin="page"),
    ),
    probes=(probes.RetriesInBounds(),),
)
