# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Afterwards: on the old source, whose VMs are deleted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.failovers import (
    order_deactivation,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import Vm, list_vms
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.files import write_report
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.deletions import deletions_in, text_with
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.sides import (
    ORDER,
    UNCHANGED,
    decide_deactivation,
    only_copies,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import Member
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.course import (
    Course,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.telling import (
    result_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.work import (
    DEACTIVATED,
    PHASES,
    DomainMove,
    Seen,
    by_uuid,
    counted,
    named,
    settled_on,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


def deactivated(work: DomainMove) -> dict[str, Any]:
    here, there = work.observe(), work.pair.there(work.name)
    if work.pair.silence:
        work.reporter.warn(f"Whether '{work.name}' is active on {work.other} is not known: {work.pair.silence}")
    decision = decide_deactivation(work.name, here.side, there.side if there else None)
    if decision == ORDER and there:
        return _deactivate(work, here, there)
    if settled_on(decision) != UNCHANGED:
        work.plan(f"wait for the deactivation of '{work.name}' that is under way already")
        if not work.waits:
            return result_of(work, here, there, changed=False)
        with work.reporter.phase(PHASES[DEACTIVATED]):
            course = Course(work, here, departures=here.members)
            here, _owner = course.end()
            course.tell_what_stayed()
    return result_of(work, here, there, changed=False, vms=None if there else [])


def _deactivate(work: DomainMove, here: Seen, there: Seen) -> dict[str, Any]:
    name, params = work.name, work.params
    doomed = _existing(here.members, list_vms(work.client))
    theirs = by_uuid(list_vms(work.connected()))
    alive = {member: theirs[member.vm_uuid] for member in there.members if member.vm_uuid in theirs}
    last_copies = only_copies(list(doomed), (member.vm_name for member in alive))
    if last_copies and not params["accept_missing_vms"]:
        raise _only_copies_would_go(work, last_copies)
    running = [vm for vm in doomed.values() if vm.power_state != "off"]
    # Somebody may work on a VM that runs: nothing that is known here says that nobody does.
    if running and not params["accept_running_vms"]:
        raise _running_vms_would_go(work, running, [vm for vm in alive.values() if vm.power_state == "on"])
    work.result["removed_vms"] = named(doomed)
    work.result["missing_vms"] = named(last_copies)
    work.plan(
        f"deactivate '{name}' on {work.client.endpoint}:"
        f" {counted(list(doomed), 'deleted here')}{f', {len(running)} of which run' if running else ''}"
    )
    # Whatever goes is named, all of it.
    for vm in work.result["removed_vms"]:
        work.plan(f"delete '{vm['name']}' ({vm['uuid']}) on {work.client.endpoint}")
    if work.reporter.check:
        return result_of(work, here, there, changed=True)
    before = [work.client.endpoint, there.side.endpoint]
    _write_down(work)
    with work.reporter.phase(PHASES[DEACTIVATED]):
        course = Course(work, here, departures=list(doomed))
        for line in work.result["plan"]:
            work.reporter.progress(line)
        course.order(lambda: order_deactivation(work.client, name))
        if not params["wait"]:
            return result_of(work, here, there, changed=True)
        here, _owner = course.end()
        course.tell_what_stayed()
    return result_of(work, here, there, changed=True, before=before)


def _existing(members: Sequence[Member], vms: Sequence[Vm]) -> dict[Member, Vm]:
    """The members that there are VMs of, which will be deleted. None of them must ever be overlooked: a member whose id
    tells nothing is known by its name."""
    ours, by_name = by_uuid(vms), {vm.name: vm for vm in vms}
    found = {member: ours[member.vm_uuid] for member in members if member.vm_uuid in ours}
    names_by_uuid = {member.vm_name for member in found}
    for member in members:
        if member not in found and member.vm_name in by_name and member.vm_name not in names_by_uuid:
            found[member] = by_name[member.vm_name]
    return {member: found[member] for member in members if member in found}


def _only_copies_would_go(work: DomainMove, last_copies: Sequence[Member]) -> OperationError:
    name, copies = work.name, [f"{member.vm_name!r} ({member.vm_uuid})" for member in last_copies]
    return OperationError(
        f"{work.client.endpoint}: refused to deactivate '{name}', because these of its VMs are not among those of"
        f" '{name}' on {work.other}, so that their only copy would be deleted: {shortened(copies)}",
        "Take them out of the protection domain to keep them, or set accept_missing_vms to delete them.",
        options=("accept_missing_vms",),
    )


def _running_vms_would_go(work: DomainMove, running: Sequence[Vm], running_there: Sequence[Vm]) -> OperationError:
    told = sorted(f"'{vm.name}' ({vm.uuid}), {vm.power_state}" for vm in running)
    return OperationError(
        f"{work.client.endpoint}: refused to deactivate '{work.name}', because it would delete VMs that run:"
        f" {len(running)} of its VMs run here and {len(running_there)} on {work.other}. Here: {shortened(told)}",
        "Check that this is not the side that is in use. Power the VMs off here first, or set accept_running_vms.",
        options=("accept_running_vms",),
    )


def _write_down(work: DomainMove) -> None:
    """What will be deleted, before it is ordered: a run that is killed in between cannot tell."""
    path = Path(work.params["saved_path"] or "")
    if not work.params["saved_path"]:
        return
    try:
        earlier = deletions_in(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise OperationError(
            f"{path} is no list of VMs that were given up: {error}", "Nothing was deleted. Give another saved_path."
        ) from None
    write_report(
        path,
        text_with(earlier, work.name, work.result["removed_vms"]),
        "nothing was deleted.",
        "list of VMs that are given up",
    )
