# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network cards of a VM (contract prism_element 3.6)."""

from __future__ import annotations

from lab.prism_element.routes.vms import started
from lab.prism_element.schemas import NIC
from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.entities import Nic, Vm
from lab.prism_element.state.tasks import Task, TaskFailure
from lab.prism_element.views.envelopes import acropolis_envelope
from lab.prism_element.views.vm import nic_views
from lab.router import Router
from lab.schema import required
from lab.wire import Reply, Request


def add_routes(router: Router, cluster: Cluster) -> None:
    """Make the paths known."""
    vms, tasks = cluster.vms, cluster.tasks

    @router.route("GET", "/vms/{uuid}/nics", section="3.6", query={"include_address_assignments": bool})
    def list_nics(request: Request) -> Reply:
        return Reply(body=acropolis_envelope(nic_views(vms.find(request.params["uuid"]))))

    @router.route("POST", "/vms/{uuid}/nics", section="3.6", body={"spec_list": required([NIC])})
    def add_nics(request: Request) -> Reply:
        vm = vms.find(request.params["uuid"])
        specs = request.body["spec_list"]
        cluster.networks.check(specs)

        def add(_task: Task) -> None:
            if vm.uuid not in vms:
                raise TaskFailure(f"VM {vm.uuid} is not found")
            vm.nics.extend(vms.card(spec) for spec in specs)
            vm.logical_timestamp += 1
            vms.note_networks(vm)

        return started(tasks.start("VmNicCreate", "update", add, [("VM", vm.uuid)]))

    @router.route("PUT", "/vms/{uuid}/nics/{mac}", section="3.6, addition 10", body={"nic_spec": required(NIC)})
    def update_nic(request: Request) -> Reply:
        vm = vms.find(request.params["uuid"])
        card, spec = _card(cluster, vm, request.params["mac"]), request.body["nic_spec"]
        cluster.networks.check([spec])

        def update(_task: Task) -> None:
            card.network_uuid, card.connected = spec["network_uuid"], spec.get("is_connected", card.connected)
            vm.logical_timestamp += 1
            vms.note_networks(vm)

        return started(tasks.start("VmNicUpdate", "update", update, [("VM", vm.uuid)]))

    @router.route("DELETE", "/vms/{uuid}/nics/{mac}", section="3.6, addition 10")
    def remove_nic(request: Request) -> Reply:
        vm = vms.find(request.params["uuid"])
        card = _card(cluster, vm, request.params["mac"])

        def remove(_task: Task) -> None:
            vm.nics = [nic for nic in vm.nics if nic is not card]
            vm.logical_timestamp += 1

        return started(tasks.start("VmNicDelete", "update", remove, [("VM", vm.uuid)]))


def _card(cluster: Cluster, vm: Vm, mac: str) -> Nic:
    """Find a card by its MAC address in a path: all clients that were found write colons, whether a cluster takes
    hyphens is unknown (contract prism_element addition 10)."""
    forms = {"colons": ":" in mac, "hyphens": "-" in mac, "both": True}
    wanted = mac.lower().replace("-", ":")
    for nic in vm.nics:
        if nic.mac_address == wanted and forms[cluster.behaviour["nic_id_form"]]:
            return nic
    raise cluster.errors.not_found("NIC", mac)
