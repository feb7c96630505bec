"""The app restarts while the end user is at the bank; a good integration then refreshes the data of this end user."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("sandbox.many-end-users",),
    only_with=("app.drive.start_session", "app.drive.refresh"),
    steps=(
        # A customer whom the app still knows after the restarts shows that its refreshes work.
        steps.Connect(twin="other"),
        steps.WaitUntilIdle(),
        steps.CloseTab(at="code"),
        # An app may clean its storage only from the second start on.
        steps.Restart(),
        steps.Restart(),
        steps.ReturnToTab(attempt=1, then="confirm"),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.Refresh(twin="other"),
        steps.WaitUntilIdle(),
        steps.Refresh(),
        steps.WaitUntilIdle(),
        steps.Refresh(twin="other"),
        steps.WaitUntilIdle(),
    ),
    probes=(probes.ReadsOwnEndUser(),),
)
