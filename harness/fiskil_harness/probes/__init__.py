"""Questions about the app, one per file, each answered from the finished journal."""

from harness.probes.acknowledges_genuine import AcknowledgesGenuine
from harness.probes.acknowledges_promptly import AcknowledgesPromptly
from harness.probes.applies_each import AppliesEach
from harness.probes.applies_once import AppliesOnce
from harness.probes.applies_whole_posts_only import AppliesWholePostsOnly
from harness.probes.asks_for_little import AsksForLittle
from harness.probes.backs_off import BacksOff
from harness.probes.base import PlainProbe, Probe, name_of
from harness.probes.bounds_bodies import BoundsBodies
from harness.probes.bounds_its_walks import BoundsItsWalks
from harness.probes.calls_from_the_server import CallsFromTheServer
from harness.probes.calls_nothing_for_forgeries import CallsNothingForForgeries
from harness.probes.comes_through import ComesThrough
from harness.probes.commits_whole_walks import CommitsWholeWalks
from harness.probes.connects_on_consent import ConnectsOnConsent
from harness.probes.counts_deliveries import CountsDeliveries
from harness.probes.drops_removed_rows import DropsRemovedRows
from harness.probes.drops_revoked_rows import DropsRevokedRows
from harness.probes.ends_as_told import EndsAsTold
from harness.probes.ends_consents_at_fiskil import EndsConsentsAtFiskil
from harness.probes.ends_like_its_twin import EndsLikeItsTwin
from harness.probes.explains_access import ExplainsAccess
from harness.probes.finding import Case, Finding, Verdict, heaviest
from harness.probes.forgets_ended_consents import ForgetsEndedConsents
from harness.probes.gives_up_on_refusals import GivesUpOnRefusals
from harness.probes.heeds_consent_page_only import HeedsConsentPageOnly
from harness.probes.holds_every_row import HoldsEveryRow
from harness.probes.holds_exact_amounts import HoldsExactAmounts
from harness.probes.holds_newest_values import HoldsNewestValues
from harness.probes.honours_the_grant import HonoursTheGrant
from harness.probes.is_reached_directly import IsReachedDirectly
from harness.probes.keeps_answers_apart import KeepsAnswersApart
from harness.probes.keeps_consents_short import KeepsConsentsShort
from harness.probes.keeps_deadline import KeepsDeadline
from harness.probes.keeps_end_users_apart import KeepsEndUsersApart
from harness.probes.keeps_foreign_rows_out import KeepsForeignRowsOut
from harness.probes.keeps_other_consents import KeepsOtherConsents
from harness.probes.keeps_refused_rows import KeepsRefusedRows
from harness.probes.keeps_secrets_off_pages import KeepsSecretsOffPages
from harness.probes.keeps_secrets_out_of_logs import KeepsSecretsOutOfLogs
from harness.probes.keeps_secrets_to_itself import KeepsSecretsToItself
from harness.probes.keeps_the_day import KeepsTheDay
from harness.probes.keeps_tokens_off_browsers import KeepsTokensOffBrowsers
from harness.probes.keeps_urls_clean import KeepsUrlsClean
from harness.probes.knows_again import KnowsAgain
from harness.probes.leaves_urls_alone import LeavesUrlsAlone
from harness.probes.lists_and_revokes import ListsAndRevokes
from harness.probes.logs_api_calls import LogsApiCalls
from harness.probes.logs_consents import LogsConsents
from harness.probes.logs_failed_processing import LogsFailedProcessing
from harness.probes.logs_failures import LogsFailures
from harness.probes.logs_receipts import LogsReceipts
from harness.probes.loses_nothing import LosesNothing
from harness.probes.notices_errors import NoticesErrors
from harness.probes.notices_failed_deliveries import NoticesFailedDeliveries
from harness.probes.notices_latency import NoticesLatency
from harness.probes.polls_sparingly import PollsSparingly
from harness.probes.reads_after_event import ReadsAfterEvent
from harness.probes.reads_limited_history import ReadsLimitedHistory
from harness.probes.refuses_bad_certificates import RefusesBadCertificates
from harness.probes.refuses_foreign_links import RefusesForeignLinks
from harness.probes.refuses_forgeries import RefusesForgeries
from harness.probes.refuses_strangers import RefusesStrangers
from harness.probes.remembers_what_it_applies import RemembersWhatItApplies
from harness.probes.renews_token_once import RenewsTokenOnce
from harness.probes.repeats_no_refusals import RepeatsNoRefusals
from harness.probes.retries_in_bounds import RetriesInBounds
from harness.probes.says_it_gave_up import SaysItGaveUp
from harness.probes.sends_tokens_it_got import SendsTokensItGot
from harness.probes.serves_https_only import ServesHttpsOnly
from harness.probes.shows_helpful_errors import ShowsHelpfulErrors
from harness.probes.shows_no_server_error import ShowsNoServerError
from harness.probes.shows_progress import ShowsProgress
from harness.probes.starts_again_afresh import StartsAgainAfresh
from harness.probes.states_its_use import StatesItsUse
from harness.probes.stays_unconnected import StaysUnconnected
from harness.probes.stops_on_bad_credentials import StopsOnBadCredentials
from harness.probes.survives_every_plan import SurvivesEveryPlan
from harness.probes.survives_fuzzing import SurvivesFuzzing
from harness.probes.survives_rotation import SurvivesRotation
from harness.probes.takes_every_form import TakesEveryForm
from harness.probes.takes_tokens_in_bounds import TakesTokensInBounds
from harness.probes.tells_events_apart import TellsEventsApart
from harness.probes.tells_no_secrets import TellsNoSecrets
from harness.probes.tells_of_syncing import TellsOfSyncing
from harness.probes.uses_given_key import UsesGivenKey
from harness.probes.waits_as_told import WaitsAsTold
from harness.probes.works_on import WorksOn

AnyProbe = (
    AcknowledgesGenuine
    | AcknowledgesPromptly
    | AppliesEach
    | AppliesOnce
    | AppliesWholePostsOnly
    | AsksForLittle
    | BacksOff
    | BoundsBodies
    | BoundsItsWalks
    | CallsFromTheServer
    | CallsNothingForForgeries
    | ComesThrough
    | CommitsWholeWalks
    | ConnectsOnConsent
    | CountsDeliveries
    | DropsRemovedRows
    | DropsRevokedRows
    | EndsAsTold
    | EndsConsentsAtFiskil
    | EndsLikeItsTwin
    | ExplainsAccess
    | ForgetsEndedConsents
    | GivesUpOnRefusals
    | HeedsConsentPageOnly
    | HoldsEveryRow
    | HoldsExactAmounts
    | HoldsNewestValues
    | HonoursTheGrant
    | IsReachedDirectly
    | KeepsAnswersApart
    | KeepsConsentsShort
    | KeepsDeadline
    | KeepsEndUsersApart
    | KeepsForeignRowsOut
    | KeepsOtherConsents
    | KeepsRefusedRows
    | KeepsSecretsOffPages
    | KeepsSecretsOutOfLogs
    | KeepsSecretsToItself
    | KeepsTheDay
    | KeepsTokensOffBrowsers
    | KeepsUrlsClean
    | KnowsAgain
    | LeavesUrlsAlone
    | ListsAndRevokes
    | LogsApiCalls
    | LogsConsents
    | LogsFailedProcessing
    | LogsFailures
    | LogsReceipts
    | LosesNothing
    | NoticesErrors
    | NoticesFailedDeliveries
    | NoticesLatency
    | PollsSparingly
    | ReadsAfterEvent
    | ReadsLimitedHistory
    | RefusesBadCertificates
    | RefusesForeignLinks
    | RefusesForgeries
    | RefusesStrangers
    | RemembersWhatItApplies
    | RenewsTokenOnce
    | RepeatsNoRefusals
    | RetriesInBounds
    | SaysItGaveUp
    | SendsTokensItGot
    | ServesHttpsOnly
    | ShowsHelpfulErrors
    | ShowsNoServerError
    | ShowsProgress
    | StartsAgainAfresh
    | StatesItsUse
    | StaysUnconnected
    | StopsOnBadCredentials
    | SurvivesEveryPlan
    | SurvivesFuzzing
    | SurvivesRotation
    | TakesEveryForm
    | TakesTokensInBounds
    | TellsEventsApart
    | TellsNoSecrets
    | TellsOfSyncing
    | UsesGivenKey
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
    "AsksForLittle",
    "BacksOff",
    "BoundsBodies",
    "BoundsItsWalks",
    "CallsFromTheServer",
    "CallsNothingForForgeries",
    "Case",
    "ComesThrough",
    "CommitsWholeWalks",
    "ConnectsOnConsent",
    "CountsDeliveries",
    "DropsRemovedRows",
    "DropsRevokedRows",
    "EndsAsTold",
    "EndsConsentsAtFiskil",
    "EndsLikeItsTwin",
    "ExplainsAccess",
    "Finding",
    "ForgetsEndedConsents",
    "GivesUpOnRefusals",
    "HeedsConsentPageOnly",
    "HoldsEveryRow",
    "HoldsExactAmounts",
    "HoldsNewestValues",
    "HonoursTheGrant",
    "IsReachedDirectly",
    "KeepsAnswersApart",
    "KeepsConsentsShort",
    "KeepsDeadline",
    "KeepsEndUsersApart",
    "KeepsForeignRowsOut",
    "KeepsOtherConsents",
    "KeepsRefusedRows",
    "KeepsSecretsOffPages",
    "KeepsSecretsOutOfLogs",
    "KeepsSecretsToItself",
    "KeepsTheDay",
    "KeepsTokensOffBrowsers",
    "KeepsUrlsClean",
    "KnowsAgain",
    "LeavesUrlsAlone",
    "ListsAndRevokes",
    "LogsApiCalls",
    "LogsConsents",
    "LogsFailedProcessing",
    "LogsFailures",
    "LogsReceipts",
    "LosesNothing",
    "NoticesErrors",
    "NoticesFailedDeliveries",
    "NoticesLatency",
    "PlainProbe",
    "PollsSparingly",
    "Probe",
    "ReadsAfterEvent",
    "ReadsLimitedHistory",
    "RefusesBadCertificates",
    "RefusesForeignLinks",
    "RefusesForgeries",
    "RefusesStrangers",
    "RemembersWhatItApplies",
    "RenewsTokenOnce",
    "RepeatsNoRefusals",
    "RetriesInBounds",
    "SaysItGaveUp",
    "SendsTokensItGot",
    "ServesHttpsOnly",
    "ShowsHelpfulErrors",
    "ShowsNoServerError",
    "ShowsProgress",
    "StartsAgainAfresh",
    "StatesItsUse",
    "StaysUnconnected",
    "StopsOnBadCredentials",
    "SurvivesEveryPlan",
    "SurvivesFuzzing",
    "SurvivesRotation",
    "TakesEveryForm",
    "TakesTokensInBounds",
    "TellsEventsApart",
    "TellsNoSecrets",
    "TellsOfSyncing",
    "UsesGivenKey",
    "Verdict",
    "WaitsAsTold",
    "WorksOn",
    "heaviest",
    "name_of",
]
