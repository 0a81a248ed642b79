# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The image of a release on one cluster, for the role image_release; what it means: logic/images/outcome.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images import outcome


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"release_image_found": outcome.found, "release_image_became": outcome.became}
