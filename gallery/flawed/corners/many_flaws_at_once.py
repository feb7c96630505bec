"""Has thirteen flaws of other apps of the gallery at once; the gate must report each of them.

Correct one finding after another: none of them hides the others.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "kinds"))

import added_permissions_ignored  # noqa: F401  (each import replaces functions of the app)
import balance_deliveries_not_logged  # noqa: F401
import categories_one_reading_late  # noqa: F401
import crash_report_with_environment  # noqa: F401
import failed_revocations_not_counted  # noqa: F401
import history_unlimited_after_restarted_list  # noqa: F401
import pending_rows_never_removed  # noqa: F401
import refused_revocation_reported_as_done  # noqa: F401
import retry_after_ignored_for_consents  # noqa: F401
import sessions_mixed_when_linked_together  # noqa: F401
import settings_page_shows_secret
import timeout_shown_as_code  # noqa: F401
import updates_repeated_after_restart  # noqa: F401

build = settings_page_shows_secret.build
