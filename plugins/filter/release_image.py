# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The image of a release on one cluster, and its template on a Prism Central, for the role image_release; what that
means stands in logic/images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images import (
    common_origin,
    outcome,
    release_templates,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import Release


def release_common_snapshot(
    lineage: Sequence[str], points: Sequence[dict[str, Any]], base_vm: str, release: str, prefix: str
) -> dict[str, str]:
    try:
        named = Release(base_vm, release, prefix)
        return {"snapshot_id": common_origin.common_snapshot(lineage, points, named), "message": ""}
    except Refusal as error:
        return {"snapshot_id": "", "message": str(error)}


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "release_image_found": outcome.found,
            "release_image_became": outcome.became,
            "release_confirmed": outcome.confirmed,
            "release_common_snapshot": release_common_snapshot,
            "release_oldest_point": common_origin.oldest_point,
            "release_central_needs": release_templates.central_needs,
            "release_unserved": release_templates.unserved,
            "release_template_found": release_templates.found,
            "release_template_witnessed": release_templates.witnessed,
            "release_template_makers": release_templates.makers,
            "release_users": release_templates.users,
        }
