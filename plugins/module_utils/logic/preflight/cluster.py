# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a Prism Element cluster is one that images can be made on, and the only one of its identity."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Estate, Facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import is_proven

AHV = "kKvm"


def check(rows: Rows, facts: Facts, estate: Estate) -> None:
    """Identity, hypervisor, version and permissions."""
    cluster = facts.get("cluster")
    if not cluster:
        return
    twins = [host for host, other in estate.clusters.items() if host != rows.where and _uuid(other) == _uuid(facts)]
    if twins and _uuid(facts):
        same = f"is the same cluster as {quoted(twins)} ({_uuid(facts)})"
        rows.stop("identity", same, "Keep one of these inventory hosts")
    label = f"{cluster.get('name')}, {cluster.get('nodes')} nodes"
    if cluster.get("hypervisors") and AHV not in cluster["hypervisors"]:
        other = f"{label}, does not run AHV but {quoted(cluster['hypervisors'])}"
        rows.stop("version", other, "Take it out of the group prism_elements")
    elif cluster.get("version"):
        rows.ok("version", f"{label}, AOS {cluster['version']}")
    else:
        rows.warn("version", f"{label}, AOS version not reported", "Check that it is a Prism Element cluster")
    if facts.get("snapshots") is not None:
        _permissions(rows, sum(map(is_proven, facts["snapshots"])))


def _permissions(rows: Rows, images: int) -> None:
    """The API tells no roles. An image of ours shows that somebody could make it."""
    unread = "role not readable over this API"
    if images:
        rows.ok("permissions", f"{unread}; releases have worked here before (images of the collection: {images})")
    else:
        unproven = f"{unread}, and no image of the collection shows it"
        rows.warn("permissions", unproven, "Make sure that the account is Cluster Admin")


def _uuid(facts: Facts) -> str:
    return str((facts.get("cluster") or {}).get("uuid") or "")
