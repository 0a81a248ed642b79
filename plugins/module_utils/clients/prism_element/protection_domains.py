# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Protection domains: members, schedules and what they remember of replication (contract prism_element 6, 7.1, 9.3)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import Member, Unrecoverable
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.replication import Link
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment


@dataclass(frozen=True)
class Schedule:
    """Every `every_nth` of `type` (HOURLY, DAILY ...) a snapshot; so many are kept here and at each remote site."""

    type: str
    every_nth: int
    keep_local: int | None
    keep_remote: dict[str, int]
    app_consistent: bool
    suspended: bool


@dataclass(frozen=True)
class ProtectionDomain:
    """`active` on the cluster that owns the VMs. `scheduled_sites` are the sites that its schedules replicate to;
    without such schedules there are none.

    `unrecoverable` are the members that the cluster says cannot be recovered elsewhere, each with the reason.
    """

    name: str
    active: bool
    metro: bool
    members: tuple[Member, ...]
    scheduled_sites: tuple[str, ...]
    schedules: tuple[Schedule, ...]
    links: tuple[Link, ...]
    next_snapshot_usecs: int | None
    schedules_suspended: bool
    unrecoverable: tuple[Unrecoverable, ...]

    @property
    def replicates_to(self) -> list[str]:
        """The sites that its schedules do replicate to: those of schedules that are not suspended."""
        if self.schedules_suspended:
            return []
        if not self.schedules:
            # A suspended schedule is known to be one only where the schedules are listed.
            return sorted(self.scheduled_sites)
        active = [schedule.keep_remote for schedule in self.schedules if not schedule.suspended]
        return sorted(set(chain.from_iterable(active)))


def path_of(protection_domain: str) -> str:
    return f"/protection_domains/{segment(protection_domain)}"


def list_protection_domains(client: PrismElement) -> list[ProtectionDomain]:
    """All protection domains, sorted by name."""
    domains = [_protection_domain(client, entity) for entity in client.entities("/protection_domains/")]
    return sorted(domains, key=lambda protection_domain: protection_domain.name)


def find_protection_domain(client: PrismElement, name: str) -> ProtectionDomain | None:
    """The one of exactly this name; an unknown name is an empty list there, and no error (contract prism_element 6.1).

    All are read when the name holds a comma, because `names` may be split at it (contract prism_element 1.5).
    """
    entities = client.entities("/protection_domains/", None if "," in name else {"names": name})
    return next((_protection_domain(client, entity) for entity in entities if entity.get("name") == name), None)


def unknown_protection_domain(client: PrismElement, name: str) -> OperationError:
    """The error for a name that does not exist, with the names that do."""
    existing = [entity.get("name") or "" for entity in client.entities("/protection_domains/")]
    return OperationError(
        f"{client.endpoint} has no protection domain '{name}'",
        right_name(name, existing),
    )


def member(entity: dict[str, Any]) -> Member:
    """A VM as protection domains and their snapshots list it."""
    return Member(
        vm_name=entity.get("vm_name") or "",
        vm_uuid=entity.get("vm_id") or "",
        consistency_group=entity.get("consistency_group") or "",
        app_consistent=bool(entity.get("app_consistent_snapshots")),
    )


def unrecoverable(entity: dict[str, Any]) -> list[Unrecoverable]:
    """Why a VM cannot be recovered elsewhere, as its `vm_recoverability` says (contract prism_element 6.1); empty when
    it can."""
    return [
        Unrecoverable(
            vm_name=entity.get("vm_name") or "",
            vm_uuid=entity.get("vm_id") or "",
            reason=str(verdict.get("reason") or verdict.get("cerebro_error") or "no reason given"),
            remote_site=verdict.get("remote_site") or "",
        )
        for verdict in entity.get("vm_recoverability") or []
    ]


def _protection_domain(client: PrismElement, entity: dict[str, Any]) -> ProtectionDomain:
    name = entity.get("name") or ""
    sites = tuple(entity.get("remote_site_names") or ())
    schedules = entity.get("cron_schedules")
    if not schedules and sites:
        # The sites come out of schedules, so there must be some: ask for them where the list of domains leaves them
        # out.
        schedules = client.get(f"{path_of(name)}/schedules")
    metro = entity.get("metro_avail") or {}
    return ProtectionDomain(
        name=name,
        active=bool(entity.get("active")),
        metro=bool(metro.get("role") or metro.get("remote_site")),
        members=tuple(member(vm) for vm in entity.get("vms") or []),
        scheduled_sites=sites,
        schedules=tuple(_schedule(schedule) for schedule in schedules or []),
        links=tuple(_link(link) for link in entity.get("replication_links") or []),
        next_snapshot_usecs=entity.get("next_snapshot_time_usecs") or None,
        schedules_suspended=bool(entity.get("schedules_suspended")),
        unrecoverable=tuple(reason for vm in entity.get("vms") or [] for reason in unrecoverable(vm)),
    )


def _schedule(schedule: dict[str, Any]) -> Schedule:
    retention = schedule.get("retention_policy") or {}
    return Schedule(
        # Live values of other enumerations differ in case from the schema, and bear a k (contract prism_element 1.2).
        type=str(schedule.get("type") or "").upper().removeprefix("K"),
        every_nth=schedule.get("every_nth") or 1,
        keep_local=retention.get("local_max_snapshots"),
        keep_remote=dict(retention.get("remote_max_snapshots") or {}),
        app_consistent=bool(schedule.get("app_consistent")),
        suspended=bool(schedule.get("suspended")),
    )


def _link(link: dict[str, Any]) -> Link:
    return Link(
        remote_site=link.get("remote_site_name") or "",
        last_successful_id=str(link.get("last_successful_replication_snapshot_id") or ""),
        current_id=str(link.get("current_replicating_snapshot_id") or ""),
        total_bytes=link.get("current_replicating_snapshot_total_bytes") or None,
    )
