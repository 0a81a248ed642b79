# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the plug-in for Nutanix through Prism Central is told which cluster is meant: by a custom property. What it is
called over REST nobody could verify, so its name is an option, and this is its one place (contract citrix addition C).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal

CLUSTER_PROPERTY = {"cluster_property": {"type": "str", "default": "ClusterId"}}
CLUSTER_ID = {"cluster_id": {"type": "str"}, **CLUSTER_PROPERTY}


def with_cluster(given: Mapping[str, Any] | None, cluster_id: str | None, name: str) -> dict[str, str] | None:
    """The custom properties, the cluster among them; None when neither is given. Raises Refusal for two clusters."""
    if given is None and not cluster_id:
        return None
    properties = {str(key): str(value) for key, value in (given or {}).items()}
    if not cluster_id:
        return properties
    if properties.get(name, cluster_id) != cluster_id:
        raise Refusal(
            f"the custom property {name} is '{properties[name]}', and the cluster is given as '{cluster_id}'",
            "Give one of them.",
        )
    return {**properties, name: cluster_id}
