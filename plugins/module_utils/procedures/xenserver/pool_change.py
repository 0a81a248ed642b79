# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame of every change of a pool: one session from the first look to the last."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import XenServer
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import (
    Observed,
    Operation,
    Params,
    Phases,
    Result,
    Step,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter


@dataclass(frozen=True)
class PoolTask:
    """What is wanted, and whom to ask."""

    params: Params
    client: XenServer


@dataclass(frozen=True, kw_only=True)
class PoolChange(Phases[PoolTask, Observed, Step], Operation):
    """An operation of four phases, logged in to one pool for all of them."""

    def carry_out(self, params: Params, reporter: Reporter) -> Result:
        with XenServer.connect(params) as client:
            return self.go_through(PoolTask(params, client), reporter)
