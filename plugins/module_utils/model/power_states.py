# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a site knows of the power of its machines (contract citrix 11.2)."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine

# Unavailable says that the connection to the hypervisor does not work, so that it tells as little as Unknown
NOT_KNOWN = ("Unknown", "Unavailable", "")
DOWN = ("Off", "Suspended")
VM_NOT_FOUND = "VirtualMachineNotFound"
NOT_MANAGED = ("Unmanaged", "NotSupported")


def power_known(machine: Machine) -> bool:
    """Whether the site knows what the machine's power state is, or that it has none."""
    return machine.power_state not in NOT_KNOWN


def is_on(machine: Machine) -> bool:
    """Whether the machine runs, or is on its way up or down: then it is expected to register, or to have gone off
    soon."""
    return power_known(machine) and machine.power_state not in (*DOWN, *NOT_MANAGED, VM_NOT_FOUND)
