# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a recovery point of a VM, or adopt the one that was made before, or remove one copy."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    CONNECTION_ARGUMENTS,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.recovery_points import (
    read_recovery_point,
    recovery_points_called,
    recovery_points_of,
    remove_recovery_point,
    set_expiry,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import WAIT_ARGUMENTS, Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import CentralVm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.recovery_point import (
    APPLICATION_CONSISTENT,
    CRASH_CONSISTENT,
    RecoveryPoint,
    VmOfRecoveryPoint,
    is_ours,
    marked_expiry,
    may_be_removed,
    shown,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import parse_temporary_vm_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.golden_vm import (
    golden_vm,
    refuse_running,
    wait_until_known,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.places import MOST_AT_ONCE
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.recovery_points import (
    PointOrder,
    make_recovery_point,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import PREFIX_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

LONGEST_RETENTION = 10 * 365 * 24 * 3600
ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **PREFIX_ARGUMENTS,
    "wait_timeout": WAIT_ARGUMENTS["wait_timeout"],
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str"},
    "vm_uuid": {"type": "str"},
    "vm_name": {"type": "str"},
    "cluster_uuid": {"type": "str"},
    "ext_id": {"type": "str"},
    "ext_ids": {"type": "list", "elements": "str"},
    "kind": {"type": "str", "choices": [CRASH_CONSISTENT, APPLICATION_CONSISTENT], "default": CRASH_CONSISTENT},
    "retention": {"type": "int", "default": 2592000},
    "require_powered_off": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
}


@dataclass(frozen=True)
class _Observed:
    """`point` is the one of the name, `copies` are those to remove; `now` is the server's time."""

    client: PrismCentral
    now: datetime
    point: RecoveryPoint | None
    vm_uuid: str = ""
    cluster_uuid: str = ""
    foreign: tuple[RecoveryPoint, ...] = ()
    copies: tuple[RecoveryPoint, ...] = ()


@dataclass(frozen=True)
class _Step:
    before: RecoveryPoint | None
    after: RecoveryPoint | None


def observe(params: Params, reporter: Reporter) -> _Observed:
    _refuse_options(params)
    client = PrismCentral.connect(params).shared_on(reporter.board)
    if params["state"] == "absent":
        with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
            read = list(pool.map(lambda ext_id: read_recovery_point(client, ext_id), _meant(params)))
        return _Observed(client, client.now(), None, copies=tuple(filter(None, read)))
    if params["ext_id"]:
        return _there(client, params)
    if not params["vm_uuid"] and not params["vm_name"]:
        return _Observed(client, client.now(), None, cluster_uuid=params["cluster_uuid"] or "")
    vm = golden_vm(client, params["vm_name"] or "", params["vm_uuid"] or "", params["cluster_uuid"] or "")
    vm_uuid = vm.uuid if vm else params["vm_uuid"]
    points = recovery_points_of(client, vm_uuid, name=params["name"])
    ours = _ours(params, points)
    if not vm and not ours and _is_of_temporary_vm(params) and not reporter.check:
        vm = wait_until_known(client, vm_uuid, reporter)
    cluster_uuid = vm.cluster_uuid if vm else ""
    if not ours:
        _refuse_to_make_one_of(client, params, vm)
        return _Observed(client, client.now(), None, vm_uuid, cluster_uuid, foreign=tuple(points))
    return _Observed(client, client.now(), _the_one(ours, cluster_uuid), vm_uuid, cluster_uuid)


def plan(params: Params, observed: _Observed) -> Plan[_Step]:
    point, prefix = observed.point, params["prefix"]
    if params["state"] == "absent":
        for copy in observed.copies:
            _refuse_foreign(params, observed, copy)
        return Plan(
            steps=[_Step(copy, None) for copy in observed.copies],
            facts={"recovery_point": None, "removed": [copy.ext_id for copy in observed.copies]},
            before={"recovery_points": [shown(copy, prefix) for copy in observed.copies]},
            after={"recovery_points": []},
        )
    retention = timedelta(seconds=params["retention"])
    if point is None:
        _refuse_namesakes(params, observed)
        expires = marked_expiry(observed.now + retention, params["name"], observed.vm_uuid)
        return _planned(prefix, _Step(None, _foretold(params, observed, expires)))
    after, warnings = point, []
    # One that is about to end is given a full time again; half of it makes a run that follows at once change nothing.
    if point.expires is None or point.expires - observed.now < retention / 2:
        after = replace(point, expires=marked_expiry(observed.now + retention, point.name, observed.vm_uuid))
    if not params["ext_id"] and point.kind != params["kind"]:
        warnings.append(_other_kind(params, observed.client, point))
    return _planned(prefix, _Step(point, after), warnings)


def apply(params: Params, observed: _Observed, plan: Plan[_Step], reporter: Reporter) -> Result:
    client, deadline = observed.client, Deadline(params["wait_timeout"])
    if params["state"] == "absent":
        with reporter.phase("remove"):
            _remove(client, observed.copies, deadline, reporter)
        return dict(plan.facts)
    (step,) = plan.steps
    if step.before:
        with reporter.phase("expiry"):
            _extend(client, step, deadline, reporter)
        return dict(plan.facts)
    if not observed.vm_uuid:
        raise OperationError("vm_uuid and vm_name are empty", "Say which VM is meant.")
    expires = (step.after and step.after.expires) or observed.now
    order = PointOrder(observed.vm_uuid, params["name"], params["kind"], expires, params["prefix"])
    with reporter.phase("recovery_point"):
        point, made = make_recovery_point(client, order, deadline, reporter)
        if _is_of_temporary_vm(params):
            point = _first_of_the_name(params, observed) or point
    if point.kind != params["kind"]:
        reporter.warn(_other_kind(params, client, point))
    facts = shown(point, params["prefix"])
    return {
        "changed": made,
        "recovery_point": facts,
        "diff": {"before": plan.before, "after": {"recovery_point": facts}},
    }


def verify(params: Params, observed: _Observed, facts: Result, reporter: Reporter) -> Result:
    """One that does not bear its mark would not be found again, and would never be removed."""
    point = facts["recovery_point"]
    if point and not point["ours"]:
        reporter.warn(
            f"{observed.client.endpoint}: the recovery point '{point['name']}' ({point['ext_id']}) expires at"
            f" {point['expires']} and not when it was asked to, so that it cannot be recognised as the collection's."
            " It is not adopted and not removed by later runs."
        )
    return {}


def _refuse_options(params: Params) -> None:
    if not 0 < params["retention"] <= LONGEST_RETENTION:
        raise OperationError(
            f"A retention of {params['retention']} seconds is not possible", f"Give 1 to {LONGEST_RETENTION} seconds."
        )
    if params["state"] == "absent":
        if not all(_meant(params)):
            raise OperationError("ext_id is empty", "Say which recovery point is meant.")
        return
    if params["ext_id"]:
        return
    if params["vm_uuid"] is None and not params["vm_name"]:
        raise OperationError("vm_name is empty", "Say which VM is meant.")
    prefix = params["prefix"]
    if not prefix or not params["name"].startswith(prefix) or params["name"] == prefix:
        raise OperationError(
            f"The name '{params['name']}' does not begin with the prefix '{prefix}', which shows that it is the"
            " collection's",
            "Give a name such as ctx_Gold_2026.11.20-1.",
        )


def _is_of_temporary_vm(params: Params) -> bool:
    return parse_temporary_vm_name(params["name"], params["prefix"]) is not None


def _first_of_the_name(params: Params, observed: _Observed) -> RecoveryPoint | None:
    """Two runs at once may each have restored a temporary VM of this name, and made a recovery point of it. Of two
    recovery points both take the older."""
    called = recovery_points_called(observed.client, params["name"])
    return _the_one(_ours(params, called), observed.cluster_uuid)


def _ours(params: Params, points: Sequence[RecoveryPoint]) -> list[RecoveryPoint]:
    return [point for point in points if is_ours(point, params["prefix"])]


def _meant(params: Params) -> list[str]:
    """The ids of the copies to remove."""
    if params["ext_ids"] is None:
        return [params["ext_id"]]
    return list(dict.fromkeys(params["ext_ids"]))


def _remove(client: PrismCentral, copies: Sequence[RecoveryPoint], deadline: Deadline, reporter: Reporter) -> None:
    """Side by side, each to its end. One that cannot be removed keeps no other one from going."""

    def remove(copy: RecoveryPoint) -> OperationError | None:
        what = f"removing the recovery point '{copy.name}' ({copy.ext_id})"
        try:
            remove_recovery_point(client, copy, what, deadline.left, reporter.progress)
        except OperationError as error:
            return error
        return None

    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        ends = list(zip(copies, pool.map(remove, copies), strict=True))
    removed = [copy.ext_id for copy, error in ends if error is None]
    for _copy, error in ends:
        if error:
            raise error.replace(removed=removed, changed=bool(removed))


def _there(client: PrismCentral, params: Params) -> _Observed:
    """The one of this id, which lives on and is never made."""
    point = read_recovery_point(client, params["ext_id"])
    if point is None:
        raise OperationError(
            f"{client.endpoint} has no recovery point {params['ext_id']}",
            "It may have expired, or another Prism Central holds it.",
        )
    observed = _Observed(client, client.now(), point, point.vms[0].vm_uuid if point.vms else "")
    _refuse_foreign({**params, "force": is_ours(point, params["prefix"])}, observed, point)
    return observed


def _refuse_to_make_one_of(client: PrismCentral, params: Params, vm: CentralVm | None) -> None:
    if vm is None:
        raise OperationError(
            f"{client.endpoint} has neither the VM {params['vm_uuid']} nor a recovery point '{params['name']}' of it",
            "Check vm_uuid, and that this Prism Central manages the cluster of the VM.",
        )
    if params["cluster_uuid"] and vm.cluster_uuid != params["cluster_uuid"]:
        raise OperationError(
            f"{client.endpoint}: the VM '{vm.name}' ({vm.uuid}) is on the cluster {vm.cluster_uuid}",
            "Give the uuid of the cluster that the VM is on, or leave it out.",
        )
    if params["require_powered_off"]:
        refuse_running(client, vm)


def _the_one(ours: list[RecoveryPoint], cluster_uuid: str) -> RecoveryPoint | None:
    """The copy at the VM, of the oldest when two runs at once made one each; they are listed newest first."""
    if not ours:
        return None
    lineage = ours[-1].location_agnostic_id
    copies = [point for point in ours if point.location_agnostic_id == lineage]
    return next((copy for copy in copies if copy.is_at(cluster_uuid)), copies[-1])


def _foretold(params: Params, observed: _Observed, expires: datetime) -> RecoveryPoint:
    return RecoveryPoint(
        ext_id="",
        location_agnostic_id="",
        name=params["name"],
        created=None,
        expires=expires,
        kind=params["kind"],
        clusters=(observed.cluster_uuid,),
        vms=(VmOfRecoveryPoint("", observed.vm_uuid, ""),),
    )


def _other_kind(params: Params, client: PrismCentral, point: RecoveryPoint) -> str:
    return (
        f"{client.endpoint}: the recovery point '{point.name}' ({point.ext_id}) is {point.kind}, not {params['kind']}."
    )


def _planned(prefix: str, step: _Step, warnings: Sequence[str] = ()) -> Plan[_Step]:
    before, after = _shown(step.before, prefix), _shown(step.after, prefix)
    return Plan(
        steps=() if step.before == step.after else (step,),
        facts={"recovery_point": after},
        before={"recovery_point": before},
        after={"recovery_point": after},
        warnings=warnings,
    )


def _shown(point: RecoveryPoint | None, prefix: str) -> dict[str, Any] | None:
    if point is None:
        return None
    return shown(point, prefix)


def _extend(client: PrismCentral, step: _Step, deadline: Deadline, reporter: Reporter) -> None:
    before, after = step.before, step.after
    if before and after and after.expires:
        what = f"letting the recovery point '{before.name}' ({before.ext_id}) expire at {iso_moment(after.expires)}"
        set_expiry(client, before, after.expires, what, deadline.left, reporter.progress)


def _refuse_namesakes(params: Params, observed: _Observed) -> None:
    if observed.foreign:
        listed = ", ".join(f"{point.ext_id} (expires {iso_moment(point.expires)})" for point in observed.foreign)
        raise OperationError(
            f"{observed.client.endpoint}: there is a recovery point '{params['name']}' of this VM that does not bear"
            f" the collection's mark: {listed}",
            "Somebody else made it. Give another name, or remove it.",
            options=("name",),
        )


def _refuse_foreign(params: Params, observed: _Observed, point: RecoveryPoint) -> None:
    if params["force"]:
        return
    named = f"'{point.name}' ({point.ext_id})"
    if params["name"] and point.name != params["name"]:
        raise OperationError(
            f"{observed.client.endpoint}: the recovery point {named} is not called '{params['name']}'",
            "Give name and ext_id of the same recovery point, or only ext_id.",
        )
    if params["state"] == "present" or not may_be_removed(point, params["prefix"]):
        raise OperationError(
            f"{observed.client.endpoint}: refused, because the recovery point {named} does not bear the mark of the"
            f" collection and the prefix '{params['prefix']}'",
            "Set force to remove one that a policy or a person made.",
        )


OPERATION = Change(
    arguments=ARGUMENTS,
    observe=observe,
    plan=plan,
    apply=apply,
    verify=verify,
    required_if=(
        ("state", "present", ("name", "ext_id"), True),
        ("state", "present", ("vm_uuid", "vm_name", "ext_id"), True),
        ("state", "absent", ("ext_id", "ext_ids"), True),
    ),
    mutually_exclusive=(("ext_id", "ext_ids"),),
)
