# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a cluster holds the release's image already, and nothing that could be taken for it."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Estate, Facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows


def check(rows: Rows, facts: Facts, estate: Estate) -> None:
    """Nothing is said while the release has no id, or nobody could look."""
    looked, name = facts.get("image"), estate.release.image
    if looked is None or not name or not facts.get("cluster"):
        return
    for doubt in looked["doubts"]:
        rows.stop("image", doubt["reason"], "Use another release id, or remove or rename what is not the release's")
    if not looked["doubts"]:
        there = "there already, and verified as that of the release" if looked["snapshots"] else "not there yet"
        rows.ok("image", f"'{name}' is {there}")
