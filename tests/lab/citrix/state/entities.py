# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The things a site consists of. Moments are simulated seconds since the lab started (negative: before)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from lab.citrix.errors import NameValue
from lab.citrix.topology import FOLDER_PLUGIN

if TYPE_CHECKING:
    from lab.citrix.state.jobs import Job
    from lab.clock import Event


@dataclass(eq=False)
class Zone:
    """A zone; in the cloud a resource location (contract citrix 12)."""

    id: str
    name: str
    description: str | None = None
    primary: bool = False


@dataclass(eq=False)
class Hypervisor:
    """A hypervisor connection (contract citrix 10.2). ``cluster`` names the Prism Element behind it; ``addresses``,
    when empty, are its own."""

    id: str
    uid: int
    name: str
    cluster: str
    zone: Zone
    plugin_id: str
    addresses: list[str]
    user_name: str
    in_maintenance_mode: bool = False
    prism_central: str | None = None  # whose templates it shows
    connection_type: str = "Custom"
    region: str | None = None
    account: str | None = None
    machine_profiles: list[str] = field(default_factory=list)
    resets: int = 0
    metadata: list[NameValue] = field(default_factory=list)
    # What a PATCH left, by the keys of the answer (contract citrix addition G 7)
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def has_folders(self) -> bool:
        """Whether its plug-in shows templates and networks in folders (contract citrix 9)."""
        return self.plugin_id == FOLDER_PLUGIN


@dataclass(eq=False)
class HostingUnit:
    """A resource pool, in the older word a hosting unit (contract citrix 10.3)."""

    id: str
    name: str
    hypervisor: Hypervisor
    networks: list[str]
    shares_fail: str | None = None  # why no shared image arrives here
    availability_zone: str | None = None

    @property
    def xd_path(self) -> str:
        """The path in the XDHyp drive."""
        return f"XDHyp:\\HostingUnits\\{self.name}"

    @property
    def full_relative_path(self) -> str:
        """The path in the API."""
        return f"Hypervisors/{self.hypervisor.id}/ResourcePools/{self.id}"

    @property
    def resources_path(self) -> str:
        """Where the API has its resources."""
        return f"{self.full_relative_path}/Resources"


@dataclass(frozen=True)
class ConnectionTree:
    """Everything that a hypervisor connection shows, there before any hosting unit is (contract citrix addition G
    6)."""

    hypervisor: Hypervisor

    @property
    def id(self) -> str:
        """The id of the connection."""
        return self.hypervisor.id

    @property
    def name(self) -> str:
        """The name of the connection."""
        return self.hypervisor.name

    @property
    def xd_path(self) -> str:
        """The path in the XDHyp drive."""
        return f"XDHyp:\\Connections\\{self.hypervisor.name}"

    @property
    def full_relative_path(self) -> str:
        """The path in the API."""
        return f"Hypervisors/{self.hypervisor.id}"

    @property
    def resources_path(self) -> str:
        """Where the API has its resources."""
        return f"{self.full_relative_path}/AllResources"


Tree = HostingUnit | ConnectionTree
CONTAINERS = frozenset({"folder", "cluster", "resourcegroup", "launchtemplate"})


class Resource(NamedTuple):
    """A template, network, VM or the like below a hosting unit or a connection. ``kind`` is the suffix of its path
    (contract citrix 9)."""

    id: str
    name: str
    kind: str
    tree: Tree
    folder: str = ""  # the full name of the folder that it is in

    @property
    def image_name(self) -> str:
        """The name of an image: that of its template where it is a version of one."""
        inside = self.folder.rpartition("/")[2]
        return inside.removesuffix(".template") if self.kind == "templateversion" else self.name

    @property
    def is_container(self) -> bool:
        """Whether others are in it: a template in a folder has its versions."""
        holds_snapshots = self.kind == "vm" and self.tree.hypervisor.connection_type != "Custom"
        return self.kind in CONTAINERS or holds_snapshots or (self.kind == "template" and bool(self.folder))

    @property
    def full_name(self) -> str:
        """Name and kind."""
        return f"{self.name}.{self.kind}"

    @property
    def relative_path(self) -> str:
        """Where it is below its tree."""
        return f"{self.folder}/{self.full_name}" if self.folder else self.full_name

    @property
    def xd_path(self) -> str:
        """The path in the XDHyp drive."""
        folders = self.folder.split("/") if self.folder else []
        return "\\".join([self.tree.xd_path, *folders, self.full_name])

    @property
    def full_relative_path(self) -> str:
        """The path in the API."""
        return f"{self.tree.resources_path}/{self.relative_path}"


@dataclass(frozen=True, eq=False)
class DiskImage:
    """One image that a provisioning scheme had or has (VMImage; contract citrix 8.3). ``version`` is the prepared image
    that it came as; ``resource`` is then what that was made from."""

    resource: Resource
    date: float
    note: str | None = None
    functional_level: str = "L7_20"
    version: ImageVersion | None = None


@dataclass(eq=False)
class ImageShare:
    """A hosting unit that has the prepared image of a version (contract citrix 13.5, ResourcePools)."""

    unit: HostingUnit
    status: str = "Success"
    errors: list[str] = field(default_factory=list)
    custom_properties: list[NameValue] = field(default_factory=list)


@dataclass(eq=False)
class ImageVersion:
    """One version of an image definition (contract citrix 13.5): what it was made from and how, and the ids of its
    source spec and its prepared spec. The first of ``shares`` is the unit in which it is prepared."""

    id: str
    number: int
    definition: ImageDefinition
    image: Resource
    machine_profile: Resource | None
    spec_ids: tuple[str, str]
    scheme_id: str
    made: float
    shares: list[ImageShare]
    description: str = ""
    status: str = "Success"
    errors: list[str] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)  # type and message
    # CpuCount, MemoryMB, ServiceOffering and CustomProperties by the keys of the answer
    scheme: dict[str, Any] = field(default_factory=dict)
    task: Job | None = None  # the last job that prepared, shared or deleted it

    @property
    def busy(self) -> bool:
        """Whether a job is at work on it."""
        return self.task is not None and not self.task.done

    def __str__(self) -> str:
        return f"{self.definition.name}:{self.number}"

    @property
    def unit(self) -> HostingUnit:
        """The hosting unit in which it is prepared."""
        return self.shares[0].unit


@dataclass(eq=False)
class ImageDefinition:
    """An image definition (contract citrix 13.3), bound to one connection."""

    id: str
    name: str
    hypervisor: Hypervisor
    made: float
    versions: list[ImageVersion] = field(default_factory=list)
    description: str = ""
    os_type: str = "Windows"
    session_support: str = "SingleSession"
    custom_properties: list[NameValue] = field(default_factory=list)
    latest: int = 0  # the number of the version made last, there or not


@dataclass(eq=False)
class Action:
    """What a job does to a catalog, for all administrators to see (contract citrix 8.8)."""

    id: str
    type: str
    job: Job
    image_path: str | None = None


@dataclass(eq=False)
class DeliveryGroup:
    """A delivery group, as far as machines and catalogs refer to it. In maintenance nobody can start anything of it,
    whatever its machines say."""

    id: str
    uid: int
    name: str
    in_maintenance_mode: bool = False
    minimum_functional_level: str = "Unknown"


@dataclass(eq=False)
class Scheme:
    """The provisioning scheme of an MCS catalog (contract citrix 8.3)."""

    id: str
    unit: HostingUnit
    clean_on_boot: bool
    image: DiskImage
    history: list[DiskImage] = field(default_factory=list)  # stored images that came before, oldest first
    machine_profile: Resource | None = None
    cpu_count: int = 2
    memory_mb: int = 8192
    disk_size_gb: int = 64
    naming_scheme: str = ""
    next_number: int = 1
    custom_properties: list[NameValue] = field(default_factory=list)
    metadata: list[NameValue] = field(default_factory=list)
    # What a write left, by the keys of the answer (contract citrix addition G 7)
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def image_version(self) -> ImageVersion | None:
        """The prepared image that it is on, where it is."""
        return self.image.version


@dataclass(eq=False)
class Catalog:
    """A machine catalog (contract citrix 8.2)."""

    id: str
    uid: int
    name: str
    folder: tuple[str, ...]
    folder_uid: int
    provisioning_type: str
    persistent: bool
    session_support: str
    zone: Zone
    hypervisor: Hypervisor | None
    scheme: Scheme | None
    delivery_group: DeliveryGroup | None
    description: str | None = None
    minimum_functional_level: str = "L7_20"
    tags: tuple[str, ...] = ()
    metadata: list[NameValue] = field(default_factory=list)
    # What a write left, by the keys of the answer (contract citrix addition G 7)
    settings: dict[str, Any] = field(default_factory=dict)
    broken: bool = False
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    scheme_warnings: list[str] = field(default_factory=list)
    machines: dict[str, Machine] = field(default_factory=dict)
    task: Job | None = None  # the one provisioning task that may run (contract citrix 8.4)
    actions: list[Action] = field(default_factory=list)

    @property
    def path(self) -> tuple[str, ...]:
        """Folder and name: what is unique."""
        return (*self.folder, self.name)


@dataclass(eq=False)
class Machine:
    """A machine (contract citrix 11.2). ``registers`` false: its VDA never registers; ``says_goodbye`` false: it never
    deregisters in order.

    ``functional_level``: that of its VDA when it is not its catalog's.
    """

    id: str
    uid: int
    name: str
    sid: str
    number: int
    catalog: Catalog
    hypervisor: Hypervisor | None
    hosted_machine_id: str | None
    hosting_server: str
    hosting_updated: float
    hosted_machine_name: str = ""  # what the hypervisor called it when the broker last looked
    power_state: str = "On"
    registration_state: str = "Registered"
    fault_state: str = "None"
    scheduled_reboot: str = "None"
    power_action_pending: bool = False
    in_maintenance_mode: bool = False
    maintenance_reason: str = "Administrator"  # who put it there, while it is
    failed_registrations: int = 0
    image_out_of_date: bool = False
    image: DiskImage | None = None
    registers: bool = True
    says_goodbye: bool = True
    functional_level: str | None = None
    last_deregistration: float | None = None
    deregistration_reason: str = "Unknown"
    last_connection: float | None = None  # when a user last connected
    contact_lost: Event | None = None  # outstanding: its agent has died without a word and the broker does not know yet
    sessions: int = 0
    session_user: str | None = None
    session_disconnected: bool = False
    assigned_users: list[str] = field(default_factory=list)
    assigned_client_name: str | None = None
    assigned_ip_address: str | None = None
    published_name: str | None = None
    icon: str | None = None
    metadata: list[NameValue] = field(default_factory=list)
    next_transition: Event | None = None

    @property
    def silent(self) -> bool:
        """Whether it only counts as registered because its heartbeat has not been missed for long enough."""
        return self.contact_lost is not None and self.contact_lost.outstanding

    @property
    def host_name(self) -> str:
        """The name without its domain."""
        return self.name.partition("\\")[2]

    @property
    def maintenance_mode_reason(self) -> str:
        """MaintenanceModeReason of the contract."""
        return self.maintenance_reason if self.in_maintenance_mode else "None"

    @property
    def summary_state(self) -> str:
        """SummaryState of the contract."""
        if self.power_state == "Off":
            return "Off"
        if self.registration_state != "Registered":
            return "Unregistered"
        if self.sessions:
            return "Disconnected" if self.session_disconnected else "InUse"
        return "Available"
