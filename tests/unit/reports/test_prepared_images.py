# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.prepared_images import definition_rows

OUTCOME: dict[str, Any] = {
    "name": "W11",
    "state": "ready",
    "hosting_unit": "euc1-a",
    "share_with": [],
    "changed": True,
    "leftovers": [2],
    "version": {
        "number": 3,
        "warnings": ["ImagePreparationOSRearmCountExceeded: No rearms are left"],
        "hosting_units": [{"name": "euc1-a", "state": "Success"}],
    },
}


def test_what_a_site_warned_of_and_what_failed_before_is_told_of_a_good_version() -> None:
    (row,) = definition_rows({"daas": {"message": "", "definitions": [OUTCOME]}})
    assert (row.result, row.settled) == ("version 3 made or shared", True)
    assert row.detail == (
        "in euc1-a; the site warns: ImagePreparationOSRearmCountExceeded: No rearms are left;"
        " version 2 failed and can be deleted"
    )
