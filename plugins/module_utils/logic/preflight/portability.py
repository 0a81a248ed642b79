# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an image can be carried to a target of Image Portability, by the look that the role image_portability has."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import why
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Estate, Facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows


def check(rows: Rows, facts: Facts, estate: Estate) -> None:
    if facts["message"]:
        message, advice = why(facts)
        rows.stop("log-in and reads", message, advice)
        return
    for obstacle in facts["unfit"]:
        rows.stop("image portability", obstacle)
    for stage in facts["stages"]:
        if stage not in facts["remaining"]:
            rows.ok(stage, "is there, or not needed any more")
        elif not facts["unfit"]:
            rows.ok(stage, "can be done")
    if facts["remaining"] and not facts["unfit"]:
        rows.warn(
            "quotas",
            "the account, its quotas and its networks for the worker cannot be asked from here",
            "Make sure that a worker VM can be made there (see docs/image_portability.md)",
        )
