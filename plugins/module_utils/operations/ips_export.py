# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Export a disk to a share as VHD or VHDX, through the Image Portability service."""

from __future__ import annotations

from functools import partial

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.image_portability.job_run import (
    JobChange,
    apply,
    observe,
    plan,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.image_portability.options import (
    FILE_ARGUMENTS,
    JOB_ARGUMENTS,
    PLATFORM_RULES,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.image_portability.orders import file_order

OPERATION = JobChange(
    arguments={**JOB_ARGUMENTS, **FILE_ARGUMENTS},
    required_if=PLATFORM_RULES,
    order_of=partial(file_order, kind="export"),
    observe=observe,
    plan=plan,
    apply=apply,
)
