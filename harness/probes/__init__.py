"""Questions about the app, one per file, each answered from the finished journal."""

from harness.probes.acknowledges_genuine import AcknowledgesGenuine
from harness.probes.acknowledges_promptly import AcknowledgesPromptly
from harness.probes.applies_each import AppliesEach
from harness.probes.applies_once import AppliesOnce
from harness.probes.applies_whole_posts_only import AppliesWholePostsOnly
from harness.probes.backs_off import BacksOff
from harness.probes.base import PlainProbe, Probe, name_of
from harness.probes.bounds_bodies import BoundsBodies
from harness.probes.calls_nothing_for_forgeries import CallsNothingForForgeries
from harness.probes.comes_through import ComesThrough
from harness.probes.connects_on_consent import ConnectsOnConsent
from harness.probes.drops_removed_rows import DropsRemovedRows
from harness.probes.drops_revoked_rows import DropsRevokedRows
from harness.probes.ends_as_told import EndsAsTold
from harness.probes.ends_like_its_twin import EndsLikeItsTwin
from harness.probes.finding import Case, Finding, Verdict, heaviest
from harness.probes.holds_every_row import HoldsEveryRow
from harness.probes.holds_newest_values import HoldsNewestValues
from harness.probes.is_reached_directly import IsReachedDirectly
from harness.probes.keeps_answers_apart import KeepsAnswersApart
from harness.probes.keeps_deadline import KeepsDeadline
from harness.probes.keeps_end_users_apart import KeepsEndUsersApart
from harness.probes.keeps_secrets_out_of_logs import KeepsSecretsOutOfLogs
from harness.probes.knows_again import KnowsAgain
from harness.probes.leaves_urls_alone import LeavesUrlsAlone
from harness.probes.loses_nothing import LosesNothing
from harness.probes.polls_sparingly import PollsSparingly
from harness.probes.reads_after_event import ReadsAfterEvent
from harness.probes.refuses_forgeries import RefusesForgeries
from harness.probes.refuses_strangers import RefusesStrangers
from harness.probes.remembers_what_it_applies import RemembersWhatItApplies
from harness.probes.renews_token_once import RenewsTokenOnce
from harness.probes.repeats_no_refusals import RepeatsNoRefusals
from harness.probes.retries_in_bounds import RetriesInBounds
from harness.probes.shows_no_server_error import ShowsNoServerError
from harness.probes.starts_again_afresh import StartsAgainAfresh
from harness.probes.stays_unconnected import StaysUnconnected
from harness.probes.stops_on_bad_credentials import StopsOnBadCredentials
from harness.probes.survives_every_plan import SurvivesEveryPlan
from harness.probes.survives_fuzzing import SurvivesFuzzing
from harness.probes.takes_every_form import TakesEveryForm
from harness.probes.tells_events_apart import TellsEventsApart
from harness.probes.tells_no_secrets import TellsNoSecrets
from harness.probes.waits_as_told import WaitsAsTold
from harness.probes.works_on import WorksOn

AnyProbe = (
    AcknowledgesGenuine
    | AcknowledgesPromptly
    | AppliesEach
    | AppliesOnce
    | AppliesWholePostsOnly
    | BacksOff
    | BoundsBodies
    | CallsNothingForForgeries
    | ComesThrough
    | ConnectsOnConsent
    | DropsRemovedRows
    | DropsRevokedRows
    | EndsAsTold
    | EndsLikeItsTwin
    | HoldsEveryRow
    | HoldsNewestValues
    | IsReachedDirectly
    | KeepsAnswersApart
    | KeepsDeadline
    | KeepsEndUsersApart
    | KeepsSecretsOutOfLogs
    | KnowsAgain
    | LeavesUrlsAlone
    | LosesNothing
    | PollsSparingly
    | ReadsAfterEvent
    | RefusesForgeries
    | RefusesStrangers
    | RemembersWhatItApplies
    | RepeatsNoRefusals
    | RenewsTokenOnce
    | RetriesInBounds
    | ShowsNoServerError
    | StartsAgainAfresh
    | StaysUnconnected
    | StopsOnBadCredentials
    | SurvivesEveryPlan
    | SurvivesFuzzing
    | TakesEveryForm
    | TellsEventsApart
    | TellsNoSecrets
    | WaitsAsTold
    | WorksOn
)
"""Every probe that a plan file can hold."""

__all__ = [
    "AcknowledgesGenuine",
    "AcknowledgesPromptly",
    "AnyProbe",
    "AppliesEach",
    "AppliesOnce",
    "AppliesWholePostsOnly",
    "BacksOff",
    "BoundsBodies",
    "CallsNothingForForgeries",
    "Case",
    "ComesThrough",
    "ConnectsOnConsent",
    "DropsRemovedRows",
    "DropsRevokedRows",
    "EndsAsTold",
    "EndsLikeItsTwin",
    "Finding",
    "HoldsEveryRow",
    "HoldsNewestValues",
    "IsReachedDirectly",
    "KeepsAnswersApart",
    "KeepsDeadline",
    "KeepsEndUsersApart",
    "KeepsSecretsOutOfLogs",
    "KnowsAgain",
    "LeavesUrlsAlone",
    "LosesNothing",
    "PlainProbe",
    "PollsSparingly",
    "Probe",
    "ReadsAfterEvent",
    "RefusesForgeries",
    "RefusesStrangers",
    "RemembersWhatItApplies",
    "RenewsTokenOnce",
    "RepeatsNoRefusals",
    "RetriesInBounds",
    "ShowsNoServerError",
    "StartsAgainAfresh",
    "StaysUnconnected",
    "StopsOnBadCredentials",
    "SurvivesEveryPlan",
    "SurvivesFuzzing",
    "TakesEveryForm",
    "TellsEventsApart",
    "TellsNoSecrets",
    "Verdict",
    "WaitsAsTold",
    "WorksOn",
    "heaviest",
    "name_of",
]
