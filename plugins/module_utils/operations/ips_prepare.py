# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prepare an uploaded disk for its platform, through the Image Portability service."""

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.image_portability.job_run import (
    JobChange,
    apply,
    observe,
    plan,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.image_portability.options import (
    JOB_ARGUMENTS,
    PLATFORM_RULES,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.image_portability.orders import (
    prepare_order,
)

ARGUMENTS: dict[str, Any] = {
    **JOB_ARGUMENTS,
    "output_name": {"type": "str", "required": True},
    "output_kind": {"type": "str", "choices": ["disk", "snapshot", "image"]},
    "provisioning_type": {"type": "str", "choices": ["mcs", "pvs"], "default": "mcs"},
    "md5_hash": {"type": "str"},
    "xd_reconfigure": {"type": "dict", "default": {}},
    "domain_unjoin": {"type": "bool"},
    "install_pvs": {"type": "str"},
    "install_misa": {"type": "bool"},
    "overwrite": {"type": "bool", "default": False},
}

OPERATION = JobChange(
    arguments=ARGUMENTS,
    required_if=PLATFORM_RULES,
    order_of=prepare_order,
    observe=observe,
    plan=plan,
    apply=apply,
)
