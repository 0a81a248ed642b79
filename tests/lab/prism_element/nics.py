# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network cards of a VM (contract 3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.prism_element.errors import TaskFailure
from lab.prism_element.lists import envelope
from lab.prism_element.model import Task
from lab.prism_element.vms import NIC, check_networks, nic_dtos
from lab.wire import Reply, Request, Router, required

if TYPE_CHECKING:
    from lab.prism_element.world import PrismElementWorld


def add_routes(router: Router, world: PrismElementWorld) -> None:
    """Register the paths."""

    @router.route("GET", "/vms/{uuid}/nics", section="3.6", query={"include_address_assignments": bool})
    def list_nics(request: Request) -> Reply:
        return Reply(body=envelope(nic_dtos(world.find_vm(request.params["uuid"]))))

    @router.route("POST", "/vms/{uuid}/nics", section="3.6", body={"spec_list": required([NIC])})
    def add_nics(request: Request) -> Reply:
        vm = world.find_vm(request.params["uuid"])
        specs = request.body["spec_list"]
        check_networks(world, specs)

        def add(_task: Task) -> None:
            if vm.uuid not in world.vms:
                raise TaskFailure(f"VM {vm.uuid} is not found")
            vm.nics.extend(world.new_nic(spec["network_uuid"], spec.get("mac_address")) for spec in specs)
            vm.logical_timestamp += 1
            world.note_networks(vm)

        return Reply(201, {"task_uuid": world.start_task("VmNicCreate", world.durations["update"], add, [("VM", vm.uuid)]).uuid})

    @router.route("DELETE", "/vms/{uuid}/nics/{mac}", section="3.6")
    def remove_nic(request: Request) -> Reply:
        vm = world.find_vm(request.params["uuid"])
        mac = request.params["mac"].lower().replace("-", ":") if ":" not in request.params["mac"] else ""
        if all(nic.mac_address != mac for nic in vm.nics):
            raise world.not_found("NIC", request.params["mac"])

        def remove(_task: Task) -> None:
            vm.nics = [nic for nic in vm.nics if nic.mac_address != mac]
            vm.logical_timestamp += 1

        return Reply(201, {"task_uuid": world.start_task("VmNicDelete", world.durations["update"], remove, [("VM", vm.uuid)]).uuid})
