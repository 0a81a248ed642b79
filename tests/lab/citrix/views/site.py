# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site and its zones as answers show them (contract citrix 7, 12)."""

from __future__ import annotations

from typing import Any

from lab.citrix.state.entities import Zone
from lab.citrix.state.site import Site
from lab.citrix.views.refs import ref


def site_detail(site: Site) -> dict[str, Any]:
    """Return what the detail of a site has beside its id and name."""
    return {
        "OrchestationApiVersion": site.spec.get("api_version", 126),
        "ProductVersion": site.spec.get("product_version", "7.45"),
        "ProductCode": "XDT",
        "ProductEdition": "PLT",
        "PrimaryZone": ref(next(zone for zone in site.zones.values() if zone.primary)),
        "LicensingModel": "UserDevice",
        "LicenseServerName": None,
        "LicenseServerPort": 27000,
        "SiteConfigurationComplete": True,
        "DefaultMinimumFunctionalLevel": "L7_20",
        "DefaultDesktopIconId": "1",
        "DefaultSecureIcaRequired": False,
        "ColorDepth": "TwentyFourBit",
        "SiteServices": [],
        "EnabledFeatures": [],
        "BaseOU": None,
        "ConfigurationServiceGroupUid": None,
        "Metadata": [],
    }


def zone_view(zone: Zone) -> dict[str, Any]:
    """Return a zone."""
    return {
        "Id": zone.id,
        "Name": zone.name,
        "Description": zone.description,
        "IsPrimary": zone.primary,
        "IsHealthy": True,
        "LastStateChangeTimeInUtc": None,
        "Metadata": [],
        "ResourceLocation": None,
    }
