# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Removing a VM and setting its power state, as Prism Central does it, until it is so."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks import TaskFailed
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.vms import (
    read_vm,
    remove_vm,
    start_removal,
    start_switch,
    switch_vm,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    Deadline,
    Look,
    wait_for,
    wait_for_effect,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import CentralVm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AccessDenied,
    ApiError,
    NotFound,
    OperationError,
    StillRunning,
)


def remove(client: PrismCentral, vm: CentralVm, wait: bool, deadline: Deadline, reporter: Reporter) -> None:
    """Remove a VM and see it gone."""
    if not wait:
        start_removal(client, vm)
        return
    what = f"removing VM '{vm.name}' ({vm.uuid})"
    remove_vm(client, vm, what, deadline.left, reporter.progress)
    wait_for_effect(
        lambda: read_vm(client, vm.uuid) is None,
        what=what,
        idle="its task has ended, and the VM is still there",
        endpoint=client.endpoint,
        timeout=deadline.left,
        progress=reporter.progress,
    )


def power_on(client: PrismCentral, vm: CentralVm, wait: bool, deadline: Deadline, reporter: Reporter) -> None:
    if not wait:
        start_switch(client, vm, "on")
        return
    _switch(client, vm, "on", deadline, reporter)


def power_off(
    client: PrismCentral, vm: CentralVm, guest_has: float, wait: bool, deadline: Deadline, reporter: Reporter
) -> None:
    """Ask the guest, and switch the VM off when it has not gone off within so many seconds; 0 does not ask. A guest
    that is paused hears nothing."""
    ask = bool(guest_has) and vm.power_state == "on"
    if not wait:
        start_switch(client, vm, "guest_off" if ask else "off")
        return
    if ask:
        try:
            _switch(client, vm, "guest_off", Deadline(min(deadline.left, guest_has)), reporter)
        except (AccessDenied, NotFound):
            raise
        except (StillRunning, TaskFailed, ApiError) as error:
            if not deadline.left:
                raise
            reporter.progress(f"VM '{vm.name}' does not shut down by itself ({error.message}): switching it off")
        else:
            return
    _switch(client, vm, "off", deadline, reporter)


def _switch(client: PrismCentral, vm: CentralVm, action: str, deadline: Deadline, reporter: Reporter) -> None:
    wanted = "on" if action == "on" else "off"
    what = f"switching VM '{vm.name}' ({vm.uuid}) {wanted}"
    try:
        switch_vm(client, vm, action, what, deadline.left, reporter.progress)
    except TaskFailed:
        # An order before this one may have been faster: what counts is how the VM is.
        if _power_state(client, vm) != wanted:
            raise
    if action == "guest_off":
        _wait_for_guest(client, vm, what, deadline, reporter)
        return
    wait_for_effect(
        lambda: _power_state(client, vm) == wanted,
        what=what,
        idle=f"its task has ended, and the VM is not {wanted}",
        endpoint=client.endpoint,
        timeout=deadline.left,
        progress=reporter.progress,
    )


def _wait_for_guest(client: PrismCentral, vm: CentralVm, what: str, deadline: Deadline, reporter: Reporter) -> None:
    """A guest that was asked takes as long as it likes."""

    def look() -> Look[None]:
        state = _power_state(client, vm)
        return Look(None, done=state == "off", state=state)

    wait_for(look, what=what, timeout=deadline.left, progress=reporter.progress)


def _power_state(client: PrismCentral, vm: CentralVm) -> str:
    now = read_vm(client, vm.uuid)
    if now is None:
        raise OperationError(
            f"{client.endpoint}: VM '{vm.name}' ({vm.uuid}) is gone while its power state was being set",
            "Look for who removed it in Prism Central, under Tasks.",
        )
    return now.power_state
