# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Zones of a site (contract citrix 12)."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog


@dataclass(frozen=True)
class Zone:
    """A zone of a site, in the cloud a resource location."""

    id: str
    name: str


def is_in(catalog: Catalog, zone: Zone) -> bool:
    """Whether a catalog is in a zone."""
    return catalog.zone_id.casefold() == zone.id.casefold()
