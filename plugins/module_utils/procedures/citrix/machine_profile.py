# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The machine profile of a catalog follows its image where it was the image before (contract citrix 8.4, 8.7)."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import read_catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.jobs import start, wait_for_job
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import wait_for_effect
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_image import profile_apart
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import same_path
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

PATIENCE_WITH_CATALOG = 10.0


def move_profile(site: CitrixSite, catalog: Catalog, path: str, timeout: float, progress: Callable[[str], None]) -> str:
    """Give a catalog the machine profile of this path and see that it has it. Returns the job's warning."""
    what = f"Machine profile of {catalog.full_name}"

    def is_there() -> bool:
        return same_path(read_catalog(site, catalog.id).machine_profile, path)

    job_id = send_once(
        lambda: start(site, f"/MachineCatalogs/{segment(catalog.id)}", {"MachineProfilePath": path}, "PATCH"),
        lambda: "" if is_there() else None,
        what=what,
        progress=progress,
    )
    job = wait_for_job(site, job_id, what=what, timeout=timeout, progress=progress) if job_id else None
    wait_for_effect(
        is_there,
        what=what,
        idle=f"its job has ended, and the profile is not '{path}'",
        endpoint=site.endpoint,
        timeout=PATIENCE_WITH_CATALOG,
        progress=progress,
    )
    if job:
        return job.warning
    return ""


def profile_that_stays(catalog: Catalog) -> str:
    """What has to be said of a machine profile that does not follow, '' where there is none."""
    if not profile_apart(catalog):
        return ""
    return f"its machine profile '{catalog.machine_profile}' stays as it is, because it was not the image before"
