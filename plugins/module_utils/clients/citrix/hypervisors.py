# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hypervisor connections, hosting units (resource pools) and what can be seen in them (contract citrix 10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.images import master_image
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.jobs import read_as_job
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import HostingUnit
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import (
    TEMPLATES_FOLDER,
    MasterImage,
    find_image,
    folder_below,
    is_path,
    same_path,
    template_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound, OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

IMAGE_TYPES = ("template", "templateversion", "snapshot")
LAUNCH_TEMPLATE = "launchtemplate"
PROFILE_TYPES = ("launchtemplateversion", "vm")
# Where templates are VMs to copy and not images of a cloud (contract citrix 8.4, 9)
WITH_TEMPLATES = ("VCenter",)
# As many as the session has connections: each is a job of several seconds on another hosting unit.
BROWSED_AT_ONCE = 32


@dataclass(frozen=True)
class Connection:
    """A hypervisor connection. `addresses` in the plug-in's own form; `fault_state` is '' while there is no fault
    (contract citrix 10.2)."""

    id: str
    name: str
    plugin: str
    addresses: tuple[str, ...]
    zone: str
    in_maintenance_mode: bool
    zone_id: str = ""
    connection_type: str = ""
    fault_state: str = ""
    fault_reason: str = ""


def read_connections(site: CitrixSite) -> list[Connection]:
    """All hypervisor connections; not paged."""
    return [_connection(item) for item in site.items("/hypervisors", limit=None)]


def _connection(body: Mapping[str, Any]) -> Connection:
    zone, fault = body.get("Zone") or {}, body.get("Fault") or {}
    state = fault.get("State") or ""
    return Connection(
        id=body.get("Id") or "",
        name=body.get("Name") or "",
        plugin=body.get("PluginId") or "",
        addresses=tuple(body.get("Addresses") or ()),
        zone=zone.get("Name") or "",
        in_maintenance_mode=bool(body.get("InMaintenanceMode")),
        zone_id=zone.get("Id") or "",
        connection_type=body.get("ConnectionType") or "",
        # The values of State are free text but for Initializing; None is how the site's other enums say that there is
        # nothing
        fault_state="" if state == "None" else state,
        fault_reason=fault.get("Reason") or "",
    )


def read_location(site: CitrixSite, connection_id: str) -> tuple[str, str]:
    """Region and account that a connection leads to, '' where its kind has none or the site does not tell: AWS and
    WorkSpaces Core tell no account (contract citrix 10.2)."""
    body = site.get(f"/hypervisors/{segment(connection_id)}") or {}
    return body.get("Region") or body.get("OciRegion") or "", body.get("SubscriptionId") or body.get(
        "TenancyOcid"
    ) or ""


def read_hosting_units(site: CitrixSite, connection: Connection) -> list[HostingUnit]:
    """The hosting units of a connection; not paged."""
    return [
        HostingUnit(
            id=item.get("Id") or "",
            name=item.get("Name") or "",
            path=item.get("XDPath") or f"XDHyp:\\HostingUnits\\{item.get('Name')}",
            connection_id=connection.id,
            connection=connection.name,
            plugin=connection.plugin,
            region=(item.get("Region") or {}).get("Name") or "",
            availability_zone=(item.get("AvailabilityZone") or {}).get("Name") or "",
        )
        for item in site.items(f"/hypervisors/{segment(connection.id)}/resourcePools", limit=None)
    ]


def shows_resource(site: CitrixSite, unit: HostingUnit, path: str) -> bool:
    """Whether a hosting unit shows an object of this path, whatever it is, past the inventory cache."""
    own = f"/hypervisors/{segment(unit.connection_id)}/resourcePools/{segment(unit.id)}/resources"
    try:
        site.get(own, {"path": path, "noCache": True})
    except NotFound:
        return False
    return True


@dataclass(frozen=True)
class Sight:
    """The images seen in one place, or the problem that kept us from looking and what to do about it."""

    images: tuple[MasterImage, ...] = ()
    problem: str = ""
    advice: str = ""


@dataclass
class ImageBrowser:
    """The images visible in hosting units, each place read once per run.

    The site's inventory cache may hide a new image for more than half an hour (contract citrix 10.3): `bypass_cache`
    goes past it at once, else that is done only for images that it does not show."""

    site: CitrixSite
    bypass_cache: bool
    progress: Callable[[str], None]
    _read: dict[tuple[str, str, bool], list[MasterImage]] = field(default_factory=dict)

    def look_for(self, places: Iterable[tuple[HostingUnit, str]]) -> dict[tuple[str, str], Sight]:
        """For each (hosting unit, image name or path) what is seen where it must be, by (hosting unit id, image). Units
        are read side by side."""
        by_unit: dict[str, list[tuple[HostingUnit, str]]] = {}
        for unit, image in dict.fromkeys(places):
            by_unit.setdefault(unit.id, []).append((unit, image))

        def look(places_of_unit: list[tuple[HostingUnit, str]]) -> dict[tuple[str, str], Sight]:
            return {(unit.id, image): self._sight(unit, image) for unit, image in places_of_unit}

        with ThreadPoolExecutor(max_workers=BROWSED_AT_ONCE) as pool:
            return {key: sight for sights in pool.map(look, by_unit.values()) for key, sight in sights.items()}

    def read_all(self, units: Iterable[HostingUnit], folder: str = "") -> dict[str, list[MasterImage]]:
        """The images directly below each of the hosting units, or one of their folders, by its id, read side by
        side."""
        all_units = list(units)
        with ThreadPoolExecutor(max_workers=BROWSED_AT_ONCE) as pool:
            found = pool.map(lambda unit: self.images(unit, folder), all_units)
            return {unit.id: images for unit, images in zip(all_units, found, strict=True)}

    def machine_profiles(self, unit: HostingUnit, connection_type: str) -> list[MasterImage]:
        """What machines can be modelled on: VMs, on vSphere also templates, and the versions of launch templates."""
        found = self._children(unit, "", self.bypass_cache)
        for template in [each for each in found if each.type.casefold() == LAUNCH_TEMPLATE]:
            found += self._children(unit, template.path.rpartition("\\")[2], self.bypass_cache)
        types = (*PROFILE_TYPES, "template") if connection_type in WITH_TEMPLATES else PROFILE_TYPES
        return [each for each in found if each.type.casefold() in types]

    def images(self, unit: HostingUnit, folder: str = "", bypass_cache: bool | None = None) -> list[MasterImage]:
        """The images directly below a hosting unit or one of its folders."""
        past_cache = self.bypass_cache if bypass_cache is None else bypass_cache
        place = (unit.id, folder.casefold(), past_cache)
        if place not in self._read:
            self._read[place] = self._children(unit, folder, past_cache)
        return [image for image in self._read[place] if image.type.casefold() in IMAGE_TYPES]

    def _sight(self, unit: HostingUnit, image: str) -> Sight:
        try:
            return Sight(tuple(self._where_it_must_be(unit, image)))
        except OperationError as error:
            return Sight(problem=str(error))

    def _where_it_must_be(self, unit: HostingUnit, image: str) -> list[MasterImage]:
        look = self._versions if unit.has_folders else self._snapshots
        for past_cache in (True,) if self.bypass_cache else (False, True):
            images = look(unit, image, past_cache)
            if _shows(images, unit, image):
                return images
        return images

    def _snapshots(self, unit: HostingUnit, image: str, past_cache: bool) -> list[MasterImage]:
        folder = folder_below(unit.path, image) if is_path(image) else ""
        images = self.images(unit, "", past_cache)
        if folder and not _shows(images, unit, image) and self._has_folder(unit, folder, past_cache):
            images = self.images(unit, folder, past_cache)
        return images

    def _has_folder(self, unit: HostingUnit, folder: str, past_cache: bool) -> bool:
        """Whether every element of a path is shown in the one before: a VM that is not there yet cannot be read."""
        above = ""
        for element in folder.split("\\"):
            path = "\\".join(part for part in (above, element) if part)
            self.images(unit, above, past_cache)
            shown = self._read[unit.id, above.casefold(), past_cache]
            if not any(same_path(each.path, f"{unit.path}\\{path}") for each in shown):
                return False
            above = path
        return True

    def _versions(self, unit: HostingUnit, image: str, past_cache: bool) -> list[MasterImage]:
        """The versions of the template that holds the image; all templates where there is none of its name, whose
        versions nobody may ask for then."""
        templates = self.images(unit, TEMPLATES_FOLDER, past_cache)
        name = template_of(unit.path_of(image))
        holders = [each for each in templates if each.name.casefold() == name.casefold()]
        versions = [
            version
            for holder in holders
            for version in self.images(unit, f"{TEMPLATES_FOLDER}\\{holder.name}.template", past_cache)
        ]
        if holders:
            return versions
        return templates

    def _children(self, unit: HostingUnit, folder: str, past_cache: bool) -> list[MasterImage]:
        path = f"/hypervisors/{segment(unit.connection_id)}/resourcePools/{segment(unit.id)}/resources"
        params = {"children": 1, "path": folder or None, "noCache": past_cache or None}
        body = read_as_job(
            self.site, path, params, what=f"Reading the images of hosting unit {unit.name}", progress=self.progress
        )
        return [master_image(item) for item in (body or {}).get("Children") or []]


def _shows(images: list[MasterImage], unit: HostingUnit, image: str) -> bool:
    try:
        find_image(image, unit.name, images)
    except Refusal:
        return False
    return True
