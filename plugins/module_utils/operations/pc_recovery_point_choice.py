# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Choose the recovery point that a release takes, among those that are there, and wait until the places that must hold
it do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    CONNECTION_ARGUMENTS,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.peers import (
    PEER_ARGUMENTS,
    connect_peer,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted, right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_moment, parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import WAIT_ARGUMENTS, Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.recovery_point_choice import (
    MISSING,
    THERE,
    Location,
    Requirement,
    earliest,
    requirements,
    state_at,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import CentralVm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection_policy import ProtectionPolicy
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.recovery_point import RecoveryPoint, shown
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.choice import (
    Chooser,
    locations_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.golden_vm import (
    golden_vm,
    refuse_running,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.places import places_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.policy_copies import (
    read_policies,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import (
    RELEASE_ARGUMENTS,
    release_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

RELEASE, OPERATOR, POLICY = "release", "operator", "policy"

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **RELEASE_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "vm_uuid": {"type": "str"},
    "cluster_uuid": {"type": "str"},
    "recovery_point": {"type": "str"},
    "by_policy": {"type": "bool", "default": False},
    "policy": {"type": "str"},
    "made_since": {"type": "str"},
    "max_age": {"type": "int"},
    "locations": {"type": "list", "elements": "str"},
    "cluster_names": {"type": "dict", "default": {}},
    "clusters": {"type": "list", "elements": "str", "default": []},
    "begun_from": {"type": "str", "default": ""},
    "require_powered_off": {"type": "bool", "default": False},
    "fail_when_none": {"type": "bool", "default": True},
    "peers": {"type": "list", "elements": "dict", "options": PEER_ARGUMENTS, "default": []},
}


@dataclass(frozen=True)
class _Search:
    """What is looked for: not older than `since`, held by `required`. `policy` is None where none has to have made
    it."""

    chooser: Chooser
    vm: CentralVm | None
    since: datetime | None
    policy: ProtectionPolicy | None
    locations: Sequence[Location]
    required: Sequence[Requirement]


def read(params: Params, reporter: Reporter) -> Result:
    search = _search(params, reporter)
    point, chosen_by = _begun(search, params, reporter), RELEASE
    if point is None:
        deadline = Deadline(params["wait_timeout"])
        point, chosen_by = _wanted(search, params), OPERATOR if params["recovery_point"] else POLICY
        if point and search.required and params["wait"] and not reporter.check:
            with reporter.phase("replicate"):
                fixed = chosen_by == OPERATOR
                point = search.chooser.arrived(point, search.required, deadline, reporter, fixed)
    return _facts(search, params, point, chosen_by)


def _search(params: Params, reporter: Reporter) -> _Search:
    since = _moment(params["made_since"])
    if not params["by_policy"] and not params["recovery_point"]:
        raise OperationError("recovery_point is empty", "Name one, or set by_policy.")
    client = PrismCentral.connect(params).shared_on(reporter.board)
    places = places_of([client, *(connect_peer(params, peer).shared_on(reporter.board) for peer in params["peers"])])
    vm_uuid, cluster_uuid = params["vm_uuid"] or "", params["cluster_uuid"] or ""
    vm = golden_vm(client, params["vm_name"], vm_uuid, cluster_uuid)
    if vm:
        vm_uuid, cluster_uuid = vm.uuid, vm.cluster_uuid
    chooser = Chooser(client, places, release_of(params), vm_uuid, cluster_uuid)
    limit = earliest(client.now(), since, params["max_age"])
    if not params["by_policy"]:
        return _Search(chooser, vm, limit, None, (), ())
    if limit is None and not params["recovery_point"]:
        raise OperationError(
            "Nothing says how old the recovery point may be",
            "Give made_since, such as the moment when the golden VM was shut down, or max_age.",
            options=("made_since", "max_age"),
        )
    policy = _policy(chooser, params["policy"], vm)
    locations = locations_of(policy, places)
    names = []
    for place in places:
        names += [(place.name, place.id), (place.id, place.id)]
    names += [(name, str(uuid)) for name, uuid in params["cluster_names"].items()]
    return _Search(chooser, vm, limit, policy, locations, requirements(locations, params["locations"], names))


def _moment(text: str | None) -> datetime | None:
    moment = parse_moment(text)
    if text and moment is None:
        raise OperationError(f"made_since is '{text}'", "Give a moment such as 2026-11-20T23:33:00Z.")
    return moment


def _policy(chooser: Chooser, wanted: str | None, vm: CentralVm | None) -> ProtectionPolicy:
    policies = read_policies(chooser.client)
    endpoint = chooser.client.endpoint
    if not wanted:
        own = [policy for policy in policies if vm and policy.ext_id == vm.policy_ext_id]
        if own:
            return own[0]
        raise OperationError(
            f"{endpoint}: no protection policy protects the VM '{chooser.release.base_vm}' ({chooser.vm_uuid})",
            f"Give it a category of a policy. There are {quoted(policy.name for policy in policies) or 'none'}.",
        )
    found = [policy for policy in policies if wanted in (policy.ext_id, policy.name)]
    if len(found) != 1:
        raise OperationError(
            f"{endpoint} has {len(found) or 'no'} protection polic{'ies' if found else 'y'} '{wanted}'",
            right_name(wanted, (policy.name for policy in policies)),
        )
    if vm:
        chooser.refuse_stranger(found[0], vm.policy_ext_id)
    return found[0]


def _begun(search: _Search, params: Params, reporter: Reporter) -> RecoveryPoint | None:
    """What the release was begun from: then no age and no place counts any more, because all its images must be
    identical."""
    chooser = search.chooser
    if params["begun_from"]:
        return _refuse_other(chooser, params, chooser.known(params["begun_from"]))
    for location_agnostic_id in chooser.begun_from():
        point = chooser.known(location_agnostic_id)
        if point:
            return _refuse_other(chooser, params, point)
        reporter.warn(
            f"{chooser.client.endpoint}: an interrupted run of release {chooser.release.release} has left temporary VMs"
            f" of the recovery point {location_agnostic_id}, which is gone. They are not used."
        )
    if search.policy:
        return _refuse_other(chooser, params, chooser.own())
    return None


def _refuse_other(chooser: Chooser, params: Params, point: RecoveryPoint | None) -> RecoveryPoint | None:
    wanted = params["recovery_point"]
    if point and wanted and wanted not in (point.name, point.ext_id, point.location_agnostic_id):
        named = chooser.named(wanted)
        if named.location_agnostic_id != point.location_agnostic_id:
            raise OperationError(
                f"Release {chooser.release.release} was begun from the recovery point {point.location_agnostic_id}, not"
                f" from '{wanted}' ({named.location_agnostic_id}), so that its images would not be identical",
                "Name that one, or use a new release id.",
            )
    return point


def _wanted(search: _Search, params: Params) -> RecoveryPoint | None:
    chooser, client = search.chooser, search.chooser.client
    if params["recovery_point"]:
        point = chooser.named(params["recovery_point"])
        if search.since and (point.created is None or point.created < search.since):
            raise OperationError(
                f"{client.endpoint}: the recovery point '{point.name}' ({point.location_agnostic_id}) was made at"
                f" {iso_moment(point.created)}, before {iso_moment(search.since)}",
                "Name a newer one, or allow a higher age.",
                options=("made_since", "max_age"),
            )
        return point
    if params["begun_from"]:
        return None
    if params["require_powered_off"] and search.vm:
        refuse_running(client, search.vm)
    young = chooser.since(search.since)
    if not young and params["fail_when_none"]:
        raise OperationError(
            _none(search),
            "Wait until the policy makes the next one, allow a higher age, name an existing recovery point, or let the"
            " release make one on demand.",
            options=("made_since", "max_age", "recovery_point"),
        )
    if young:
        return young[0]
    return None


def _none(search: _Search) -> str:
    """What there is instead of one that is young enough."""
    chooser = search.chooser
    everything = chooser.since(None)
    newest = "none"
    if everything:
        newest = f"the newest is '{everything[0].name}' of {iso_moment(everything[0].created)}"
    policy = search.policy.name if search.policy else ""
    return (
        f"{chooser.client.endpoint}: since {iso_moment(search.since)} the policy '{policy}' has made no recovery point"
        f" of the VM '{chooser.release.base_vm}' ({chooser.vm_uuid}); there is {newest}"
    )


def _facts(search: _Search, params: Params, point: RecoveryPoint | None, chosen_by: str) -> Result:
    chooser, policy = search.chooser, search.policy
    held: set[str] = set()
    choice: Result = {"recovery_point": None, "reason": "", "chosen_by": ""}
    if point:
        held = chooser.held(point)
        choice |= {"recovery_point": shown(point, params["prefix"]), "chosen_by": chosen_by}
    elif not params["begun_from"]:
        choice["reason"] = _none(search)
    return {
        **choice,
        "vm_uuid": chooser.vm_uuid,
        "policy": {"ext_id": policy.ext_id, "name": policy.name} if policy else None,
        "locations": [_location(requirement, held) for requirement in search.required],
        "clusters": [
            {"cluster": cluster, "state": state_at(cluster, held, search.locations)} for cluster in params["clusters"]
        ],
    }


def _location(requirement: Requirement, held: set[str]) -> dict[str, Any]:
    return {
        "name": requirement.name,
        "cluster_uuids": list(requirement.clusters),
        "state": THERE if requirement.is_met(held) else MISSING,
    }


OPERATION = Reading(arguments=ARGUMENTS, read=read)
