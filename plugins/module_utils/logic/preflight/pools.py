# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an image can come from one XenServer pool to another: what each pool told of its SRs, and the source of the
disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import why
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import column
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names, quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import amount
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.base_disks import (
    KEY_STAYS,
    NOT_ENCRYPTED,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.pools.earlier import foreseen, made_of_another
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import CheckRow, Rows
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen import FILE_TYPES

RSYNC = "rsync"


def check_all(pools: Mapping[str, Facts], space_factor: float) -> list[CheckRow]:
    """Rows of all pools. What the source tells of the size of the disk counts for the others."""
    chosen = list(chain.from_iterable(map(_chosen, pools.values())))
    size = max(column(chosen, "virtual_size_bytes"), default=0)
    another = _made_of_another(pools, chosen[0]["uuid"] if chosen else "")
    found = []
    for host, facts in pools.items():
        rows = Rows(host, "pool")
        if facts["message"]:
            message, advice = why(facts)
            rows.stop("log-in and reads", message, advice)
            found += rows.rows
            continue
        _check_identity(rows, host, pools)
        if facts["is_source"]:
            by_rsync = [name for name, other in pools.items() if name != host and other.get("method") == RSYNC]
            _check_source(rows, facts, by_rsync)
            if another:
                rows.stop("release", another)
        else:
            _check_names(rows, facts)
            for name in facts["storage"]:
                _check_storage(rows, facts, name, size * space_factor)
            _check_ssh(rows, facts)
            _check_account(rows, facts)
        found += rows.rows
    return found


def _made_of_another(pools: Mapping[str, Facts], source: str) -> str:
    had = {host: facts.get("had") or {} for host, facts in pools.items()}
    image = next((facts["image"] for facts in pools.values() if facts.get("image")), "")
    return made_of_another(had, image, source)


def _check_identity(rows: Rows, host: str, pools: Mapping[str, Facts]) -> None:
    uuid = pools[host].get("uuid")
    twins = [other for other, facts in pools.items() if other != host and uuid and facts.get("uuid") == uuid]
    if twins:
        rows.stop("identity", f"is the same pool as {quoted(twins)} ({uuid})", "Keep one of these inventory hosts")


def _check_names(rows: Rows, facts: Facts) -> None:
    for result in foreseen(facts.get("targets") or [], facts.get("had") or {}):
        what = f"image on {result['item']['storage']}"
        if result.get("failed"):
            message, advice = why(result)
            rows.stop(what, message, advice)
        else:
            rows.ok(what, "is there")


def _chosen(facts: Facts) -> list[Mapping[str, Any]]:
    disks = facts.get("disks") or []
    return [disk for disk in disks if disk["chosen"] or facts.get("vdi") == disk["uuid"]]


def _check_source(rows: Rows, facts: Facts, by_rsync: Sequence[str]) -> None:
    chosen = _chosen(facts)
    if chosen and chosen[0]["encrypted"]:
        rows.stop("disk of the image", f"{chosen[0]['uuid']} is encrypted: {KEY_STAYS}", NOT_ENCRYPTED)
    elif chosen and by_rsync and chosen[0]["storage_repository_type"] not in FILE_TYPES:
        kind, wanted = chosen[0]["storage_repository_type"], ", ".join(by_rsync)
        rows.stop("disk of the image", f"its SR is of the type {kind}, which has no files", f"Let {wanted} use http")
    elif chosen:
        rows.ok("disk of the image", f"{chosen[0]['uuid']}, {amount(chosen[0]['virtual_size_bytes'])}")
    elif facts.get("dom0"):
        # The run asks the control domain how old each is
        rows.warn("disk of the image", "; ".join(facts["doubts"]), f"{facts['dom0']} will have to tell which is meant")
    else:
        rows.stop(
            "disk of the image",
            "; ".join(facts["doubts"]) or f"there is no disk {facts.get('vdi')}",
            "Give its uuid as xenserver_image_sync_vdi, or set xenserver_image_sync_dom0",
        )


def _check_storage(rows: Rows, facts: Facts, name: str, needed: float) -> None:
    what = f"SR {name}"
    repositories: Sequence[Mapping[str, Any]] = facts["storage_repositories"]
    found = [one for one in repositories if name in (one["uuid"], one["name"])]
    if len(found) != 1:
        near = near_names(name, column(repositories, "name"))
        rows.stop(what, f"the pool has {len(found) or 'none'} of this name", near or "Give its uuid")
        return
    (repository,) = found
    free = repository["free_bytes"]
    if not repository["attached_hosts"]:
        rows.stop(what, "no host sees it", "Plug its PBD")
    elif facts.get("method") == RSYNC and not repository["has_files"]:
        rows.stop(what, f"rsync needs files, and its type is {repository['type']}", "Use the method http")
    elif free < needed and not repository["has_files"]:
        rows.stop(what, f"{amount(free)} free, and the image takes {amount(needed)}", "Make room")
    elif free < needed:
        rows.warn(what, f"{amount(free)} free, and the image may grow to {amount(needed)}", "Make room")
    else:
        rows.ok(what, f"{repository['type']}, {amount(free)} free")
    if repository["attached_hosts"] and repository["unattached_hosts"]:
        rows.warn(what, f"{', '.join(repository['unattached_hosts'])} should see it and do not", "Plug their PBDs")


def _check_ssh(rows: Rows, facts: Facts) -> None:
    closed = [host["name"] for host in facts["hosts"] if host["ssh_enabled"] is False]
    if facts.get("method") == RSYNC and closed:
        rows.warn("SSH", f"off on {', '.join(closed)}", "Switch it on (host.enable_ssh), or use the method http")


def _check_account(rows: Rows, facts: Facts) -> None:
    """Before the image is there in vain: the snapshot, which comes last, needs the highest role."""
    lacking = facts.get("lacking_rights")
    if lacking:
        rows.stop("account", f"it may not call {', '.join(lacking)}", "Give it the role vm-power-admin in this pool")
    elif lacking == []:
        rows.ok("account", "it may make all calls that bring an image")
