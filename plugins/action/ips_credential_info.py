# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lets Ansible's main process load what ips_credential_info needs, once; its workers inherit it."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.ips_credential_info import OPERATION
from ansible_collections.euc.nutanix_citrix.plugins.plugin_utils.operation_action import ActionModule

__all__ = ["OPERATION", "ActionModule"]
