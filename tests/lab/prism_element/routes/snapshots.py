# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AHV snapshots: what Citrix MCS uses as master images (contract prism_element 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.prism_element.errors import TaskFailure
from lab.prism_element.routes.vms import CLONE, UUID, create_spec, start_clones
from lab.prism_element.state.entities import Snapshot, Task
from lab.prism_element.views.lists import acropolis_envelope
from lab.wire import Reply, Request, Router, required

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld

CREATE = {"snapshot_specs": required([{"vm_uuid": required(str), "snapshot_name": str, "uuid": UUID}])}


def add_routes(router: Router, world: PrismElementWorld) -> None:
    """Register the paths."""

    @router.route("GET", "/snapshots", section="4.1", query={"vm_uuid": str})
    def list_snapshots(request: Request) -> Reply:
        vm_uuid = request.one("vm_uuid")
        found = [snapshot for snapshot in world.snapshots.values() if vm_uuid is None or snapshot.vm.uuid == vm_uuid]
        return Reply(
            body=acropolis_envelope(
                [snapshot_dto(snapshot) for snapshot in found[: world.behaviour["list_cap"]]],
                len(found),
                len(world.snapshots),
            )
        )

    @router.route("POST", "/snapshots", section="4.2", body=CREATE)
    def create(request: Request) -> Reply:
        specs = request.body["snapshot_specs"]
        if not specs:
            raise world.invalid("No snapshot specification")
        for spec in specs:
            world.find_vm(spec["vm_uuid"])
        return Reply(201, {"task_uuid": _create(world, specs).uuid})

    @router.route("GET", "/snapshots/{uuid}", section="4.3")
    def get(request: Request) -> Reply:
        return Reply(body=snapshot_dto(_find(world, request.params["uuid"])))

    @router.route("POST", "/snapshots/{uuid}/clone", section="4.5", body=CLONE)
    def clone(request: Request) -> Reply:
        snapshot = _find(world, request.params["uuid"])
        return Reply(201, {"task_uuid": start_clones(world, snapshot.vm, request.body["spec_list"]).uuid})

    @router.route("DELETE", "/snapshots/{uuid}", section="4.4", query={"logical_timestamp": int})
    def delete(request: Request) -> Reply:
        snapshot_uuid = request.params["uuid"]
        if world.behaviour["delete_missing"] == "refuse":
            given = request.number("logical_timestamp")
            if given is not None and given != _find(world, snapshot_uuid).logical_timestamp:
                raise world.invalid(f"Logical timestamp {given} is not current")
            _find(world, snapshot_uuid)

        def drop(_task: Task) -> None:
            if not world.forgets("removal"):
                world.drop_snapshot(snapshot_uuid)

        task = world.start_task("VmSnapshotDelete", world.durations["delete"], drop, [("SNAPSHOT", snapshot_uuid)])
        return Reply(201, {"task_uuid": task.uuid})


def _find(world: PrismElementWorld, snapshot_uuid: str) -> Snapshot:
    if snapshot_uuid not in world.snapshots:
        raise world.not_found("Snapshot", snapshot_uuid)
    return world.snapshots[snapshot_uuid]


def _create(world: PrismElementWorld, specs: list[dict[str, Any]]) -> Task:
    """Snapshot several VMs as one consistency group; the disks are as they are now, the snapshots appear when the task
    ends."""
    fresh = [
        spec
        for spec in specs
        if spec.get("uuid") not in world.snapshots and spec.get("uuid") not in world.promised_uuids
    ]
    if len(fresh) < len(specs) and world.behaviour["duplicate_uuid"] == "refuse":
        raise world.invalid("A snapshot with this UUID exists already")
    frozen = [(spec, world.vms[spec["vm_uuid"]].as_it_is()) for spec in fresh]
    promised = {spec["uuid"] for spec in fresh if "uuid" in spec}
    world.promised_uuids |= promised
    group = world.new_uuid()

    def create(task: Task) -> None:
        world.promised_uuids -= promised
        if world.forgets("snapshot"):
            return
        for spec, _vm in frozen:
            if spec["vm_uuid"] not in world.vms:
                raise TaskFailure(f"VM {spec['vm_uuid']} is not found")
        made = [
            world.keep_snapshot(spec.get("snapshot_name", ""), vm, world.clock.epoch_usecs, group, spec.get("uuid"))
            for spec, vm in frozen
        ]
        if world.behaviour["snapshot_task_entity"] == "snapshot":
            task.entities = [("SNAPSHOT", snapshot.uuid) for snapshot in made]

    named = [("VM", spec["vm_uuid"]) for spec in specs] if world.behaviour["snapshot_task_entity"] == "vm" else []
    return world.start_task("VmSnapshotCreate", world.durations["snapshot"], create, named)


def snapshot_dto(snapshot: Snapshot) -> dict[str, Any]:
    """Return an AHV snapshot as the wire spells it."""
    return {
        "uuid": snapshot.uuid,
        "deleted": snapshot.deleted,
        "logical_timestamp": snapshot.logical_timestamp,
        "created_time": snapshot.created_usecs,
        "group_uuid": snapshot.group_uuid,
        "vm_uuid": snapshot.vm.uuid,
        "snapshot_name": snapshot.name,
        "vm_create_spec": create_spec(snapshot),
    }
