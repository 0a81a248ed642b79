# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Prism Central part of a topology: what may stand there, and the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.schema import mapping, nullable, required
from lab.switches import Switch, flag, one_of, schema, seconds, whole_number

# The highest minor version of each namespace by release (contract prism_central 1.1)
NAMESPACES = ("clustermgmt", "datapolicies", "dataprotection", "prism", "vmm")
RELEASES: dict[str, dict[str, int]] = {
    "pc.2024.3": dict.fromkeys(NAMESPACES, 0),
    "pc.7.3": dict.fromkeys(NAMESPACES, 1),
    "pc.7.5": dict.fromkeys(NAMESPACES, 2),
    "pc.7.6": {**dict.fromkeys(NAMESPACES, 3), "dataprotection": 4, "prism": 4},
}

# Simulated seconds; "durations" of the topology or of one Prism Central override them.
DURATIONS: dict[str, float] = {
    "task_start": 1,  # how long a task stays QUEUED
    "vm_power": 3,
    "guest_off": 20,  # from a shutdown through ACPI until the guest is off
    "vm_change": 2,  # a change of categories, the deletion of a VM
    "recovery_point": 5,  # making or deleting one, or changing its expiry
    "vm_restore": 30,
    "disk_migration": 60,
    "template": 20,  # making a template or a version of one
    "template_deploy": 20,
}

# One switch per fact that the contract marks unknown, inferred or in conflict; the default is the seen or likely form.
SWITCHES: dict[str, Switch] = {
    "version_info": one_of("answers", "not_found"),  # contract prism_central U1: unversioned/info below v4.2
    "unauthorized": one_of("empty", "json"),  # contract prism_central 1.2: body of a 401
    "same_request_id": one_of("refuse", "replay"),  # contract prism_central U2: a known id with another body
    "request_ids_kept_seconds": seconds(86400),  # contract prism_central U2: how long a request id is remembered
    "missing_etag_status": whole_number(428),  # contract prism_central U4
    "vm_delete_needs_etag": flag(True),  # contract prism_central addition A
    "stale_etag": one_of("refuse", "task_fails"),  # contract prism_central 1.4: at once, or in the task
    "override_in_v40": flag(True),  # contract prism_central U5: v4.0 takes vmOverrideSpec
    # contract prism_central 4.1: whether PUT of a VM changes its cards, or has to be repeated card by card elsewhere
    "vm_put_changes_nics": flag(True),
    "restore_warns": flag(False),  # contract prism_central 2.1, addition D: what could not be restored as it was
    "copy_there_already": one_of("new_copy", "task_fails"),  # contract prism_central U6
    "template_of_running_vm": flag(True),  # contract prism_central U6: whether a VM may run when it becomes a template
    "active_version_deletion": one_of("refuse", "task_fails", "accept"),  # contract prism_central U6
    "remote_copies_listed": flag(False),  # contract prism_central U9: also those held under paired Prism Centrals
    "failed_task_tells": one_of("error_messages", "legacy_message", "sub_task"),  # contract prism_central 2.1
    "task_entities_lag_seconds": seconds(0),  # contract prism_central 2.1: entities come after SUCCEEDED
    "index_lag_seconds": seconds(0),  # contract prism_central 1.6: lists know what is new only later
    "v3_length": whole_number(20),  # contract prism_central 7.1: of a list whose length nobody asked for
    # contract prism_central 7.4: in which of two fields a rule says its clusters
    "v3_rule_clusters": one_of("cluster_uuid_list", "cluster_uuid"),
    "retry_after": flag(False),  # contract prism_central U3: whether 429 has a Retry-After header
}

CATEGORY = {"key": required(str), "value": required(str), "description": str, "vms": [str]}

POLICY = {
    "name": required(str),
    "category": required(str),  # key/value
    "every_seconds": required(int),
    "local": int,  # how many recovery points stay here
    "remote": int,
    "to": [{"prism_central": str, "cluster": required(str)}],  # where each is replicated to; here when nothing is named
    "first_after": float,
}

TEMPLATE = {"name": required(str), "vm": required(str), "version": str}

CENTRAL: dict[str, Any] = {
    "name": required(str),
    "version": str,
    "uuid": str,
    "username": str,
    "password": str,
    "api_key": nullable(str),
    "clusters": [str],  # names under prism_elements
    "paired_with": [str],  # names under prism_centrals; either side may say it
    "bandwidth_mbps": float,  # of each cluster that receives copies
    "categories": [CATEGORY],
    "policies": [POLICY],
    "templates": [TEMPLATE],
    "rate_limit_per_second": nullable(float),
    "behaviour": schema(SWITCHES),
    "durations": dict.fromkeys(DURATIONS, float),
    "inventory_vars": mapping(object),
}


def minors_of(version: str) -> dict[str, int]:
    """Return the highest minor version of each namespace that a release serves."""
    fitting = [release for release in RELEASES if version.startswith(release)]
    return RELEASES[fitting[-1] if fitting else "pc.7.5"]


def problem_with_references(central: Mapping[str, Any], clusters: set[str], centrals: set[str]) -> str | None:
    """Return the first thing in a Prism Central that refers to nothing, or None."""
    for name in central.get("clusters", []):
        if name not in clusters:
            return f"clusters: no Prism Element is called {name!r}"
    for name in central.get("paired_with", []):
        if name not in centrals - {central["name"]}:
            return f"paired_with: no other Prism Central is called {name!r}"
    known = {f"{category['key']}/{category['value']}" for category in central.get("categories", [])}
    for number, policy in enumerate(central.get("policies", [])):
        if policy["category"] not in known:
            return f"policies[{number}].category: there is no category {policy['category']!r}"
        for target in policy.get("to", []):
            if target["cluster"] not in clusters:
                return f"policies[{number}].to: no Prism Element is called {target['cluster']!r}"
    return None
