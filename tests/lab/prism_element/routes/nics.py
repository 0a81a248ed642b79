# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network cards of a VM (contract prism_element 3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.prism_element.errors import TaskFailure
from lab.prism_element.routes.vms import NIC, check_networks, new_card, nic_dtos
from lab.prism_element.state.entities import Nic, Task, Vm
from lab.prism_element.views.lists import acropolis_envelope
from lab.wire import Reply, Request, Router, required

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld


def add_routes(router: Router, world: PrismElementWorld) -> None:
    """Register the paths."""

    @router.route("GET", "/vms/{uuid}/nics", section="3.6", query={"include_address_assignments": bool})
    def list_nics(request: Request) -> Reply:
        return Reply(body=acropolis_envelope(nic_dtos(world.find_vm(request.params["uuid"]))))

    @router.route("POST", "/vms/{uuid}/nics", section="3.6", body={"spec_list": required([NIC])})
    def add_nics(request: Request) -> Reply:
        vm = world.find_vm(request.params["uuid"])
        specs = request.body["spec_list"]
        check_networks(world, specs)

        def add(_task: Task) -> None:
            if vm.uuid not in world.vms:
                raise TaskFailure(f"VM {vm.uuid} is not found")
            vm.nics.extend(new_card(world, spec) for spec in specs)
            vm.logical_timestamp += 1
            world.note_networks(vm)

        return Reply(
            201, {"task_uuid": world.start_task("VmNicCreate", world.durations["update"], add, [("VM", vm.uuid)]).uuid}
        )

    @router.route("PUT", "/vms/{uuid}/nics/{mac}", section="3.6, addition 10", body={"nic_spec": required(NIC)})
    def update_nic(request: Request) -> Reply:
        vm = world.find_vm(request.params["uuid"])
        card, spec = _card(world, vm, request.params["mac"]), request.body["nic_spec"]
        check_networks(world, [spec])

        def update(_task: Task) -> None:
            card.network_uuid, card.connected = spec["network_uuid"], spec.get("is_connected", card.connected)
            vm.logical_timestamp += 1
            world.note_networks(vm)

        return Reply(
            201,
            {"task_uuid": world.start_task("VmNicUpdate", world.durations["update"], update, [("VM", vm.uuid)]).uuid},
        )

    @router.route("DELETE", "/vms/{uuid}/nics/{mac}", section="3.6, addition 10")
    def remove_nic(request: Request) -> Reply:
        vm = world.find_vm(request.params["uuid"])
        card = _card(world, vm, request.params["mac"])

        def remove(_task: Task) -> None:
            vm.nics = [nic for nic in vm.nics if nic is not card]
            vm.logical_timestamp += 1

        return Reply(
            201,
            {"task_uuid": world.start_task("VmNicDelete", world.durations["update"], remove, [("VM", vm.uuid)]).uuid},
        )


def _card(world: PrismElementWorld, vm: Vm, mac: str) -> Nic:
    """Find a card by its MAC address in a path: all clients that were found write colons, whether a cluster takes
    hyphens is unknown (contract prism_element addition 10)."""
    form = world.behaviour["nic_id_form"]
    known = {"colons": ":" in mac, "hyphens": "-" in mac, "both": True}[form]
    found = [nic for nic in vm.nics if known and nic.mac_address == mac.lower().replace("-", ":")]
    if not found:
        raise world.not_found("NIC", mac)
    return found[0]
