# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drain machines before their VMs are moved, and release them afterwards: maintenance mode on, sessions respected,
maintenance mode off."""

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_changes import (
    WRITE_ARGUMENTS,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_scope import (
    SCOPE_ARGUMENTS,
    SCOPE_OPTIONS,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.maintenance import drain, release
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.maintenance.telling import (
    DRAINED,
    RELEASED,
)

JOBS: dict[str, Any] = {DRAINED: drain, RELEASED: release}
ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **SCOPE_ARGUMENTS,
    **WRITE_ARGUMENTS,
    "state": {"type": "str", "required": True, "choices": list(JOBS)},
    "sessions": {"type": "str", "choices": ["wait", "fail", "ignore"], "default": "wait"},
    "saved_path": {"type": "path"},
    "other_saved_paths": {"type": "list", "elements": "path", "default": []},
    "accept_maintenance": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 3600},
}

OPERATION = Change(
    arguments=ARGUMENTS,
    observe=lambda params, reporter: JOBS[params["state"]].observe(params, reporter),
    plan=lambda params, observed: JOBS[params["state"]].plan(params, observed),
    apply=lambda params, *rest: JOBS[params["state"]].apply(params, *rest),
    required_one_of=((*SCOPE_OPTIONS, "saved_path"),),
    required_if=(("state", DRAINED, SCOPE_OPTIONS, True),),
)
