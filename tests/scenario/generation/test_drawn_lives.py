"""Lives of soak tests come from generated life plans, without what would disturb other end users."""

from fiskil_harness.core.config.hooks import REFRESH, REVOKE, START_SESSION
from fiskil_harness.scenario.generation.drawn_lives import POSSIBLE, drawn_lives

ALL = frozenset({START_SESSION, REFRESH, REVOKE})


def test_the_same_seed_draws_the_same_lives() -> None:
    """Another seed draws other lives."""
    lives = drawn_lives(3, seed=1, hooks=ALL)

    assert (len(set(lives)), drawn_lives(3, seed=1, hooks=ALL) == lives, drawn_lives(3, seed=2, hooks=ALL) == lives) == (
        3,
        True,
        False,
    )


def test_a_life_needs_only_the_hooks_of_the_config() -> None:
    """Without a hook its verbs do not occur, and faults and restarts never do."""
    lives = drawn_lives(4, seed=3, hooks=frozenset({START_SESSION}))
    verbs = {action.partition(":")[0] for life in lives for action in life}

    assert verbs <= POSSIBLE - {"refresh", "disconnect"}


def test_no_consent_is_revoked_while_another_one_is_active() -> None:
    """The app's state after that would depend on the moment of its last reading."""
    lives = [[action.partition(":")[0] for action in life] for life in drawn_lives(12, seed=0, hooks=ALL)]

    after_sessions = [
        verb
        for life in lives
        for at, verb in enumerate(life)
        if verb == "revoke" and {"renew", "amend", "consent_again"} & set(life[:at]) and "disconnect" not in life[:at]
    ]
    assert after_sessions == []
