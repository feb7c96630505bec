"""Find app hooks that failed although the API was healthy; they explain why later probes are inconclusive."""

from fiskil_harness.journal import Exchange, HookCall, Journal, Key
from fiskil_harness.journal.queries.api_calls import began_s, calls, is_complete_success

HOOKS_THAT_READ = ("refresh", "revoke")


def failed_hook(journal: Journal) -> str:
    """Return a sentence about the first hook that failed although the API was healthy, or '' if there is none."""
    if journal.all(Key):
        return ""
    every = calls(journal)
    for hook in journal.all(HookCall):
        failed = hook.status is None or hook.status >= 500
        if hook.hook in HOOKS_THAT_READ and failed and not any(_may_have_caused(call, hook) for call in every):
            result = "did not respond" if hook.status is None else f"responded {hook.status}"
            return f"app.drive.{hook.hook} {result} although the API refused nothing and no fault acted"
    return ""


def _may_have_caused(call: Exchange, hook: HookCall) -> bool:
    return not is_complete_success(call) and call.ended_s >= began_s(hook) and call.at_s <= hook.at_s
