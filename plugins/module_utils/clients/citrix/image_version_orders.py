# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Preparing and deleting versions of image definitions (contract citrix 13.4, 13.8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.image_definition_orders import (
    name_values,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.image_definitions import (
    definition_path,
    read_versions,
    version_path,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.jobs import (
    JobFailed,
    start,
    wait_for_job,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import (
    ImageDefinition,
    ImageVersion,
    description_of,
    release_of,
    versions_of_release,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import ApiError, NotFound, OperationError

PATIENCE_WITH_SITE = 10.0


def version_order(
    release: str, image_path: str, unit_id: str, scheme: Mapping[str, Any], custom_properties: Mapping[str, Any]
) -> dict[str, Any]:
    """The order for a version. Which release it is of stands in its description, since the site numbers versions."""
    properties = tuple((str(name), str(value)) for name, value in custom_properties.items())
    network_mapping = [
        {"NetworkDeviceNameOrId": entry["device"], "NetworkPath": entry["network"]}
        for entry in scheme["network_mapping"] or []
    ]
    whole_scheme = {
        "MachineProfile": scheme["machine_profile"],
        "ServiceOfferingPath": scheme["service_offering"],
        "CpuCount": scheme["cpu_count"],
        "MemoryMB": scheme["memory_mb"],
        "NetworkMapping": network_mapping,
        "CustomProperties": name_values(properties),
    }
    return {
        "Description": description_of(release),
        "MasterImagePath": image_path,
        "ResourcePool": unit_id,
        "ImageScheme": {name: value for name, value in whole_scheme.items() if value},
    }


def start_version(
    site: CitrixSite, definition: ImageDefinition, order: Mapping[str, Any], progress: Callable[[str], None]
) -> str:
    """Order a new version and return the job's id, '' when only the version is to be seen.

    Whether a version shows as soon as it was ordered is not known, and a second one would be prepared for nothing: so
    an order whose answer was lost is not given again, but looked for by this run and the next one."""
    what = f"Preparing a version of {definition.name}"

    def seen() -> str | None:
        if versions_of_release(release_of(order["Description"]), read_versions(site, definition)):
            return ""
        return None

    path = f"{definition_path(definition.id)}/ImageVersions"
    return send_once(lambda: start(site, path, order), seen, what=what, progress=progress, sends=1)


def retry_version(
    site: CitrixSite,
    definition: ImageDefinition,
    version: ImageVersion,
    order: Mapping[str, Any],
    progress: Callable[[str], None],
) -> str:
    """Order a version whose preparation failed once more and return the job's id. Whether sites do that is unknown
    (contract citrix U18)."""

    def seen() -> str | None:
        current = [each for each in read_versions(site, definition) if each.id == version.id]
        if current and not current[0].has_failed:
            return ""
        return None

    try:
        return send_once(
            lambda: start(site, version_path(version), order, "PUT"),
            seen,
            what=f"Preparing {version} again",
            progress=progress,
        )
    except ApiError as error:
        if error.status in (400, 404, 405, 409, 501):
            raise OperationError(
                f"{site.endpoint}: the preparation of {version} failed, and the site does not repeat it:"
                f" {error.message}",
                f"Delete it (state absent, number {version.number}), then run again.",
            ) from None
        raise


def wait_for_version(
    site: CitrixSite,
    definition: ImageDefinition,
    release: str,
    job_id: str,
    *,
    timeout: float,
    progress: Callable[[str], None],
    until_visible: bool = False,
) -> ImageVersion:
    """Follow the preparation of a release's version to its end, or only until it is there for others to follow. The job
    is only one witness: what counts is the version itself."""
    what = f"Preparing release {release} in {definition.name}"
    problem = ""
    if job_id and not until_visible:
        try:
            job = wait_for_job(site, job_id, what=what, timeout=timeout, progress=progress)
            problem = job.warning if job else ""
        except JobFailed as error:
            problem = error.message

    def look() -> Look[ImageVersion | None]:
        own = versions_of_release(release, read_versions(site, definition))
        if not own:
            return Look(None, done=bool(problem), state="not visible yet")
        version = own[-1]
        return Look(version, done=until_visible or version.is_ready or version.has_failed, state=version.state)

    version = wait_for(look, what=what, timeout=timeout, progress=progress)
    if version is None:
        raise OperationError(f"{site.endpoint}: {problem}", "Look at the image definition in the console.")
    if version.has_failed:
        raise failed_preparation(site, version, problem)
    return version


def failed_preparation(site: CitrixSite, version: ImageVersion, problem: str = "") -> OperationError:
    """What is to be said of a version whose preparation failed; `problem` is what its job said."""
    reasons = "; ".join(version.errors) or problem or "the site does not say why"
    return OperationError(
        f"{site.endpoint}: the preparation of {version} failed: {reasons}",
        "Mend the cause and run again, which repeats it; or delete the version by its number.",
        number=version.number,
    )


def delete_version(
    site: CitrixSite,
    definition: ImageDefinition,
    version: ImageVersion,
    *,
    purge_db_only: bool,
    timeout: float,
    progress: Callable[[str], None],
) -> None:
    """Delete a version, follow the job, and see that it is gone. One that is gone already is deleted."""
    what = f"Deleting {version}"

    def gone() -> str | None:
        if any(each.id == version.id for each in read_versions(site, definition)):
            return None
        return ""

    with suppress(NotFound):
        job_id = send_once(
            lambda: start(site, version_path(version), method="DELETE", params={"purgeDBOnly": purge_db_only or None}),
            gone,
            what=what,
            progress=progress,
        )
        if job_id:
            wait_for_job(site, job_id, what=what, timeout=timeout, progress=progress)
    wait_for(
        lambda: Look(None, done=gone() is not None, state="still there"),
        what=what,
        timeout=PATIENCE_WITH_SITE,
        progress=progress,
    )
