# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the protection domain of the source holds the golden VM, once and fit for a snapshot."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import column
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names, quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Estate, Facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows


def check(rows: Rows, facts: Facts, estate: Estate) -> None:
    """The protection domain, and the golden VM in it. Only the source is asked."""
    if rows.where != estate.release.source or facts.get("protection_domains") is None:
        return
    if _domain_is_usable(rows, facts, estate):
        domain = estate.domain(facts) or {}
        members = _members(estate)
        if len(members) == 1:
            _vm(rows, facts, estate, members[0])
        else:
            _not_one_member(rows, domain, members, estate.release.base_vm)


def golden_vm(estate: Estate) -> Facts | None:
    """The VM that the protection domain means; without its word, the one that the operator means, or the only one of
    that name."""
    namesakes, members = _named(estate), _members(estate)
    if len(members) == 1:
        return next((vm for vm in namesakes if vm["uuid"] == members[0]["vm_uuid"]), None)
    meant = [vm for vm in namesakes if estate.release.vm_uuid in ("", vm["uuid"])]
    if len(meant) == 1:
        return meant[0]
    return None


def _named(estate: Estate) -> list[Facts]:
    return [vm for vm in estate.source.get("vms") or [] if vm["name"] == estate.release.base_vm]


def _members(estate: Estate) -> list[Facts]:
    domain = estate.domain(estate.source) or {}
    return [member for member in domain.get("members") or [] if member["vm_name"] == estate.release.base_vm]


def _domain_is_usable(rows: Rows, facts: Facts, estate: Estate) -> bool:
    what, name = "protection domain", estate.release.protection_domain
    domain, elsewhere = estate.domain(facts), estate.active_elsewhere(rows.where)
    if domain is None:
        advice = f"It is active on {quoted(elsewhere)}" if elsewhere else "Check the name"
        rows.stop(what, f"there is no '{name}' here", advice)
        return False
    if domain.get("metro"):
        advice = "Use an asynchronous protection domain for golden images"
        rows.stop(what, f"'{name}' is a metro availability one", advice)
    elif not domain["active"]:
        advice = "Run the release with the cluster as source where it is active"
        if elsewhere:
            advice = f"Make {quoted(elsewhere)} the source"
        rows.stop(what, f"'{name}' is not active here", advice)
        return False
    elif elsewhere:
        twice = f"'{name}' is active here and on {quoted(elsewhere)}"
        rows.stop(what, twice, "Find out which is right, and deactivate the other")
    else:
        rows.ok(what, f"'{name}' is active, {len(domain['members'])} VMs")
    return True


def _not_one_member(rows: Rows, domain: Facts, members: list[Facts], base_vm: str) -> None:
    if members:
        uuids = ", ".join(column(members, "vm_uuid"))
        several = f"'{domain['name']}' holds {len(members)} VMs called '{base_vm}': {uuids}"
        rows.stop("golden VM", several, "Rename or remove all but one")
    else:
        near = near_names(base_vm, column(domain["members"], "vm_name"))
        absent = f"'{base_vm}' is not in '{domain['name']}'"
        rows.stop("golden VM", absent, near or "Add it to the protection domain")


def _vm(rows: Rows, facts: Facts, estate: Estate, member: Facts) -> None:
    if facts.get("vms") is None:
        return
    release, vm = estate.release, golden_vm(estate)
    if vm is None:
        vms = (
            f"'{release.base_vm}' ({member['vm_uuid']}) is listed in '{release.protection_domain}' but does not exist"
            " any more"
        )
        rows.stop("golden VM", vms, "Remove the orphaned entry and protect the golden VM that exists")
        return
    powered = f"'{vm['name']}' is powered {vm['power_state']}"
    if vm.get("not_protectable_because"):
        unfit = f"cannot be protected: {vm['not_protectable_because']}"
        rows.stop("golden VM", unfit, "Remove what the cluster cannot snapshot")
    elif vm["power_state"] == "off":
        namesakes = len(_named(estate)) - 1
        others = f"; {namesakes} other VMs of this name are not in the protection domain and do not count"
        rows.ok("golden VM", f"'{vm['name']}' is there once and powered off{others if namesakes else ''}")
    elif release.require_powered_off:
        rows.stop("golden VM", powered, "Seal it and shut it down")
    else:
        advice = "The image will be as if its plug had been pulled; better shut it down"
        rows.warn("golden VM", powered, advice)
