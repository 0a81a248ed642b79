# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sharing a version of a prepared image with hosting units, and looking at each until it has it (contract citrix 13.6,
16.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.image_definitions import (
    read_version,
    version_path,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.jobs import start, wait_for_job
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    Deadline,
    Look,
    Standstill,
    wait_for,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.shares import (
    EXACT,
    Sharing,
    plan_sharing,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import (
    FAILED,
    LEAVING,
    READY,
    ImageVersion,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, StillRunning

PATIENCE_WITH_LEAVING = 10.0
# A hosting unit that the job left out shows nothing, however long one waits.
GRACE = 60.0


def order_sharing(
    site: CitrixSite,
    version: ImageVersion,
    sharing: Sharing,
    properties: Mapping[str, Mapping[str, str]],
    *,
    timeout: float,
    progress: Callable[[str], None],
) -> str:
    """Send the whole list, the primary hosting unit first, and follow the job. Returns its warning."""
    what = f"Sharing {version}"
    before = {share.id: share.custom_properties for share in version.shares}
    pools: list[dict[str, Any]] = []
    for unit_id in sharing.wanted:
        pairs = properties.get(unit_id, dict(before.get(unit_id, ())))
        named = [{"Name": name, "Value": value} for name, value in pairs.items()]
        pools.append({"ResourcePool": unit_id, "CustomProperties": named})
    path = f"{version_path(version)}/$UpdateResourcePools"

    def begun() -> str | None:
        now = {share.id: share.state for share in read_version(site, version).shares}
        has_come = all(now.get(unit_id) not in (None, FAILED, LEAVING) for unit_id in sharing.arriving)
        has_left = all(now.get(gone.id) in (None, LEAVING) for gone in sharing.leaving)
        if has_come and has_left:
            return ""
        return None

    job_id = send_once(
        lambda: start(site, path, {"ImageVersionResourcePools": pools}, "PUT"), begun, what=what, progress=progress
    )
    job = wait_for_job(site, job_id, what=what, timeout=timeout, progress=progress) if job_id else None
    if job:
        return job.warning
    return ""


def take_away(site: CitrixSite, version: ImageVersion, deadline: Deadline, progress: Callable[[str], None]) -> None:
    """Leave a version to its primary hosting unit alone, and wait until it is gone from the others: only then may it be
    deleted (contract citrix addition B, E)."""
    sharing = plan_sharing(version, EXACT, [])
    if sharing.needs_order:
        order_sharing(site, version, sharing, {}, timeout=deadline.left, progress=progress)
    refuse_bad_end(site, wait_for_shares(site, version, sharing, deadline, progress), sharing, {})

    def look() -> Look[None]:
        leaving = {share.name for share in read_version(site, version).shares if share.id not in sharing.wanted}
        return Look(None, done=not leaving, state=f"{len(leaving)} still have it")

    wait_for(look, what=f"Unsharing {version}", timeout=deadline.left, progress=progress)


def wait_for_shares(
    site: CitrixSite, version: ImageVersion, sharing: Sharing, deadline: Deadline, progress: Callable[[str], None]
) -> ImageVersion:
    """Look until each hosting unit that is to have it has a final state of its own, since a job may be complete while
    one of them failed (contract citrix addition E). Returns the version as it is then."""
    awaited = sharing.awaited
    what = f"Image of {version} in {len(awaited)} hosting units"
    standstill = Standstill(f"{site.endpoint}: {what}", "Look at the image version in the console, then run again.")

    def look() -> Look[ImageVersion]:
        now = read_version(site, version)
        states = {share.id: share.state for share in now.shares}
        settled = [unit_id for unit_id in awaited if states.get(unit_id) in (READY, FAILED)]
        missing = [unit_id for unit_id in awaited if unit_id not in states]
        idle = len(settled) + len(missing) == len(awaited)
        standstill.note(f"{len(missing)} hosting units do not show it" if idle and missing else "", GRACE)
        done = len(settled) == len(awaited)
        return Look(now, done=done, state=f"{len(settled)} of {len(awaited)} have it")

    now = wait_for(look, what=what, timeout=deadline.left, progress=progress)
    return _after_leaving(site, now, [gone.id for gone in sharing.leaving], progress)


def _after_leaving(
    site: CitrixSite, version: ImageVersion, leaving: Sequence[str], progress: Callable[[str], None]
) -> ImageVersion:
    last = [version]

    def look() -> Look[None]:
        last[:] = [read_version(site, version)]
        return Look(None, done=not _left_behind(last[0], leaving))

    if _left_behind(version, leaving):
        with suppress(StillRunning):
            wait_for(look, what=f"Unsharing {version}", timeout=PATIENCE_WITH_LEAVING, progress=progress)
    return last[0]


def refuse_bad_end(site: CitrixSite, version: ImageVersion, sharing: Sharing, facts: Mapping[str, Any]) -> None:
    """Raise OperationError when a hosting unit has not the image that is to have it, or still has it."""
    failed = [share for share in version.shares if share.id in sharing.awaited and share.state == FAILED]
    if failed:
        texts = "; ".join(f"{share.name}: {' '.join(share.errors) or 'no reason given'}" for share in failed)
        raise OperationError(
            f"{site.endpoint}: {version} did not get to all hosting units: {texts}",
            "Mend that and run again; catalogs in the other hosting units can use it.",
        ).replace(**facts)
    left = _left_behind(version, [gone.id for gone in sharing.leaving])
    if left:
        raise OperationError(
            f"{site.endpoint}: {version} is still in {quoted(left)}, although it was left out of the list",
            "This site takes no image away that way: use the console, or Remove-ProvImageVersionSpecHostingUnit.",
        ).replace(**facts)


def _left_behind(version: ImageVersion, leaving: Sequence[str]) -> list[str]:
    return [share.name for share in version.shares if share.id in leaving and share.state != LEAVING]
