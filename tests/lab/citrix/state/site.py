# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of one Citrix site, built from its topology."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from lab.citrix.errors import Errors
from lab.citrix.state.cloud import Cloud, XenPool
from lab.citrix.state.entities import (
    Catalog,
    DeliveryGroup,
    DiskImage,
    HostingUnit,
    Hypervisor,
    ImageDefinition,
    ImageVersion,
    Machine,
    Resource,
    Scheme,
    Zone,
)
from lab.citrix.state.hosting import HostingInventory, template
from lab.citrix.state.image_definitions import definition_from
from lab.citrix.state.jobs import JobBook
from lab.citrix.state.moments import Moments
from lab.citrix.state.power import Power
from lab.citrix.state.tokens import TokenBook
from lab.citrix.topology import DURATIONS, PLUGINS, SWITCHES, zones_of
from lab.clock import Events
from lab.entries import names_of, numbered
from lab.ports import HypervisorCluster, MasterVms, TemplateSource
from lab.setting import Setting

PRIMARY_ZONE_ID = "00000000-0000-0000-0000-000000000000"
ON_PREMISES = "CitrixOnPremises"
HOUR = 3600.0


class Site(Setting):
    """A DaaS or CVAD site: what it consists of and how its parts are found."""

    def __init__(
        self,
        spec: Mapping[str, Any],
        events: Events,
        topology: Mapping[str, Any],
        clusters: Mapping[str, HypervisorCluster],
        centrals: Mapping[str, TemplateSource],
        pools: Mapping[str, MasterVms],
    ) -> None:
        super().__init__(spec, events, topology, SWITCHES, DURATIONS)
        self.on_premises: bool = spec["kind"] == "cvad"
        self._counters: dict[str, itertools.count[int]] = defaultdict(lambda: itertools.count(1))
        self.id = self.new_id()
        self.domain: str = spec.get("domain", "CORP")
        self.customer_id: str = ON_PREMISES if self.on_premises else spec.get("customer_id", f"{self.name}customer")
        account = ("username", "password") if self.on_premises else ("client_id", "client_secret")
        principal = f"{self.domain}\\svc_ansible" if self.on_premises else self.new_id()
        self.principal: str = spec.get(account[0], principal)
        self.secret: str = spec.get(account[1], self.generated_secret("password"))
        self.moments = Moments(self)
        self.errors = Errors(self.behaviour)
        self.geo: str = spec.get("geo", "US")
        self.tokens = TokenBook(self)
        self.jobs = JobBook(self)
        self.inventory = HostingInventory({**clusters, **self._clouds(pools)}, centrals, self)
        self.power = Power(self, self.inventory, spec.get("image_levels", {}))
        self.inventory.watch(self._vms_went)
        self.zones: dict[str, Zone] = {}
        self.hypervisors: dict[str, Hypervisor] = {}
        self.hosting_units: dict[str, HostingUnit] = {}
        self.delivery_groups: dict[str, DeliveryGroup] = {}
        self.folders: dict[tuple[str, ...], int] = {(): 0}
        self.catalogs: dict[str, Catalog] = {}
        self.image_definitions: dict[str, ImageDefinition] = {}
        self.images_left_behind: list[str] = []  # on the hypervisor, of versions of which only the record was deleted
        self.machines: dict[str, Machine] = {}
        self._machines_by_key: dict[str, Machine] = {}
        self._machines_by_vm: dict[str, dict[str, Machine]] = {}
        self._ordered_machines: list[Machine] | None = None
        self._build()

    # --- finding

    def zone(self, name_or_id: str) -> Zone | None:
        """Find a zone by its name or id."""
        return _by_name_or_id(self.zones, name_or_id)

    def hypervisor(self, name_or_id: str) -> Hypervisor | None:
        """Find a hypervisor connection by its name or id."""
        return _by_name_or_id(self.hypervisors, name_or_id)

    def hosting_unit(self, name_or_id: str) -> HostingUnit | None:
        """Find a hosting unit by its name or id."""
        return _by_name_or_id(self.hosting_units, name_or_id)

    def delivery_group(self, name_or_id: str) -> DeliveryGroup | None:
        """Find a delivery group by its name or id."""
        return next(
            (
                group
                for group in self.delivery_groups.values()
                if name_or_id.casefold() in (group.id, group.name.casefold())
            ),
            None,
        )

    def image_definition(self, name_or_id: str) -> ImageDefinition | None:
        """Find an image definition by its name or id."""
        found: ImageDefinition | None = _by_name_or_id(self.image_definitions, name_or_id)
        return found

    def image_version(self, name_or_id: str, number_or_id: str) -> ImageVersion | None:
        """Find a version of an image definition by its number or id."""
        definition = self.image_definition(name_or_id)
        versions = definition.versions if definition else []
        wanted = number_or_id.casefold()
        return next((version for version in versions if wanted in (version.id, str(version.number))), None)

    def schemes_on(self, version: ImageVersion) -> list[tuple[Catalog, Scheme]]:
        """List the catalogs on a version, with their provisioning schemes."""
        schemes = [(catalog, catalog.scheme) for catalog in self.catalogs_in_order() if catalog.scheme]
        return [(catalog, scheme) for catalog, scheme in schemes if scheme.image_version is version]

    def units_of(self, hypervisor: Hypervisor) -> list[HostingUnit]:
        """List the hosting units of a connection."""
        return [unit for unit in self.hosting_units.values() if unit.hypervisor is hypervisor]

    def catalogs_called(self, name_or_id: str) -> list[Catalog]:
        """Find catalogs by id, by folder path and name joined by pipes, or by a bare name (which may be ambiguous,
        contract citrix trap 1)."""
        by_id = self.catalogs.get(name_or_id.lower())
        if by_id is not None:
            return [by_id]
        wanted = name_or_id.casefold()
        exact = [catalog for catalog in self.catalogs.values() if "|".join(catalog.path).casefold() == wanted]
        return exact or [catalog for catalog in self.catalogs.values() if catalog.name.casefold() == wanted]

    def machine(self, key: str) -> Machine | None:
        """Find a machine by id, SID, or name with a pipe or backslash between domain and host (contract citrix 2)."""
        return self.machines.get(key.lower()) or self._machines_by_key.get(key.replace("|", "\\").casefold())

    def catalogs_in_order(self) -> list[Catalog]:
        """List the catalogs in the stable order of paging."""
        return sorted(self.catalogs.values(), key=lambda catalog: catalog.id)

    def machines_in_order(self) -> list[Machine]:
        """List the machines in the stable order of paging."""
        if self._ordered_machines is None:
            self._ordered_machines = sorted(self.machines.values(), key=lambda machine: machine.id)
        return self._ordered_machines

    def machines_of(self, group: DeliveryGroup) -> list[Machine]:
        """List the machines of a delivery group in the stable order of paging."""
        return [machine for machine in self.machines_in_order() if machine.catalog.delivery_group is group]

    def _vms_went(self, cluster: str, vm_uuids: frozenset[str], up: bool, orderly: bool) -> None:
        """Let machines follow their VMs."""
        concerned = [
            machine
            for vm_uuid in sorted(vm_uuids)
            for machine in self.machines_on(vm_uuid)
            if machine.hypervisor is not None and machine.hypervisor.cluster == cluster
        ]
        if concerned:
            self.power.vms_went(concerned, up, orderly)

    # --- making

    def new_uid(self, kind: str) -> int:
        """Return a new broker number."""
        return next(self._counters[kind])

    def folder_uid(self, folder: tuple[str, ...]) -> int:
        """Return the number of an admin folder, making it when it is new."""
        return self.folders.setdefault(folder, len(self.folders))

    def add_catalog(self, spec: Mapping[str, Any]) -> Catalog:
        """Make a catalog with its machines from its part of a topology (``count`` is not looked at)."""
        unit = self.hosting_unit(spec["hosting_unit"]) if "hosting_unit" in spec else None
        hypervisor = unit.hypervisor if unit else None
        if "hypervisor" in spec:
            hypervisor = self.hypervisor(spec["hypervisor"])
        zone = hypervisor.zone if hypervisor else None
        if "zone" in spec:
            zone = self.zone(spec["zone"])
        folder = tuple(part for part in spec.get("folder", "").split("|") if part)
        persistent = spec.get("persistent", False)
        provisioning_type = spec.get("provisioning_type", "MCS")
        group = spec.get("delivery_group", spec["name"])
        catalog = Catalog(
            id=self.new_id(),
            uid=self.new_uid("catalog"),
            name=spec["name"],
            folder=folder,
            folder_uid=self.folder_uid(folder),
            provisioning_type=provisioning_type,
            persistent=persistent,
            session_support=spec.get("session_support", "SingleSession"),
            zone=zone or self._primary_zone(),
            hypervisor=hypervisor,
            scheme=self._scheme(spec, unit) if provisioning_type == "MCS" and unit else None,
            delivery_group=self._delivery_group(group) if group else None,
            description=spec.get("description"),
            tags=tuple(spec.get("tags", ())),
        )
        self.catalogs[catalog.id] = catalog
        power_state = "On" if spec.get("power_state", "on") in (True, "on") else "Off"
        count = spec.get("machines", 0)
        names = spec.get("machine_names") or _machine_names(spec.get("machine_prefix", f"VDA{catalog.uid:03d}-"), count)
        if catalog.scheme:
            catalog.scheme.naming_scheme = _naming_scheme(spec.get("machine_prefix", f"VDA{catalog.uid:03d}-"), count)
            catalog.scheme.next_number = count + 1
        for number, host_name in enumerate(names, 1):
            machine = self.add_machine(catalog, host_name, power_state, number)
            if number <= spec.get("sessions", 0) and power_state == "On":
                machine.sessions, machine.session_user = 1, f"{self.domain}\\user{number:04d}"
        return catalog

    def add_machine(self, catalog: Catalog, host_name: str, power_state: str = "On", number: int = 0) -> Machine:
        """Make a machine; when its cluster has one VM of the same name, in whatever case, it is that VM."""
        vms = self.inventory.vms_called(catalog.hypervisor, host_name) if catalog.hypervisor else []
        uid = self.new_uid("machine")
        machine = Machine(
            id=self.new_id(),
            uid=uid,
            name=f"{self.domain}\\{host_name}",
            sid=f"S-1-5-21-1004336348-1177238915-682003330-{10000 + uid}",
            number=number,
            catalog=catalog,
            hypervisor=None,
            hosted_machine_id=None,
            hosting_server=f"{catalog.hypervisor.cluster}-node-{uid % 4 + 1}" if catalog.hypervisor else "",
            hosting_updated=self.clock.now - HOUR,
            power_state=power_state,
            registration_state="Registered" if power_state == "On" else "Unregistered",
            image=catalog.scheme.image if catalog.scheme else None,
        )
        if self.machine(machine.name) is not None:
            raise ValueError(f"{self.name}: there is already a machine {machine.name}")
        vm_uuid = self.new_id() if catalog.hypervisor else None
        machine.hosted_machine_name = host_name
        if len(vms) == 1:
            vm_uuid, machine.hosted_machine_name = vms[0].uuid, vms[0].name
        self.host(machine, vm_uuid, catalog.hypervisor)
        self.machines[machine.id] = machine
        catalog.machines[machine.id] = machine
        self._machines_by_key[machine.name.casefold()] = self._machines_by_key[machine.sid.casefold()] = machine
        self._ordered_machines = None
        return machine

    def machines_on(self, vm_uuid: str) -> list[Machine]:
        """List the machines that are said to be a VM, whatever the connection."""
        return list(self._machines_by_vm.get(vm_uuid, {}).values())

    def host(self, machine: Machine, vm_uuid: str | None, hypervisor: Hypervisor | None) -> None:
        """Say which VM a machine is, behind which connection."""
        self._machines_by_vm.get(machine.hosted_machine_id or "", {}).pop(machine.id, None)
        machine.hosted_machine_id, machine.hypervisor = vm_uuid, hypervisor
        if vm_uuid is not None:
            self._machines_by_vm.setdefault(vm_uuid, {})[machine.id] = machine

    def remove_machine(self, machine: Machine) -> None:
        """Let a machine vanish."""
        for outstanding in (machine.next_transition, machine.contact_lost):
            if outstanding is not None:
                outstanding.cancel()
        self.host(machine, None, None)
        del self.machines[machine.id], machine.catalog.machines[machine.id]
        del self._machines_by_key[machine.name.casefold()], self._machines_by_key[machine.sid.casefold()]
        self._ordered_machines = None

    def remove_catalog(self, catalog: Catalog) -> None:
        """Let a catalog vanish with its machines."""
        for machine in list(catalog.machines.values()):
            self.remove_machine(machine)
        del self.catalogs[catalog.id]

    def _clouds(self, pools: Mapping[str, MasterVms]) -> dict[str, Cloud]:
        """What is behind the connections that name no cluster."""
        return {
            each["name"]: XenPool(each, pools[each["pool"]]) if "pool" in each else Cloud(each, self.new_id())
            for each in self.spec.get("hypervisors", [])
            if "cluster" not in each
        }

    def _build(self) -> None:
        zones = zones_of(self.spec)
        any_primary = any(zone.get("primary") for zone in zones)
        for index, zone in enumerate(zones):
            primary = zone.get("primary", not any_primary and index == 0)
            made = Zone(PRIMARY_ZONE_ID if primary else self.new_id(), zone["name"], zone.get("description"), primary)
            self.zones[made.id] = made
        for connection in self.spec.get("hypervisors", []):
            own_zone = self.zone(connection["zone"]) if "zone" in connection else None
            hypervisor = Hypervisor(
                id=self.new_id(),
                uid=self.new_uid("hypervisor"),
                name=connection["name"],
                cluster=connection.get("cluster", connection["name"]),
                zone=own_zone or self._primary_zone(),
                plugin_id=connection.get("plugin") or _plugin(connection),
                addresses=[],
                user_name="svc_citrix",
                in_maintenance_mode=connection.get("in_maintenance_mode", False),
                prism_central=connection.get("prism_central"),
                connection_type=connection.get("connection_type", "Custom"),
                region=connection.get("region"),
                account=connection.get("account"),
                machine_profiles=list(connection.get("machine_profiles", [])),
            )
            self.hypervisors[hypervisor.id] = hypervisor
            for unit in connection.get("hosting_units", []):
                made_unit = HostingUnit(self.new_id(), unit["name"], hypervisor, list(unit.get("networks", [])))
                made_unit.availability_zone = unit.get("availability_zone")
                self.hosting_units[made_unit.id] = made_unit
                self.inventory.listed(made_unit)
        for spec in self.spec.get("image_definitions", []):
            definition = definition_from(self, spec)
            self.image_definitions[definition.id] = definition
        for spec in self.spec.get("catalogs", []):
            for name in names_of(spec):
                self.add_catalog({**spec, "name": name})

    def _scheme(self, spec: Mapping[str, Any], unit: HostingUnit) -> Scheme:
        templates = self.inventory.templates(unit)
        age = spec.get("image_age_hours", 30 * 24)
        history = [
            _disk_image(
                unit,
                image if isinstance(image, Mapping) else {"name": image},
                age + 30 * 24 * number,
                templates,
                self.clock.now,
            )
            for number, image in enumerate(spec.get("history", []), 1)
        ]
        scheme = Scheme(
            id=self.new_id(),
            unit=unit,
            clean_on_boot=not spec.get("persistent", False),
            image=DiskImage(
                template(unit, spec["image"], templates),
                self.clock.now - age * HOUR,
                spec.get("image_note"),
                version=self.image_version(*spec["image_version"].split(":")) if "image_version" in spec else None,
            ),
            history=sorted(history, key=lambda image: image.date),
        )
        if unit.hypervisor.has_folders:  # contract citrix 9: ClusterId is among the custom properties of such a catalog
            scheme.custom_properties = [("ClusterId", self.inventory.cluster_uuid(unit.hypervisor))]
        if spec.get("machine_profile"):
            scheme.machine_profile = template(unit, spec["machine_profile"], templates)
        return scheme

    def _delivery_group(self, name: str) -> DeliveryGroup:
        if name not in self.delivery_groups:
            self.delivery_groups[name] = DeliveryGroup(self.new_id(), self.new_uid("delivery_group"), name)
        return self.delivery_groups[name]

    def _primary_zone(self) -> Zone:
        return next(zone for zone in self.zones.values() if zone.primary)


def _plugin(connection: Mapping[str, Any]) -> str:
    kind: str = connection.get("connection_type", "Custom")
    return "AcropolisFactory" if kind == "Custom" or "cluster" in connection else PLUGINS.get(kind, kind)


def _machine_names(prefix: str, count: int) -> list[str]:
    pattern = prefix if "{n" in prefix else prefix.replace("{", "{{").replace("}", "}}") + "{n:03d}"
    return numbered(pattern, count)


def _naming_scheme(prefix: str, count: int) -> str:
    first = _machine_names(prefix, max(count, 1))[0]
    digits = len(first) - len(first.rstrip("0123456789"))
    return first[: len(first) - digits] + "#" * digits


def _disk_image(
    unit: HostingUnit, spec: Mapping[str, Any], age_hours: float, templates: Iterable[Resource], now: float
) -> DiskImage:
    return DiskImage(
        template(unit, spec["name"], templates), now - spec.get("age_hours", age_hours) * HOUR, spec.get("note")
    )


def _by_name_or_id(things: Mapping[str, Any], name_or_id: str) -> Any:
    found = things.get(name_or_id.lower())
    if found is not None:
        return found
    wanted = name_or_id.casefold()
    return next((thing for thing in things.values() if thing.name.casefold() == wanted), None)
