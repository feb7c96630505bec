"""The one place that decides which tests belong to which suite, and which parameters the quick suite samples.

``make test`` runs the quick suite; ``make test-gallery`` the tests marked ``gallery``, which run whole apps or other
programs for seconds; ``make test-all`` every test. A test that always takes minutes is marked ``full`` where it is defined.
"""

from collections.abc import Callable, Iterable

import pytest

Belongs = Callable[[pytest.Function], bool]
"""Returns true for a test that belongs to the quick suite."""


def first(count: int, values: Iterable[object]) -> list[object]:
    """Return *values* as parameters; those after the first *count* run only in ``make test-all``.

    A tuple is the arguments of one test.
    """
    return [value if number < count else _only_in_full_run(value) for number, value in enumerate(values)]


def except_for(later: Iterable[object], values: Iterable[object]) -> list[object]:
    """Return *values* as parameters; those in *later* run only in ``make test-all``.

    A tuple is the arguments of one test.
    """
    names = set(later)
    return [_only_in_full_run(value) if value in names else value for value in values]


def _only_in_full_run(value: object) -> object:
    return pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.full)


def nothing(_: pytest.Function) -> bool:
    """No parameter belongs to the quick suite."""
    return False


def one_in(count: int) -> Belongs:
    """Every parameter whose number is a multiple of *count* belongs to the quick suite."""
    return lambda test: sum(set(test.callspec.indices.values())) % count == 0


def with_value(**values: object) -> Belongs:
    """The parameters with these *values* by name, and tests without such parameters, belong to the quick suite."""
    return lambda test: all(_parameters(test).get(name, value) == value for name, value in values.items())


def only(*ids: str) -> Belongs:
    """The parameters with these *ids* belong to the quick suite."""
    return lambda test: test.callspec.id in ids


FLAWED = only(
    "amended_dataset_kept",
    "any_address_accepted",
    "counted_under_each_consent",
    "embedded_secret_in_query",
    "flask_ids_normalised",
    "node_login_redirect",
    "stdlib_two_json_parsers",
)
"""Flawed apps that take about a second each, and one whose pages are opened in a browser."""


def _parameters(test: pytest.Function) -> dict[str, object]:
    return dict(test.callspec.params) if hasattr(test, "callspec") else {}


def both(*conditions: Belongs) -> Belongs:
    """The parameters that fulfil all *conditions* belong to the quick suite."""
    return lambda test: all(belongs(test) for belongs in conditions)


QUICK: dict[str, Belongs] = {
    "app/browser/test_chromium.py::test_no_process_is_left_behind": one_in(2),
    "app/browser/test_login.py::test_no_page_is_recorded_after_a_failed_login": one_in(2),
    "app/browser/test_tabs.py::test_the_page_behind_a_hanging_window_is_read": nothing,
    "browser/test_accessibility.py::test_a_checker_finds_nothing_serious": one_in(4),
    "browser/test_consent_page.py::test_every_screen_fits_and_is_readable": one_in(2),
    "browser/test_embedding_origins.py": with_value(origin="file", way="frame"),
    "browser/test_link_messages.py": with_value(way="frame"),
    "cli/test_agent.py::test_the_loop_of_the_guide_works": nothing,
    "cli/test_contract.py::test_a_response_that_matches_no_document_is_a_failure": nothing,
    "cli/test_contract.py::test_drift_is_reported_by_clause": nothing,
    "cli/test_demo.py::test_a_flaw_that_is_not_found_is_an_internal_error": nothing,
    "cli/test_demo.py::test_a_shut_gate_of_the_reference_app_ends_the_demo": nothing,
    "cli/test_demo.py::test_without_a_gallery_only_the_reference_app_runs": nothing,
    "cli/test_demo.py::test_without_chromium_practices_about_pages_are_left_out": nothing,
    "cli/test_export_test.py::test_a_bad_path_is_refused_before_anything_runs": one_in(2),
    "cli/test_export_test.py::test_a_written_test_fails_only_for_the_flawed_receiver": nothing,
    "cli/test_export_test.py::test_the_curl_lines_are_accepted": nothing,
    "cli/test_gate.py::test_with_only_a_webhook_most_practices_are_not_proven": nothing,
    "cli/test_init.py::test_doctor_names_a_hook_that_is_wrong": one_in(2),
    "cli/test_json_reports.py::test_standard_output_is_the_report_alone": only("doctor", "list"),
    "cli/test_json_reports.py::test_standard_output_of_a_run_is_the_report_alone": only("run"),
    "cli/test_new.py::test_the_written_tests_pass": nothing,
    "cli/test_plugins.py::test_a_broken_plugin_ends_each_command": nothing,
    "cli/test_plugins.py::test_every_command_uses_the_plugin": nothing,
    "cli/test_run.py::test_a_generated_plan_that_fails_is_saved_and_fails_again": nothing,
    "cli/test_run.py::test_a_scenario_from_a_file_is_repeated_by_its_path": nothing,
    "cli/test_run.py::test_an_interrupted_run_writes_its_report_and_leaves_nothing": one_in(2),
    "cli/test_run.py::test_an_invalid_receiver_is_refused": one_in(3),
    "cli/test_run.py::test_only_one_plan_can_be_saved": nothing,
    "cli/test_run.py::test_the_html_page_shows_what_failed": nothing,
    "cli/test_run.py::test_the_same_seed_gives_the_same_result": nothing,
    "cli/test_selftest.py::test_an_interruption_leaves_nothing_behind": nothing,
    "cli/test_selftest.py::test_practices_are_listed_on_request": nothing,
    "cli/test_serve.py::test_an_invalid_option_is_refused": one_in(2),
    "cli/test_step_by_step.py::test_r_runs_to_the_end": nothing,
    "cli/test_step_by_step.py::test_without_input_everything_runs": nothing,
    "cli/test_streams.py::test_a_closed_pipe_does_not_change_the_exit_code": one_in(2),
    "cli/test_streams.py::test_a_closed_pipe_does_not_hide_a_violation": nothing,
    "cli/test_streams.py::test_a_closed_stream_does_not_disturb_a_run": one_in(2),
    "cli/test_webhooks_heavy.py::test_a_receiver_that_exceeds_its_limit_is_caught": one_in(2),
    "cli/test_webhooks_heavy.py::test_contradictory_options_are_refused": one_in(2),
    "contract/test_drift.py::test_another_interpretation_is_detected": one_in(6),
    "contract/test_refusals.py::test_every_described_client_error_is_produced": one_in(3),
    "contract/test_schemathesis_run.py::test_every_operation_is_exercised_without_a_failure": nothing,
    "contract/test_schemathesis_run.py::test_walks_reach_every_operation_without_a_failure": nothing,
    "docs/test_extending.py::test_a_new_user_gets_what_the_page_shows": nothing,
    "docs/test_plain_english.py::test_every_lawful_use_is_used": nothing,
    "faults/clients/test_client_errors.py::test_a_client_reports_what_the_table_contains": both(
        one_in(3), with_value(client="httpx")
    ),
    "faults/proxy/test_composition.py::test_a_fault_that_never_acts_changes_no_byte": nothing,
    "faults/test_every_example_bites.py::test_an_expression_of_the_catalogue_bites": one_in(2),
    "faults/test_fault_declarations.py::test_a_fault_in_an_exchange_breaks_what_it_declares": one_in(2),
    "faults/test_fault_declarations.py::test_the_next_exchange_is_unchanged": one_in(2),
    "faults/test_faults_on_every_route.py::test_a_fault_bites_somewhere": one_in(3),
    "gate/report/test_html_in_browser.py": with_value(report=360),
    "gate/report/test_html_in_browser.py::test_a_link_opens_what_it_leads_to": nothing,
    "gate/report/test_html_in_browser.py::test_a_story_is_built_when_it_is_opened": nothing,
    "gate/report/test_leaky_app.py::test_no_report_format_contains_a_secret": one_in(2),
    "gate/selftest/test_gallery_matrix.py::test_a_correct_app_raises_no_alarm": only("embedded_app", "refusing_receiver"),
    "gate/selftest/test_gallery_matrix.py::test_a_flaw_is_caught_without_a_false_alarm": FLAWED,
    "gate/selftest/test_gallery_matrix.py::test_an_app_that_does_nothing_is_not_trusted": nothing,
    "gate/selftest/test_http_bugs.py": only("asyncio_one_read", "node_header_spelling", "stdlib_csrf"),
    "gate/selftest/test_reference_gate.py::test_the_same_seed_gives_the_same_result": nothing,
    "gate/selftest/test_remedies.py::test_the_bug_is_gone": nothing,
    "hostile/test_credentials_of_the_team.py::test_a_local_run_withholds_the_credentials": one_in(3),
    "hostile/test_credentials_of_the_team.py::test_no_output_shows_the_credentials": one_in(3),
    "hostile/test_dev_mode.py::test_a_run_passes_in_development_mode": nothing,
    "hostile/test_dev_mode.py::test_a_test_file_passes_in_development_mode": nothing,
    "hostile/test_outputs.py::test_the_output_of_an_app_does_not_reach_the_terminal_unescaped": one_in(2),
    "hostile/test_regular_expressions.py::test_no_pattern_is_slow": nothing,
    "interpretations/test_switches.py::test_each_interpretation_has_its_effect": one_in(3),
    "packaging/test_wheel.py::test_a_missing_extra_is_named": nothing,
    "packaging/test_wheel.py::test_runs_a_scenario_in_the_app_s_environment": nothing,
    "packaging/test_wheel.py::test_runs_from_another_folder": nothing,
    "properties/test_crosstalk.py::test_fifty_clients_share_nothing": nothing,
    "properties/test_expression_round_trip.py::test_a_rule_survives_its_expression": one_in(6),
    "properties/test_invariants.py::test_a_kill_during_a_delivery_fails_no_correct_receiver": one_in(3),
    "properties/test_invariants.py::test_a_violation_is_found": one_in(4),
    "properties/test_invariants.py::test_an_effect_of_a_truncated_message_is_found": one_in(2),
    "properties/test_receivers.py::test_a_correct_receiver_does_not_fail": one_in(3),
    "properties/test_receivers.py::test_a_flaw_is_found_and_shrunk": one_in(3),
    "pytest_plugin/test_habits.py::test_async_tests_use_the_fixtures": nothing,
    "pytest_plugin/test_habits.py::test_files_of_scenarios_are_relative_to_the_root_folder": nothing,
    "pytest_plugin/test_habits.py::test_the_last_run_of_a_repeated_scenario_counts": nothing,
    "pytest_plugin/test_plugin.py::test_a_missing_hook_is_skipped_by_its_name_and_fails_when_strict": nothing,
    "pytest_plugin/test_plugin.py::test_an_app_can_be_a_python_object": nothing,
    "pytest_plugin/test_plugin.py::test_an_app_that_cannot_be_started_twice_is_refused_with_xdist": nothing,
    "pytest_plugin/test_plugin.py::test_an_app_that_does_not_start_is_a_failure": nothing,
    "pytest_plugin/test_plugin.py::test_an_invalid_ini_value_is_refused": nothing,
    "pytest_plugin/test_plugin.py::test_an_invalid_option_is_refused_before_anything_runs": one_in(3),
    "pytest_plugin/test_plugin.py::test_junit_contains_the_scenarios": nothing,
    "pytest_plugin/test_plugin.py::test_the_output_of_the_app_is_kept": one_in(2),
    "pytest_plugin/test_plugin.py::test_xdist_and_random_order_do_not_change_the_result": nothing,
    "runner/test_bad_clients.py::test_a_failing_app_is_inconclusive_and_the_next_scenario_passes": one_in(3),
    "runner/test_bad_clients.py::test_a_scenario_does_not_begin_while_the_app_calls_the_api": nothing,
    "runner/test_driver.py::test_an_app_that_does_nothing_is_inconclusive": nothing,
    "runner/test_late_states.py": nothing,
    "runner/test_session.py::test_a_busy_app_is_noticed_once": nothing,
    "runner/test_session.py::test_a_killed_worker_ends_the_run_with_the_results_so_far": nothing,
    "runner/test_session.py::test_an_app_that_does_nothing_is_tried_once": nothing,
    "runner/test_session.py::test_an_interrupted_run_leaves_nothing": only(
        "all processes-2-Ctrl-C", "the first process-2-SIGTERM"
    ),
    "runner/test_webhook_scenarios.py::test_each_flaw_is_detected": one_in(12),
    "runner/test_webhook_scenarios.py::test_the_same_seed_gives_the_same_findings": one_in(3),
    "runner/test_worker.py::test_only_one_scenario_waits_for_work_that_never_ends": nothing,
    "sandbox/api/test_hostile_requests.py::test_a_wrong_method_gets_the_allowed_ones": one_in(3),
    "sandbox/api/test_refusals.py": with_value(version="v3"),
    "sandbox/bank/test_business_days.py::test_regular_payments_fall_on_business_days": with_value(seed=1),
    "sandbox/bank/test_passing_days.py::test_balances_are_the_sum_of_the_rows": one_in(4),
    "sandbox/bank/test_pending_schedule.py::test_balances_change_after_the_history_as_the_movements_say": one_in(3),
    "sandbox/bank/test_personas.py": with_value(seed=0, seeded=0),
    "sandbox/bank/test_solvency.py": with_value(seed=0),
    "sandbox/consents/test_journey.py::test_an_act_outside_the_table_changes_nothing": one_in(3),
    "sandbox/consents/test_journey.py::test_only_an_approval_leaves_a_consent": one_in(3),
    "sandbox/consents/test_journey.py::test_the_page_follows_the_table": one_in(3),
    "sandbox/consents/test_people.py::test_balances_add_up": one_in(3),
    "sandbox/consents/test_ways_to_end.py::test_every_way_to_an_ending_leaves_the_same": one_in(3),
    "sandbox/energy/test_energy.py::test_energy_is_equal_in_every_version": one_in(3),
    "sandbox/energy/test_time.py::test_everything_adds_up_at_any_instant": one_in(3),
    "sandbox/energy/test_time.py::test_no_record_is_in_the_future": one_in(3),
    "sandbox/energy/test_time.py::test_rows_do_not_depend_on_how_the_clock_moves": one_in(2),
    "sandbox/openapi/test_documents.py::test_each_interpretation_gives_a_valid_document": both(
        one_in(4), with_value(version="v3")
    ),
    "sandbox/test_books.py": with_value(seed=1, days_later=0),
    "sandbox/test_identifiers.py": with_value(seed=1),
    "sandbox/test_one_world.py": with_value(seed=1),
    "sandbox/test_optional_fields.py": with_value(seed=1),
    "sandbox/test_optional_fields.py::test_a_bill_names_its_biller": nothing,
    "sandbox/test_optional_fields.py::test_an_optional_field_appears_for_some_and_is_missing_for_others": with_value(
        dataset="transactions"
    ),
    "sandbox/test_optional_fields.py::test_each_version_serves_these_people": with_value(name="every_field"),
    "sandbox/test_optional_fields.py::test_rows_match_the_documented_models": with_value(name="every_field"),
    "scenario/generation/test_saved_plans.py::test_a_saved_plan_fails_no_correct_app": both(
        one_in(3), with_value(name="reference_app")
    ),
    "scenario/generation/test_saved_plans.py::test_a_saved_plan_fails_where_it_was_found": one_in(2),
    "scenario/generation/test_search.py::test_a_race_that_shows_once_is_reported": nothing,
    "scenario/generation/test_search_on_apps.py::test_an_app_that_does_nothing_does_not_pass": nothing,
    "scenario/generation/test_strategies.py::test_forty_plans_reach_every_forgery": one_in(3),
    "scenario/generation/test_strategies.py::test_older_events_often_come_after_newer_ones": one_in(3),
    "scenario/generation/test_strategies.py::test_some_plans_truncate_and_some_kill_during_a_delivery": one_in(3),
    "scenario/steps/test_auth_origin.py": only("reference_app-browser"),
    "scenario/steps/test_idempotency.py::test_generated_bodies_are_signed_and_counted": nothing,
    "scenario/steps/test_idempotency.py::test_sending_has_a_time_limit": nothing,
    "scenario/steps/test_many_messages.py::test_an_app_without_a_backlog_gets_every_message": nothing,
    "scenario/steps/test_many_messages.py::test_other_apps_get_300_messages": one_in(2),
    "scenario/steps/test_pages.py::test_a_journey_begins_and_ends_at_the_app": with_value(
        app="embedded_app", then="confirm"
    ),
    "scenario/steps/test_pages.py::test_every_page_of_the_config_is_recorded": one_in(2),
    "scenario/steps/test_press_controls.py::test_a_page_that_changes_on_every_view_is_inconclusive": nothing,
    "scenario/steps/test_press_controls.py::test_another_option_is_chosen": nothing,
    "scenario/steps/test_press_controls.py::test_controls_that_may_end_something_are_not_pressed": one_in(6),
    "scenario/steps/test_press_controls.py::test_links_that_differ_in_numbers_are_pressed_once": nothing,
    "scenario/steps/test_press_controls.py::test_what_follows_a_press_is_recorded": nothing,
    "scenario/steps/test_revoke_in_browser.py::test_a_consent_is_revoked_through_details_and_a_confirmation": nothing,
    "scenario/steps/test_revoke_in_browser.py::test_the_consents_to_list_are_recorded": nothing,
    "scenario/steps/test_waiting_pages.py::test_pages_from_before_the_sync_are_opened_again": nothing,
    "scenario/steps/test_waiting_pages.py::test_the_page_is_opened_again_until_it_shows_data": nothing,
    "scenario/test_stage.py::test_a_stuck_message_of_an_app_that_keeps_running_is_excluded_and_reported": nothing,
    "scenario/test_stage.py::test_an_app_that_became_idle_has_no_older_backlog": nothing,
    "scenario/test_stage.py::test_findings_do_not_depend_on_earlier_unfinished_work": nothing,
    "scenario/test_stage.py::test_unfinished_work_is_attributed_to_its_first_scenario": nothing,
    "soak/test_runs.py": nothing,
    "test_public_api.py::test_the_example_tests_pass": nothing,
    "test_public_api.py::test_the_examples_have_the_types_of_the_package": nothing,
    "webhooks/test_fuzzing.py::test_generation_writes_no_files_to_the_working_directory": nothing,
    "webhooks/test_signature.py::test_no_forgery_is_verified": one_in(3),
    "webhooks/test_signature_schemes.py::test_no_forgery_carries_the_right_digest": one_in(3),
    "webhooks/test_signature_schemes.py::test_no_forgery_is_accepted_by_a_strict_verifier": one_in(3),
}
"""By test or module, the parameters that the quick suite runs; ``make test-gallery`` runs the others."""


def assign(test: pytest.Function) -> None:
    """Mark *test* as ``gallery`` unless it belongs to the quick suite."""
    path, _, name = test.nodeid.removeprefix("tests/").partition("[")[0].partition("::")
    for place in (path, f"{path}::{name}"):
        if place in QUICK and not QUICK[place](test):
            test.add_marker("gallery")
