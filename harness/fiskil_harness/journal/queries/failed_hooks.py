"""What the harness asked of the app in vain while nothing was wrong at the API: the reason why probes had nothing to see."""

from fiskil_harness.journal import Exchange, HookCall, Journal, Key
from fiskil_harness.journal.queries.api_calls import began_s, calls, is_fine

HOOKS_THAT_READ = ("refresh", "revoke")


def failed_hook(journal: Journal) -> str:
    """In words the first hook that failed by the app's own fault; empty where none did, or the API had its part in it."""
    if journal.all(Key):
        return ""
    made = calls(journal)
    for hook in journal.all(HookCall):
        failed = hook.status is None or hook.status >= 500
        if hook.hook in HOOKS_THAT_READ and failed and not any(_had_part(call, hook) for call in made):
            answer = "gave no answer" if hook.status is None else f"answered {hook.status}"
            return f"app.drive.{hook.hook} {answer}, though the API refused nothing and no fault bit"
    return ""


def _had_part(call: Exchange, hook: HookCall) -> bool:
    return not is_fine(call) and call.ended_s >= began_s(hook) and call.at_s <= hook.at_s
