# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prism Centrals: what they are, which clusters they manage, and how recovery points get from one to another."""

from __future__ import annotations

from collections.abc import Collection

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import fields_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import column
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names, quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Estate, Facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import LONGEST_VM_NAME

ON_DEMAND = "recovery_point"


def check(rows: Rows, facts: Facts, estate: Estate) -> None:
    """Version, identity, and the log-in that copies recovery points."""
    central = facts.get("central")
    if not central:
        return
    twins = []
    for host, other in estate.centrals.items():
        if host != rows.where and (other.get("central") or {}).get("uuid") == central["uuid"]:
            twins.append(host)
    if twins:
        same = f"is the same Prism Central as {quoted(twins)} ({central['uuid']})"
        rows.stop("identity", same, "Keep one of these inventory hosts")
    served = ", ".join(f"{namespace} {version}" for namespace, version in (facts.get("api_versions") or {}).items())
    label = f"{central['name']}, {central['version'] or 'version not reported'}{f', {served}' if served else ''}"
    rows.ok("version", label)
    copies = estate.release.strategy == ON_DEMAND and len(estate.managed_clusters) > 1
    if facts.get("by_api_key") and copies and rows.where in estate.managers(estate.source):
        rows.stop(
            "log-in",
            "an API key, for which Prism Central does not replicate recovery points",
            "Give nutanix_username and nutanix_password instead of nutanix_api_key",
        )


def check_registration(rows: Rows, facts: Facts, estate: Estate) -> None:
    """Which Prism Central manages a cluster, and whether clusters without one can have the same image."""
    if rows.where == estate.release.source and 0 < len(estate.managed_clusters) < len(estate.clusters):
        _check_both_ways(rows, facts, estate)
    if not estate.by_central(facts) or not facts.get("cluster"):
        return
    managers = estate.managers(facts)
    silent = [host for host, other in estate.centrals.items() if other.get("clusters") is None]
    if len(managers) == 1:
        rows.ok("Prism Central", f"managed by {managers[0]}")
    elif managers:
        rows.warn("Prism Central", f"managed by {quoted(managers)}", "Keep one of these inventory hosts")
    elif silent:
        rows.stop("Prism Central", f"not known, because {quoted(silent)} cannot be read", "Mend that first")
    else:
        advice = (
            "Add the one that does to prism_centrals, or set image_release_strategy to protection_domain in its own"
            " variables, which -e overrides"
        )
        rows.stop("Prism Central", "no host of the group prism_centrals manages this cluster", advice)


def _check_both_ways(rows: Rows, facts: Facts, estate: Estate) -> None:
    what = "common snapshot"
    others = [host for host in estate.clusters if host not in estate.managed_clusters]
    if not estate.by_central(facts):
        advice = "Make a cluster of a Prism Central the source"
        rows.stop(what, "the source has no Prism Central that could make a recovery point for the others", advice)
    elif estate.release.strategy != ON_DEMAND or estate.release.recovery_point:
        advice = "Set image_release_strategy to recovery_point, without image_release_recovery_point"
        rows.stop(what, f"an existing recovery point is not identical with a snapshot for {quoted(others)}", advice)
    else:
        rows.ok(what, f"{quoted(others)} and the others get the image out of one protection domain snapshot")


def check_container(rows: Rows, facts: Facts, estate: Estate) -> None:
    """The storage container that the image is to be in."""
    wanted, containers = estate.release.storage_container, facts.get("storage_containers")
    if not wanted or not estate.by_central(facts) or containers is None:
        return
    names = column(containers, "name")
    if wanted in names:
        rows.ok("storage container", f"'{wanted}' is there")
    else:
        advice = near_names(wanted, names) or "Create it, or correct image_release_storage_container"
        rows.stop("storage container", f"there is no '{wanted}'", advice)


def check_pairing(rows: Rows, facts: Facts, estate: Estate) -> None:
    """Whether the Prism Central of the source and the others are paired, both ways and connected."""
    sources = estate.managers(estate.source)
    if facts.get("peers") is None or len(sources) != 1 or rows.where == sources[0] or not estate.managed_by(rows.where):
        return
    source = estate.centrals[sources[0]]
    one_way = _paired(source, facts)
    other_way = _paired(facts, source)
    if one_way and other_way:
        rows.ok("availability zone", f"paired with {sources[0]}")
        return
    lacking = [host for host, paired in ((sources[0], one_way), (rows.where, other_way)) if not paired]
    rows.stop(
        "availability zone",
        f"{quoted(lacking)} is not connected to the other as its availability zone",
        f"Pair {sources[0]} and {rows.where} in Prism Central, under Availability Zones",
    )


def _paired(one: Facts, other: Facts) -> bool:
    uuid = (other.get("central") or {}).get("uuid")
    return any(peer["uuid"] == uuid and peer["connected"] for peer in one.get("peers") or [])


def check_golden_vm(rows: Rows, facts: Facts, estate: Estate) -> None:
    """The golden VM on the Prism Central of the source: exactly one, and off."""
    vms, release = facts.get("vms"), estate.release
    if vms is None:
        return
    uuid = (estate.source.get("cluster") or {}).get("uuid")
    own = [vm for vm in vms if vm["cluster_uuid"] == uuid and release.vm_uuid in ("", vm["uuid"])]
    if len(own) != 1:
        held = ", ".join(f"{vm['uuid']} on cluster {vm['cluster_uuid']}" for vm in vms) or "none"
        advice = "Give image_release_base_vm_uuid" if own else "Check image_release_base_vm and image_release_source"
        rows.stop("golden VM", f"{len(own)} of '{release.base_vm}' are on {release.source}; there is {held}", advice)
        return
    (vm,) = own
    label = f"{vm['name']} ({vm['uuid']}) is {vm['power_state']}"
    if vm["power_state"] == "off" or release.recovery_point:
        rows.ok("golden VM", label)
    elif release.require_powered_off:
        rows.stop("golden VM", label, "Seal it and shut it down")
    else:
        rows.warn("golden VM", label, "Its disks change while it is running")


def check_choice(rows: Rows, facts: Facts, estate: Estate) -> None:
    """The recovery point that is to be there already, and whether it is where it has to be."""
    choice = facts.get("choice")
    if not choice:
        return
    # The role lets the task pass, so that only the fields of a failure show it.
    message, advice = fields_of(choice)
    if message or "locations" not in choice:
        rows.stop("recovery point", message or str(choice.get("msg")), advice)
        return
    point, policy = choice.get("recovery_point"), (choice.get("policy") or {}).get("name")
    if not point:
        rows.warn("recovery point", choice["reason"], "The release will make one on demand")
        return
    label = f"'{point['name']}' of {point['created']}{f', by the policy {policy!r}' if policy else ''}"
    missing = [location["name"] for location in choice["locations"] if location["state"] != "there"]
    uuids = [row["cluster"] for row in choice["clusters"] if row["state"] == "missing"]
    if policy and uuids:
        hosts = [host for host, other in estate.clusters.items() if (other.get("cluster") or {}).get("uuid") in uuids]
        left_out = f"{label}, which the policy does not copy to {quoted(hosts)}"
        rows.stop("recovery point", left_out, "Add these clusters to a location of the policy, or leave them out")
    elif missing:
        rows.warn("recovery point", f"{label}, not yet at {quoted(missing)}", "The release will wait for the copies")
    else:
        rows.ok("recovery point", label)


def check_point_name(rows: Rows, facts: Facts, estate: Estate) -> None:
    """Whether somebody else has taken the name of the recovery point that is to be made."""
    points = facts.get("points")
    uuids = column(facts.get("vms") or [], "uuid")
    of_golden_vm = [point for point in points or [] if _holds_one(point, uuids)]
    if not of_golden_vm or any(column(of_golden_vm, "ours")):
        return
    taken = f"'{estate.release.image}' is taken by {quoted(column(of_golden_vm, 'ext_id'))}"
    advice = "Remove it, or use another release id"
    rows.stop("recovery point", f"{taken}, which the collection has not made", advice)


def _holds_one(point: Facts, uuids: Collection[str]) -> bool:
    return any(member["uuid"] in uuids for member in point["vms"])


def check_name_length(rows: Rows, facts: Facts, estate: Estate) -> None:
    """The name of the temporary VM holds prefix, release id, the id of the recovery point, and the name of the VM."""
    release = estate.release
    if facts.get("central") is None or rows.where not in estate.managers(estate.source):
        return
    left = LONGEST_VM_NAME - len(f"{release.prefix}{release.release}_{'-' * 36}_{release.base_vm}")
    advice = f"Prefix, release id and VM name may have {LONGEST_VM_NAME - 38} characters together"
    if left < 0:
        rows.stop("name length", f"the name of the temporary VM is {-left} characters too long", advice)
    elif not release.release:
        rows.ok("name length", f"{left} characters are left for the release id")
    else:
        rows.ok("name length", f"{left} characters are left in the name of the temporary VM")


def check_templates(rows: Rows, facts: Facts, estate: Estate) -> None:
    """Whether somebody else has taken the name of the template."""
    templates = facts.get("templates")
    if templates is None or not estate.release.release:
        return
    foreign = [template for template in templates if not (template.get("lineage") or {}).get("proven")]
    if foreign:
        uuids = quoted(column(foreign, "ext_id"))
        taken = f"'{estate.release.image}' is taken by {uuids}, which the collection has not made"
        rows.stop("template", taken, "Rename or remove it, or use another release id")
    else:
        rows.ok("template", f"the name '{estate.release.image}' is free or that of this release")
