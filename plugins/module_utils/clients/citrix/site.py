# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a site says of itself, and its zones (contract citrix 7, 12)."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment


@dataclass(frozen=True)
class SiteFacts:
    """`api_version` and `product_version` decide which features there are (contract citrix 1.7)."""

    id: str
    name: str
    product_version: str
    api_version: int | None
    licensing_model: str


@dataclass(frozen=True)
class SiteZone:
    """A zone; on DaaS a resource location. `healthy` is None when the site does not say."""

    id: str
    name: str
    primary: bool
    healthy: bool | None


def read_site(site: CitrixSite) -> SiteFacts:
    body = site.get(f"/Sites/{segment(site.id)}") or {}
    return SiteFacts(
        id=body.get("Id") or site.id,
        name=body.get("Name") or site.name,
        product_version=body.get("ProductVersion") or "",
        # The vendor's own spelling (contract citrix 7.2); the right one may come with a correction
        api_version=body.get("OrchestationApiVersion", body.get("OrchestrationApiVersion")),
        licensing_model=body.get("LicensingModel") or "",
    )


def read_zones(site: CitrixSite) -> list[SiteZone]:
    return [
        SiteZone(
            id=item.get("Id") or "",
            name=item.get("Name") or "",
            primary=bool(item.get("IsPrimary")),
            healthy=item.get("IsHealthy"),
        )
        for item in site.items("/Zones")
    ]
