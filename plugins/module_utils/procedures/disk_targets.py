# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where disks can go: one class for each platform, and its options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.aws import client as aws
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.azure import client as azure
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.google import client as google
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element import client as prism_element
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver import client as xenserver
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.uploaded_disk import DiskTarget
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.aws.upload import AwsTarget
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.azure.upload import AzureTarget
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.google.upload import GoogleTarget
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.image_upload import AhvTarget
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.upload import XenServerTarget

TARGETS: dict[str, Callable[[Mapping[str, Any], int], DiskTarget]] = {
    "aws": AwsTarget,
    "azure": lambda params, threads: AzureTarget(params),
    "gcp": lambda params, threads: GoogleTarget(params),
    "ahv": lambda params, threads: AhvTarget(params),
    "xenserver": lambda params, threads: XenServerTarget(params),
}
OPTIONS: dict[str, dict[str, Any]] = {
    "aws": aws.ARGUMENTS,
    "azure": azure.ARGUMENTS,
    "gcp": google.ARGUMENTS,
    "ahv": {**prism_element.CONNECTION_ARGUMENTS, "storage_container": {"type": "str"}},
    "xenserver": {**xenserver.CONNECTION_ARGUMENTS, "storage_repository": {"type": "str"}},
}
ARGUMENTS: dict[str, Any] = {
    "platform": {"type": "str", "choices": list(TARGETS), "required": True},
    **{platform: {"type": "dict", "options": options} for platform, options in OPTIONS.items()},
}
REQUIRED_IF = tuple(("platform", platform, (platform,)) for platform in TARGETS)


def connect(params: Mapping[str, Any], threads: int = 1) -> DiskTarget:
    platform = params["platform"]
    return TARGETS[platform](params[platform], threads)
