# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a failback deletes, written down before it is ordered: a run that is killed cannot tell, and a repeat finds
nothing to give up any more."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import by_key, column

FORMAT = 1
Deletions: TypeAlias = dict[str, list[dict[str, str]]]


def deletions_in(text: str) -> Deletions:
    """Protection domain -> the VMs whose deletion was to be ordered, each {name, uuid}. Raises ValueError."""
    body = json.loads(text)
    try:
        if body["format"] != FORMAT:
            raise ValueError(f"its format is {body['format']}")
        deletions = {}
        for name, vms in body["domains"].items():
            deletions[name] = [{"name": str(vm["name"]), "uuid": str(vm["uuid"])} for vm in vms]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is no list of protection domains and VMs ({error})") from None
    return deletions


def text_with(deletions: Mapping[str, Sequence[Mapping[str, str]]], name: str, vms: Sequence[Mapping[str, str]]) -> str:
    """The file with the VMs of one more protection domain, or more of its VMs."""
    by_uuid = by_key((*deletions.get(name, ()), *vms), "uuid")
    body = {"format": FORMAT, "domains": {**deletions, name: list(by_uuid.values())}}
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def told_by_all_runs(
    results: Mapping[str, Mapping[str, Any]], deletions: Deletions, target: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The results of giving up, with the VMs that only earlier runs can have deleted in `removed_before`: they were to
    be deleted and are not on the target. One that could not be read proves nothing."""
    told = {name: dict(result) for name, result in results.items()}
    if target["message"]:
        return told
    there = set(column(target["vms"], "uuid"))
    for name, vms in deletions.items():
        known = there.union(column(told.get(name, {}).get("removed_vms") or [], "uuid"))
        before = [vm for vm in vms if vm["uuid"] not in known]
        if before:
            told[name] = {**told.get(name, {}), "removed_before": before}
    return told
