# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Zones and moving catalogs into them (contract citrix 12)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import catalog_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.jobs import start, wait_for_job
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.zone import Zone, is_in
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    OperationError,
    StillRunning,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

# All that finding a catalog and its zone needs
FIELDS = "Id,Name,FullName,AdminFolder,Zone"
PATIENCE_WITH_CATALOGS = 10.0


def read_zones(site: CitrixSite) -> list[Zone]:
    """All zones that the account may see."""
    return [Zone(item.get("Id") or "", item.get("Name") or "") for item in site.items("/Zones")]


def read_zoned_catalogs(site: CitrixSite) -> list[Catalog]:
    """Every catalog that the account may see, with its names and its zone and nothing else."""
    return [catalog_of(item) for item in site.items("/MachineCatalogs", {"fields": FIELDS})]


def move_catalogs(
    site: CitrixSite, zone: Zone, catalogs: Sequence[Catalog], *, timeout: float, progress: Callable[[str], None]
) -> str:
    """Move catalogs into a zone in one request, follow its job and read them back. Returns the job's warning, '' for
    none."""
    what = f"Moving {len(catalogs)} catalogs to zone {zone.name}"
    ids = {catalog.id for catalog in catalogs}
    remaining = list(catalogs)

    def send() -> str:
        items = [{"Id": catalog.id, "Name": catalog.name, "ItemType": "MachineCatalog"} for catalog in remaining]
        return start(site, f"/Zones/{segment(zone.id)}/$moveItems", {"Items": items})

    def moved() -> str | None:
        remaining[:] = _outside(site, zone, ids)
        if remaining:
            return None
        return ""

    job_id = send_once(send, moved, what=what, progress=progress)
    job = wait_for_job(site, job_id, what=what, timeout=timeout, progress=progress) if job_id else None

    def look() -> Look[None]:
        remaining[:] = _outside(site, zone, ids)
        return Look(None, done=not remaining)

    # What a site shows may lag a moment behind its jobs.
    with suppress(StillRunning):
        wait_for(look, what=what, timeout=PATIENCE_WITH_CATALOGS, progress=progress)
    if remaining:
        names = quoted(catalog.full_name for catalog in remaining)
        raise OperationError(
            f"{site.endpoint}: {what} has ended, but these are not there: {names}",
            "Look at the zone in the console, then run again.",
        )
    if job:
        return job.warning
    return ""


def _outside(site: CitrixSite, zone: Zone, ids: Collection[str]) -> list[Catalog]:
    """Which of the catalogs are not in the zone."""
    return [catalog for catalog in read_zoned_catalogs(site) if catalog.id in ids and not is_in(catalog, zone)]
