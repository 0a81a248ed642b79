# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The question whether an image or a template is a true copy, which the tasks of a cluster answer."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.tasks import was_started
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import read_vm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.true_copy import verdict

HOUR_USECS = 3600 * 1_000_000
# The cluster's own clock tells both moments
SNAPSHOT_TAKES_USECS = 60 * 1_000_000


def is_true_copy(client: PrismElement, vm_uuid: str, copied_usecs: int, takes_usecs: int = HOUR_USECS) -> str:
    """Whether what was made of a VM, which may be gone, is a true copy: 'yes', 'no' or 'unknown'. `copied_usecs` may
    be when that was begun or when it was there, at most `takes_usecs` apart. Prism Central has a clock of its own."""
    vm = read_vm(client, vm_uuid)
    started = was_started(client, vm_uuid, copied_usecs - HOUR_USECS, copied_usecs + takes_usecs)
    return verdict(vm.power_state if vm else None, started)
