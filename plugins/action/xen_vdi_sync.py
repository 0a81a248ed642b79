# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door of xen_vdi_sync, with the shell of the control domain that the task is delegated to: Ansible's own
connection, because no module runs there."""

from __future__ import annotations

from dataclasses import replace

from ansible.errors import AnsibleConnectionFailure

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Operation
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.shell import NOT_REACHED, Answer
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.xen_vdi_sync import OPERATION
from ansible_collections.euc.nutanix_citrix.plugins.plugin_utils.operation_action import ActionModule as OperationAction

__all__ = ["OPERATION", "ActionModule"]


class ActionModule(OperationAction):
    def _operation(self, name: str) -> Operation:
        if self._connection.transport == "local":
            return OPERATION
        return replace(OPERATION, shell=self._on_the_host)

    def _on_the_host(self, script: str) -> Answer:
        try:
            # A terminal, which only become needs, would mix what is told with what went wrong
            told = self._low_level_execute_command(script, sudoable=bool(self._connection.become), executable="/bin/sh")
        except AnsibleConnectionFailure as error:
            return Answer(NOT_REACHED, "", str(error))
        return Answer(told["rc"], told["stdout"], told["stderr"])
