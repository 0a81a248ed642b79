# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options by which a task names the release it works for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import DEFAULT_PREFIX, Release

PREFIX_ARGUMENTS: dict[str, Any] = {"prefix": {"type": "str", "default": DEFAULT_PREFIX}}
RELEASE_ARGUMENTS: dict[str, Any] = {
    "vm_name": {"type": "str", "required": True},
    "release": {"type": "str", "required": True},
    **PREFIX_ARGUMENTS,
}


def release_of(params: Mapping[str, Any]) -> Release:
    """The release that the options name; an OperationError says which of them cannot be."""
    return Release(params["vm_name"], params["release"], params["prefix"])
