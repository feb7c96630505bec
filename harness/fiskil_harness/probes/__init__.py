"""Probes: each file checks one property of the app, using the finished journal."""

from typing import TYPE_CHECKING, Any

from fiskil_harness.core import plugins
from fiskil_harness.core.model.findings import Case, Finding, Verdict, heaviest
from fiskil_harness.core.tags import by_tag, name_of
from fiskil_harness.probes.admission import problem_of
from fiskil_harness.probes.api_client.backs_off import BacksOff
from fiskil_harness.probes.api_client.bounds_its_walks import BoundsItsWalks
from fiskil_harness.probes.api_client.gives_up_on_refusals import GivesUpOnRefusals
from fiskil_harness.probes.api_client.keeps_deadline import KeepsDeadline
from fiskil_harness.probes.api_client.polls_sparingly import PollsSparingly
from fiskil_harness.probes.api_client.reads_after_event import ReadsAfterEvent
from fiskil_harness.probes.api_client.reads_limited_history import ReadsLimitedHistory
from fiskil_harness.probes.api_client.refuses_bad_certificates import RefusesBadCertificates
from fiskil_harness.probes.api_client.refuses_foreign_links import RefusesForeignLinks
from fiskil_harness.probes.api_client.renews_token_once import RenewsTokenOnce
from fiskil_harness.probes.api_client.repeats_no_refusals import RepeatsNoRefusals
from fiskil_harness.probes.api_client.requests_declared_data_only import RequestsDeclaredDataOnly
from fiskil_harness.probes.api_client.requests_tokens_in_bounds import RequestsTokensInBounds
from fiskil_harness.probes.api_client.respects_retry_after import RespectsRetryAfter
from fiskil_harness.probes.api_client.retries_broken_reads import RetriesBrokenReads
from fiskil_harness.probes.api_client.retries_in_bounds import RetriesInBounds
from fiskil_harness.probes.api_client.sends_issued_tokens_only import SendsIssuedTokensOnly
from fiskil_harness.probes.api_client.stops_on_bad_credentials import StopsOnBadCredentials
from fiskil_harness.probes.api_client.survives_rotation import SurvivesRotation
from fiskil_harness.probes.api_client.uses_configured_key import UsesConfiguredKey
from fiskil_harness.probes.consents.connects_on_consent import ConnectsOnConsent
from fiskil_harness.probes.consents.ends_consents_at_fiskil import EndsConsentsAtFiskil
from fiskil_harness.probes.consents.keeps_active_consents import KeepsActiveConsents
from fiskil_harness.probes.consents.keeps_consents_short import KeepsConsentsShort
from fiskil_harness.probes.consents.opens_own_sessions import OpensOwnSessions
from fiskil_harness.probes.consents.reads_own_end_user import ReadsOwnEndUser
from fiskil_harness.probes.consents.respects_reduced_consent import RespectsReducedConsent
from fiskil_harness.probes.consents.starts_new_session import StartsNewSession
from fiskil_harness.probes.consents.stays_unconnected import StaysUnconnected
from fiskil_harness.probes.consents.trusts_consent_page_only import TrustsConsentPageOnly
from fiskil_harness.probes.observability.counts_deliveries import CountsDeliveries
from fiskil_harness.probes.observability.logs_api_calls import LogsApiCalls
from fiskil_harness.probes.observability.logs_consents import LogsConsents
from fiskil_harness.probes.observability.logs_failed_processing import LogsFailedProcessing
from fiskil_harness.probes.observability.logs_failures import LogsFailures
from fiskil_harness.probes.observability.logs_receipts import LogsReceipts
from fiskil_harness.probes.observability.notices_errors import NoticesErrors
from fiskil_harness.probes.observability.notices_failed_deliveries import NoticesFailedDeliveries
from fiskil_harness.probes.observability.notices_latency import NoticesLatency
from fiskil_harness.probes.pages.explains_access import ExplainsAccess
from fiskil_harness.probes.pages.lists_and_revokes import ListsAndRevokes
from fiskil_harness.probes.pages.opens_pages_despite_faults import OpensPagesDespiteFaults
from fiskil_harness.probes.pages.pages_follow_events import PagesFollowEvents
from fiskil_harness.probes.pages.reports_timeouts import ReportsTimeouts
from fiskil_harness.probes.pages.shows_helpful_errors import ShowsHelpfulErrors
from fiskil_harness.probes.pages.shows_no_server_error import ShowsNoServerError
from fiskil_harness.probes.pages.shows_progress import ShowsProgress
from fiskil_harness.probes.pages.shows_syncing import ShowsSyncing
from fiskil_harness.probes.pages.states_its_use import StatesItsUse
from fiskil_harness.probes.probe import Probe
from fiskil_harness.probes.secrets.calls_from_the_server import CallsFromTheServer
from fiskil_harness.probes.secrets.keeps_secrets_off_pages import KeepsSecretsOffPages
from fiskil_harness.probes.secrets.keeps_secrets_out_of_logs import KeepsSecretsOutOfLogs
from fiskil_harness.probes.secrets.keeps_secrets_to_itself import KeepsSecretsToItself
from fiskil_harness.probes.secrets.keeps_tokens_off_browsers import KeepsTokensOffBrowsers
from fiskil_harness.probes.secrets.keeps_urls_clean import KeepsUrlsClean
from fiskil_harness.probes.secrets.responses_contain_no_secrets import ResponsesContainNoSecrets
from fiskil_harness.probes.stored_rows.commits_whole_walks import CommitsWholeWalks
from fiskil_harness.probes.stored_rows.drops_removed_rows import DropsRemovedRows
from fiskil_harness.probes.stored_rows.drops_revoked_rows import DropsRevokedRows
from fiskil_harness.probes.stored_rows.forgets_ended_consents import ForgetsEndedConsents
from fiskil_harness.probes.stored_rows.holds_every_row import HoldsEveryRow
from fiskil_harness.probes.stored_rows.holds_exact_amounts import HoldsExactAmounts
from fiskil_harness.probes.stored_rows.holds_newest_values import HoldsNewestValues
from fiskil_harness.probes.stored_rows.holds_served_values import HoldsServedValues
from fiskil_harness.probes.stored_rows.keeps_foreign_rows_out import KeepsForeignRowsOut
from fiskil_harness.probes.stored_rows.keeps_other_consents import KeepsOtherConsents
from fiskil_harness.probes.stored_rows.keeps_posting_day import KeepsPostingDay
from fiskil_harness.probes.stored_rows.keeps_refused_rows import KeepsRefusedRows
from fiskil_harness.probes.stored_rows.separates_concurrent_users import SeparatesConcurrentUsers
from fiskil_harness.probes.stored_rows.separates_end_users import SeparatesEndUsers
from fiskil_harness.probes.webhooks.accepts_equivalent_requests import AcceptsEquivalentRequests
from fiskil_harness.probes.webhooks.acknowledges_genuine import AcknowledgesGenuine
from fiskil_harness.probes.webhooks.acknowledges_promptly import AcknowledgesPromptly
from fiskil_harness.probes.webhooks.applies_each import AppliesEach
from fiskil_harness.probes.webhooks.applies_once import AppliesOnce
from fiskil_harness.probes.webhooks.applies_whole_posts_only import AppliesWholePostsOnly
from fiskil_harness.probes.webhooks.bounds_bodies import BoundsBodies
from fiskil_harness.probes.webhooks.calls_nothing_for_forgeries import CallsNothingForForgeries
from fiskil_harness.probes.webhooks.completes_work_once import CompletesWorkOnce
from fiskil_harness.probes.webhooks.delays_no_other_end_user import DelaysNoOtherEndUser
from fiskil_harness.probes.webhooks.distinguishes_events import DistinguishesEvents
from fiskil_harness.probes.webhooks.finishes_work import FinishesWork
from fiskil_harness.probes.webhooks.ignores_delivery_order import IgnoresDeliveryOrder
from fiskil_harness.probes.webhooks.is_reached_directly import IsReachedDirectly
from fiskil_harness.probes.webhooks.leaves_urls_alone import LeavesUrlsAlone
from fiskil_harness.probes.webhooks.loses_nothing import LosesNothing
from fiskil_harness.probes.webhooks.reaches_event_state import ReachesEventState
from fiskil_harness.probes.webhooks.recognises_duplicates import RecognisesDuplicates
from fiskil_harness.probes.webhooks.refuses_foreign_addresses import RefusesForeignAddresses
from fiskil_harness.probes.webhooks.refuses_forgeries import RefusesForgeries
from fiskil_harness.probes.webhooks.repeats_no_work import RepeatsNoWork
from fiskil_harness.probes.webhooks.resists_request_smuggling import ResistsRequestSmuggling
from fiskil_harness.probes.webhooks.serves_clients_concurrently import ServesClientsConcurrently
from fiskil_harness.probes.webhooks.serves_https_only import ServesHttpsOnly
from fiskil_harness.probes.webhooks.survives_every_plan import SurvivesEveryPlan
from fiskil_harness.probes.webhooks.survives_fuzzing import SurvivesFuzzing
from fiskil_harness.probes.webhooks.survives_malformed_requests import SurvivesMalformedRequests
from fiskil_harness.probes.webhooks.uses_one_message_id import UsesOneMessageId

PROBES = by_tag(globals().values(), Probe)
"""Every class of probes by its name in plan files; plugins add theirs."""

if TYPE_CHECKING:
    AnyProbe = Probe
else:
    AnyProbe = plugins.declare("probe", Probe, PROBES, problem_of=problem_of)

__all__ = [
    "PROBES",
    "AcceptsEquivalentRequests",
    "AcknowledgesGenuine",
    "AcknowledgesPromptly",
    "AnyProbe",
    "AppliesEach",
    "AppliesOnce",
    "AppliesWholePostsOnly",
    "BacksOff",
    "BoundsBodies",
    "BoundsItsWalks",
    "CallsFromTheServer",
    "CallsNothingForForgeries",
    "Case",
    "CommitsWholeWalks",
    "CompletesWorkOnce",
    "ConnectsOnConsent",
    "CountsDeliveries",
    "DelaysNoOtherEndUser",
    "DistinguishesEvents",
    "DropsRemovedRows",
    "DropsRevokedRows",
    "EndsConsentsAtFiskil",
    "ExplainsAccess",
    "Finding",
    "FinishesWork",
    "ForgetsEndedConsents",
    "GivesUpOnRefusals",
    "HoldsEveryRow",
    "HoldsExactAmounts",
    "HoldsNewestValues",
    "HoldsServedValues",
    "IgnoresDeliveryOrder",
    "IsReachedDirectly",
    "KeepsActiveConsents",
    "KeepsConsentsShort",
    "KeepsDeadline",
    "KeepsForeignRowsOut",
    "KeepsOtherConsents",
    "KeepsPostingDay",
    "KeepsRefusedRows",
    "KeepsSecretsOffPages",
    "KeepsSecretsOutOfLogs",
    "KeepsSecretsToItself",
    "KeepsTokensOffBrowsers",
    "KeepsUrlsClean",
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
    "OpensOwnSessions",
    "OpensPagesDespiteFaults",
    "PagesFollowEvents",
    "PollsSparingly",
    "Probe",
    "ReachesEventState",
    "ReadsAfterEvent",
    "ReadsLimitedHistory",
    "ReadsOwnEndUser",
    "RecognisesDuplicates",
    "RefusesBadCertificates",
    "RefusesForeignAddresses",
    "RefusesForeignLinks",
    "RefusesForgeries",
    "RenewsTokenOnce",
    "RepeatsNoRefusals",
    "RepeatsNoWork",
    "ReportsTimeouts",
    "RequestsDeclaredDataOnly",
    "RequestsTokensInBounds",
    "ResistsRequestSmuggling",
    "RespectsReducedConsent",
    "RespectsRetryAfter",
    "ResponsesContainNoSecrets",
    "RetriesBrokenReads",
    "RetriesInBounds",
    "SendsIssuedTokensOnly",
    "SeparatesConcurrentUsers",
    "SeparatesEndUsers",
    "ServesClientsConcurrently",
    "ServesHttpsOnly",
    "ShowsHelpfulErrors",
    "ShowsNoServerError",
    "ShowsProgress",
    "ShowsSyncing",
    "StartsNewSession",
    "StatesItsUse",
    "StaysUnconnected",
    "StopsOnBadCredentials",
    "SurvivesEveryPlan",
    "SurvivesFuzzing",
    "SurvivesMalformedRequests",
    "SurvivesRotation",
    "TrustsConsentPageOnly",
    "UsesConfiguredKey",
    "UsesOneMessageId",
    "Verdict",
    "heaviest",
    "name_of",
]


def __getattr__(name: str) -> Any:
    from fiskil_harness.core.renamed import missing_class

    raise missing_class("probes", name)
