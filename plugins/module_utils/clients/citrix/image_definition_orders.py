# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making, describing and deleting image definitions (contract citrix 13.2, 13.3, 13.8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.image_definitions import (
    definition_path,
    read_definitions,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.jobs import start, wait_for_job
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import effect_unknown, send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import ImageDefinition, Properties
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound


def name_values(properties: Properties) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in properties]


def make_definition(
    site: CitrixSite,
    name: str,
    order: Mapping[str, str],
    connection_id: str,
    custom_properties: Properties,
    *,
    timeout: float,
    progress: Callable[[str], None],
) -> str:
    """Make an image definition and follow its job. Two of one name cannot be, so that an order whose answer was lost
    may be repeated. Returns the job's warning."""
    what = f"Making image definition {name}"
    body: dict[str, Any] = {
        "Name": name,
        "Description": order["description"],
        "OsType": order["os_type"],
        "VDASessionSupport": order["session_support"],
        "AssignedHypervisorConnection": {
            "HypervisorConnection": connection_id,
            "CustomProperties": name_values(custom_properties),
        },
    }

    def made() -> str | None:
        names = [definition.name.casefold() for definition in read_definitions(site)]
        if name.casefold() in names:
            return ""
        return None

    job_id = send_once(lambda: start(site, "/ImageDefinitions", body), made, what=what, progress=progress)
    job = wait_for_job(site, job_id, what=what, timeout=timeout, progress=progress) if job_id else None
    if job:
        return job.warning
    return ""


def describe_definition(
    site: CitrixSite, definition: ImageDefinition, description: str, progress: Callable[[str], None]
) -> None:
    """Give an image definition another description, which has no job."""

    def send() -> bool:
        with effect_unknown():
            site.request("PATCH", definition_path(definition.id), payload={"Description": description})
        return True

    def described() -> bool | None:
        return (
            any(each.id == definition.id and each.description == description for each in read_definitions(site)) or None
        )

    send_once(send, described, what=f"Describing image definition {definition.name}", progress=progress)


def delete_definition(
    site: CitrixSite, definition: ImageDefinition, *, timeout: float, progress: Callable[[str], None]
) -> None:
    """Delete an image definition and follow its job. One that is gone already is deleted."""
    what = f"Deleting image definition {definition.name}"

    def gone() -> str | None:
        if any(each.id == definition.id for each in read_definitions(site)):
            return None
        return ""

    with suppress(NotFound):
        job_id = send_once(
            lambda: start(site, definition_path(definition.id), method="DELETE"), gone, what=what, progress=progress
        )
        if job_id:
            wait_for_job(site, job_id, what=what, timeout=timeout, progress=progress)
