# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recovery points, policies and categories as answers show them (contract prism_central 2.3, 5.1, 6.1)."""

from __future__ import annotations

from typing import Any

from lab.prism_central.state.central import Central
from lab.prism_central.state.entities import Category, Policy, RecoveryPoint, VmRecoveryPoint
from lab.prism_central.views.moments import iso


def recovery_point_view(central: Central, point: RecoveryPoint) -> dict[str, Any]:
    """Return one copy of a recovery point."""
    return {
        "extId": point.ext_id,
        "locationAgnosticId": point.location_agnostic_id,
        "name": point.name,
        "creationTime": iso(point.created_usecs),
        "expirationTime": iso(point.expiry_usecs),
        "recoveryPointType": point.kind,
        "status": "COMPLETE",
        "ownerExtId": central.owner,
        "locationReferences": [{"locationExtId": point.cluster_ext_id}],
        "sourceLocation": {"domainManagerExtId": point.source[0], "clusterExtIds": [point.source[1]]},
        "vmRecoveryPoints": [vm_recovery_point_view(member) for member in point.vms],
    }


def vm_recovery_point_view(member: VmRecoveryPoint) -> dict[str, Any]:
    """Return a VM in a recovery point; ``vmExtId`` stays that of the source VM in every copy."""
    return {
        "extId": member.ext_id,
        "vmExtId": member.vm_ext_id,
        "locationAgnosticId": member.location_agnostic_id,
        "hypervisorType": "AHV",
        "vmCategories": member.categories or None,
    }


def category_view(category: Category) -> dict[str, Any]:
    """Return a category."""
    return {
        "extId": category.ext_id,
        "key": category.key,
        "value": category.value,
        "type": "USER",
        "description": category.description,
    }


def policy_view(central: Central, policy: Policy) -> dict[str, Any]:
    """Return a protection policy; the order of its lists means nothing (contract prism_central trap 27)."""
    locations = list(policy.spec["replicationLocations"])
    central.chance.shuffle(locations)
    known = ("name", "description", "categoryIds", "replicationConfigurations", "isApprovalPolicyNeeded")
    spec = {key: policy.spec.get(key) for key in known}
    return {**spec, "extId": policy.ext_id, "ownerExtId": central.owner, "replicationLocations": locations}
