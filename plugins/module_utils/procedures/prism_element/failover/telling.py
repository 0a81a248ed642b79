# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of a change of side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import list_vms
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.sides import way_out
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.work import (
    ACTIVATED,
    DEACTIVATED,
    DomainMove,
    Seen,
    by_uuid,
    named,
    shown,
)


def read_back(owner: Seen | None, client: PrismElement | None) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The members as they are registered on the side that owns them, and those that do not exist there (contract
    prism_element trap 32)."""
    if owner is None or client is None:
        return [], []
    vms = by_uuid(list_vms(client))
    there = [vms[member.vm_uuid] for member in owner.members if member.vm_uuid in vms]
    return shown(there), named(member for member in owner.members if member.vm_uuid not in vms)


def result_of(
    work: DomainMove,
    here: Seen,
    there: Seen | None,
    *,
    changed: bool,
    vms: list[dict[str, str]] | None = None,
    before: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The result. `vms` None to read them back on the side that owns them; `before` the sides that it was active on,
    when they have changed since."""
    state = work.params["state"]
    owner = _owner(state, here, there)
    if vms is None:
        vms = _vms_of_owner(work, owner)
    active_on = [side.side.endpoint for side in (here, there) if side and side.side.active]
    if not work.reporter.check:
        _warn_of_state(work, owner, () if changed and before is None else active_on)
    return {
        "changed": changed,
        "name": work.name,
        "state": state,
        "active": state == ACTIVATED,
        "vms": vms,
        "protected_by": owner.domain.replicates_to if owner and owner.domain else None,
        **_untold(),
        **work.result,
        "diff": _diff(work, active_on if before is None else before, changed),
    }


def _owner(state: str, here: Seen, there: Seen | None) -> Seen | None:
    """The side that it belongs to after this, where it is active there already."""
    owner = here if state == ACTIVATED else there
    if owner and owner.side.active:
        return owner
    return None


def _untold() -> dict[str, Any]:
    """What not every change of side has to tell."""
    nothing = dict.fromkeys(("remote_site", "snapshot", "data_age_seconds", "old_side"))
    none: dict[str, list[Any]] = {
        name: [] for name in ("removed_vms", "missing_vms", "plan", "were_off", "unmapped_networks", "without_cards")
    }
    return {"snapshot_not_used": "", **nothing, **none}


def _vms_of_owner(work: DomainMove, owner: Seen | None) -> list[dict[str, str]]:
    vms, absent = read_back(owner, work.client if work.params["state"] == ACTIVATED else work.peer)
    missing = work.result.setdefault("missing_vms", [])
    work.result["missing_vms"] = [*missing, *(vm for vm in absent if vm not in missing)]
    if absent:
        names = shortened([repr(vm["name"]) for vm in absent])
        work.reporter.warn(f"'{work.name}' lists VMs that do not exist, and they are left out: {names}")
    return vms


def _diff(work: DomainMove, active_on: Sequence[str], changed: bool) -> dict[str, Any]:
    before = {"active_on": active_on, **_deleted_in_diff(work)}
    after: dict[str, Any] = {"active_on": _active_after(work, active_on) if changed else active_on}
    if "deleted_vms" in before:
        after["deleted_vms"] = []
    return {"before": before, "after": after}


def _deleted_in_diff(work: DomainMove) -> dict[str, list[str]]:
    """The VMs that go, as they stand in the state before."""
    deletions = [f"{vm['name']} ({vm['uuid']}) on {work.client.endpoint}" for vm in work.result.get("removed_vms", [])]
    if deletions:
        return {"deleted_vms": deletions}
    return {}


def _active_after(work: DomainMove, before: Sequence[str]) -> list[str]:
    here = work.client.endpoint
    if work.params["state"] == ACTIVATED:
        return sorted({*before, here})
    if work.params["state"] == DEACTIVATED:
        return [endpoint for endpoint in before if endpoint != here]
    return [work.peer.endpoint if work.peer else f"remote site {work.result['remote_site']}"]


def _warn_of_state(work: DomainMove, owner: Seen | None, active_on: Sequence[str]) -> None:
    if owner and owner.domain and not owner.domain.replicates_to:
        work.reporter.warn(
            f"'{work.name}' is active on {owner.side.endpoint} and replicates nowhere: give it a schedule there that"
            " replicates to another cluster"
        )
    if len(active_on) > 1:
        work.reporter.warn(f"'{work.name}' is active on {' and '.join(active_on)} (split brain). {way_out()}")
