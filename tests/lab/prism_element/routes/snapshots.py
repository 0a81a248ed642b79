# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AHV snapshots: what Citrix MCS uses as master images (contract prism_element 4)."""

from __future__ import annotations

from typing import Any

from lab.prism_element.routes.vms import start_clones, started
from lab.prism_element.schemas import CLONE, CREATE_SNAPSHOTS
from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.tasks import Task, TaskFailure
from lab.prism_element.views.envelopes import acropolis_envelope
from lab.prism_element.views.vm import snapshot_view
from lab.router import Router
from lab.wire import Reply, Request


def add_routes(router: Router, cluster: Cluster) -> None:
    """Make the paths known."""
    snapshots, behaviour = cluster.snapshots, cluster.behaviour

    @router.route("GET", "/snapshots", section="4.1", query={"vm_uuid": str})
    def list_snapshots(request: Request) -> Reply:
        vm_uuid = request.one("vm_uuid")
        everything = list(snapshots)
        found = [snapshot for snapshot in everything if vm_uuid in (None, snapshot.vm.uuid)]
        page = [snapshot_view(snapshot) for snapshot in found[: behaviour["list_cap"]]]
        return Reply(body=acropolis_envelope(page, len(found), len(everything)))

    @router.route("POST", "/snapshots", section="4.2", body=CREATE_SNAPSHOTS)
    def create(request: Request) -> Reply:
        specs = request.body["snapshot_specs"]
        if not specs:
            raise cluster.errors.invalid("No snapshot specification")
        for spec in specs:
            cluster.vms.find(spec["vm_uuid"])
        return started(_create(cluster, specs))

    @router.route("GET", "/snapshots/{uuid}", section="4.3")
    def get(request: Request) -> Reply:
        return Reply(body=snapshot_view(snapshots.find(request.params["uuid"])))

    @router.route("POST", "/snapshots/{uuid}/clone", section="4.5", body=CLONE)
    def clone(request: Request) -> Reply:
        return started(start_clones(cluster, snapshots.find(request.params["uuid"]).vm, request.body["spec_list"]))

    @router.route("DELETE", "/snapshots/{uuid}", section="4.4", query={"logical_timestamp": int})
    def delete(request: Request) -> Reply:
        snapshot_uuid = request.params["uuid"]
        timestamp = request.number("logical_timestamp")
        if behaviour["delete_missing"] == "refuse":
            current = snapshots.find(snapshot_uuid).logical_timestamp
            if timestamp not in (None, current):
                raise cluster.errors.invalid(f"Logical timestamp {timestamp} is not current")

        def drop(_task: Task) -> None:
            if not cluster.forgets("removal"):
                snapshots.drop(snapshot_uuid)

        return started(cluster.tasks.start("VmSnapshotDelete", "delete", drop, [("SNAPSHOT", snapshot_uuid)]))


def _create(cluster: Cluster, specs: list[dict[str, Any]]) -> Task:
    """Snapshot several VMs as one consistency group; the disks are as they are now, the snapshots appear when the task
    ends."""
    snapshots, names = cluster.snapshots, cluster.behaviour["snapshot_task_entity"]
    fresh = [spec for spec in specs if spec.get("uuid") not in snapshots and spec.get("uuid") not in snapshots.promised]
    if len(fresh) < len(specs) and cluster.behaviour["duplicate_uuid"] == "refuse":
        raise cluster.errors.invalid("A snapshot with this UUID exists already")
    frozen = [(spec, cluster.vms[spec["vm_uuid"]].as_it_is()) for spec in fresh]
    promised = {spec["uuid"] for spec in fresh if "uuid" in spec}
    snapshots.promised |= promised
    group = cluster.new_id()

    def create(task: Task) -> None:
        snapshots.promised -= promised
        if cluster.forgets("snapshot"):
            return
        for spec, _vm in frozen:
            if spec["vm_uuid"] not in cluster.vms:
                raise TaskFailure(f"VM {spec['vm_uuid']} is not found")
        made = [
            snapshots.keep(spec.get("snapshot_name", ""), vm, cluster.clock.epoch_usecs, group, spec.get("uuid"))
            for spec, vm in frozen
        ]
        if names == "snapshot":
            task.entities = [("SNAPSHOT", snapshot.uuid) for snapshot in made]

    named = [("VM", spec["vm_uuid"]) for spec in specs] if names == "vm" else []
    return cluster.tasks.start("VmSnapshotCreate", "snapshot", create, named)
