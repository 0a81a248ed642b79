# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Test failover: bring clones of a protection domain's VMs up beside everything, on no production network, and remove
them again."""

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import WAIT_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill import DEFAULT_PREFIX
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import (
    DEFAULT_PREFIX as RELEASE_PREFIX,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.drill import bring_up, remove

# A clone that was switched on is watched before the work counts as done, so that there is nothing left to verify.
JOBS: dict[str, Any] = {"present": bring_up, "absent": remove}

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "name": {"type": "str", "required": True},
    "drill": {"type": "str", "required": True},
    "prefix": {"type": "str", "default": DEFAULT_PREFIX},
    "release_prefix": {"type": "str", "default": RELEASE_PREFIX},
    "state": {"type": "str", "default": "present", "choices": list(JOBS)},
    "snapshot_id": {"type": "str"},
    "vm_names": {"type": "list", "elements": "str"},
    "exclude": {"type": "list", "elements": "str", "default": []},
    "network": {"type": "str"},
    "power_on": {"type": "bool", "default": True},
    "stays_on": {"type": "int", "default": 60},
    "data_age_limit": {"type": "int", "default": 0},
    "concurrency": {"type": "int", "default": 8},
}

OPERATION = Change(
    arguments=ARGUMENTS,
    observe=lambda params, reporter: JOBS[params["state"]].observe(params, reporter),
    plan=lambda params, observed: JOBS[params["state"]].plan(params, observed),
    apply=lambda params, *rest: JOBS[params["state"]].apply(params, *rest),
)
