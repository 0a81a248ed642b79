# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The image of a release on one cluster, and its template on a Prism Central, for the role image_release; what that
means stands in logic/images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images import outcome, release_templates


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "release_image_found": outcome.found,
            "release_image_became": outcome.became,
            "release_central_needs": release_templates.central_needs,
            "release_unserved": release_templates.unserved,
            "release_template_found": release_templates.found,
            "release_template_makers": release_templates.makers,
        }
