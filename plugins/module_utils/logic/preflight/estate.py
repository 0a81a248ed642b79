# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be released, and where: what all checks look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import column
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.cluster_addresses import (
    ClusterAddresses,
    identities_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import Release

Facts: TypeAlias = Mapping[str, Any]
PROTECTION_DOMAIN = "protection_domain"


@dataclass(frozen=True)
class ReleaseRequest:
    """What is to be released, and how strict to be. `remote_sites` None means those of the protection domain's
    schedules; times in seconds. `strategy` is how the image travels from the source.

    `release` is empty while nobody has thought of an id yet.
    """

    base_vm: str
    protection_domain: str
    source: str
    prefix: str
    remote_sites: tuple[str, ...] | None = None
    require_powered_off: bool = True
    space_factor: float = 1.2
    certificate_days: int = 30
    clock_warning: float = 60.0
    clock_stop: float = 300.0
    replication_timeout: float = 14400.0
    release: str = ""
    strategy: str = PROTECTION_DOMAIN
    recovery_point: str = ""
    storage_container: str = ""
    vm_uuid: str = ""

    @property
    def image(self) -> str:
        """The name of the image to be, empty without a release id. Raises ValueError for one that cannot be."""
        if self.release:
            return Release(self.base_vm, self.release, self.prefix).image_name
        return ""


@dataclass(frozen=True)
class Estate:
    """The release, and the facts of clusters, sites and Prism Centrals by inventory host.

    Of a cluster: {message, address, port, strategy, endpoint, cluster, storage_containers, snapshots, image,
    protection_domains, vms}; of a Prism Central: {message, endpoint, central, api_versions, by_api_key, peers,
    clusters, vms, choice, points, origins, templates}; of a site: {message, wanted, waves, reboot, endpoint, site,
    hosting_units, catalogs, definitions, prepared, prepared_catalogs}. `prepared` are the outcomes that the role
    prepared_image_release plans for the `definitions`. Apart from these, the message, the address, the strategy,
    `wanted`, `waves` and `reboot` they are what the info modules return. What could not be read is missing.
    """

    release: ReleaseRequest
    clusters: Mapping[str, Facts]
    sites: Mapping[str, Facts]
    now: datetime
    centrals: Mapping[str, Facts]

    @cached_property
    def identities(self) -> list[ClusterAddresses]:
        """What each cluster may be called elsewhere."""
        return identities_of(self.clusters)

    @property
    def source(self) -> Facts:
        """The facts of the source, empty when it is no cluster of the inventory."""
        return self.clusters.get(self.release.source) or {}

    def domain(self, cluster: Facts) -> Facts | None:
        """The protection domain of the release as a cluster shows it."""
        domains = cluster.get("protection_domains") or []
        return next((domain for domain in domains if domain["name"] == self.release.protection_domain), None)

    def active_elsewhere(self, host: str) -> list[str]:
        """The other clusters on which the protection domain is active."""
        active = []
        for other, facts in self.clusters.items():
            domain = self.domain(facts) or {}
            if other != host and domain.get("active"):
                active.append(other)
        return active

    def by_central(self, cluster: Facts) -> bool:
        """Whether the image travels to this cluster through its Prism Central."""
        return (cluster.get("strategy") or PROTECTION_DOMAIN) != PROTECTION_DOMAIN

    @property
    def managed_clusters(self) -> list[str]:
        return [host for host, facts in self.clusters.items() if self.by_central(facts)]

    def managers(self, cluster: Facts) -> list[str]:
        """The Prism Centrals that have this cluster."""
        uuid = (cluster.get("cluster") or {}).get("uuid")
        managers = []
        for host, facts in self.centrals.items():
            if uuid and uuid in column(facts.get("clusters") or [], "uuid"):
                managers.append(host)
        return managers

    def managed_by(self, central: str) -> list[str]:
        """The clusters of this release that a Prism Central has."""
        return [host for host in self.managed_clusters if central in self.managers(self.clusters[host])]
