# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recurring schedules of protection domains (contract prism_element 7.1)."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    PrismElement,
    refusal_in,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import (
    Schedule,
    path_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

PERIOD_SECONDS = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3600, "DAILY": 86400, "WEEKLY": 604800, "MONTHLY": 2592000}


def add_schedule(client: PrismElement, protection_domain: str, schedule: Schedule, begins_usecs: int) -> None:
    """Add a schedule that begins then. Not to be repeated after AnswerLost without a look at what is there."""
    payload = {
        "type": schedule.type,
        "every_nth": schedule.every_nth,
        "user_start_time_in_usecs": begins_usecs,
        "app_consistent": schedule.app_consistent,
        "retention_policy": {"local_max_snapshots": schedule.keep_local, "remote_max_snapshots": schedule.keep_remote},
    }
    reason = refusal_in(client.request("POST", f"{path_of(protection_domain)}/schedules", payload=payload).body)
    if reason:
        raise OperationError(
            f"{client.endpoint} refuses a schedule of '{protection_domain}': {reason}", "Nothing was changed."
        )
