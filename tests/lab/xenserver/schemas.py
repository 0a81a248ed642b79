# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The classes of XAPI and those of their fields that the lab serves (contract xenserver 6).

A line is a field: name, access, its default when a client makes an object without it ("-" where it must be given, or
where no client gives it), type. tests/conformance holds all of it against the vendor's data model.
"""

from __future__ import annotations

from typing import NamedTuple


class Field(NamedTuple):
    """One field: ``access`` is RO-runtime, RO-constructor or RW, ``default`` None where there is none."""

    access: str
    default: str | None
    type: str


def _fields(table: str) -> dict[str, Field]:
    rows = (line.split(None, 3) for line in table.strip().splitlines())
    return {name: Field(access, None if default == "-" else default, kind) for name, access, default, kind in rows}


CLASSES: dict[str, dict[str, Field]] = {
    "session": _fields("""
        uuid                    RO-runtime      -                    string
        this_host               RO-runtime      -                    host ref
        last_active             RO-runtime      -                    datetime
        pool                    RO-runtime      -                    bool
        auth_user_name          RO-runtime      ""                   string
        originator              RO-runtime      ""                   string
        other_config            RW              {}                   (string -> string) map
        is_local_superuser      RO-runtime      false                bool
        rbac_permissions        RO-constructor  {}                   string set
    """),
    "pool": _fields("""
        uuid                    RO-runtime      -                    string
        name_label              RW              -                    string
        name_description        RW              -                    string
        master                  RO-runtime      -                    host ref
        default_SR              RW              -                    SR ref
        other_config            RW              -                    (string -> string) map
        tags                    RW              {}                   string set
        ha_enabled              RO-runtime      false                bool
        allowed_operations      RO-runtime      {}                   enum pool_allowed_operations set
    """),
    "host": _fields("""
        uuid                    RO-runtime      -                    string
        name_label              RW              ""                   string
        name_description        RW              ""                   string
        address                 RW              -                    string
        hostname                RW              -                    string
        enabled                 RO-runtime      -                    bool
        software_version        RO-constructor  -                    (string -> string) map
        PBDs                    RO-runtime      -                    PBD ref set
        resident_VMs            RO-runtime      -                    VM ref set
        other_config            RW              -                    (string -> string) map
        tags                    RW              {}                   string set
        API_version_major       RO-runtime      -                    int
        API_version_minor       RO-runtime      -                    int
    """),
    "SR": _fields("""
        uuid                    RO-runtime      -                    string
        name_label              RO-constructor  ""                   string
        name_description        RO-constructor  ""                   string
        allowed_operations      RO-runtime      {}                   enum storage_operations set
        VDIs                    RO-runtime      -                    VDI ref set
        PBDs                    RO-runtime      -                    PBD ref set
        virtual_allocation      RO-runtime      -                    int
        physical_utilisation    RO-runtime      -                    int
        physical_size           RO-constructor  -                    int
        type                    RO-constructor  -                    string
        content_type            RO-constructor  -                    string
        shared                  RO-runtime      -                    bool
        other_config            RW              -                    (string -> string) map
        tags                    RW              {}                   string set
        sm_config               RW              {}                   (string -> string) map
    """),
    "PBD": _fields("""
        uuid                    RO-runtime      -                    string
        host                    RO-constructor  -                    host ref
        SR                      RO-constructor  -                    SR ref
        device_config           RO-constructor  -                    (string -> string) map
        currently_attached      RO-runtime      -                    bool
        other_config            RW              {}                   (string -> string) map
    """),
    "VDI": _fields("""
        uuid                    RO-runtime      -                    string
        name_label              RO-constructor  ""                   string
        name_description        RO-constructor  ""                   string
        allowed_operations      RO-runtime      {}                   enum vdi_operations set
        SR                      RO-constructor  -                    SR ref
        VBDs                    RO-runtime      -                    VBD ref set
        snapshots               RO-runtime      -                    VDI ref set
        virtual_size            RO-constructor  -                    int
        physical_utilisation    RO-runtime      -                    int
        type                    RO-constructor  -                    enum vdi_type
        sharable                RO-constructor  -                    bool
        read_only               RO-constructor  -                    bool
        managed                 RO-runtime      -                    bool
        missing                 RO-runtime      -                    bool
        location                RO-runtime      ""                   string
        sm_config               RW              {}                   (string -> string) map
        other_config            RW              -                    (string -> string) map
        tags                    RW              {}                   string set
        is_a_snapshot           RO-runtime      false                bool
        snapshot_of             RO-runtime      OpaqueRef:NULL       VDI ref
        snapshot_time           RO-runtime      19700101T00:00:00Z   datetime
        on_boot                 RO-runtime      persist              enum on_boot
        cbt_enabled             RO-runtime      false                bool
        parent                  RO-runtime      -                    VDI ref
        storage_lock            RO-runtime      -                    bool
        xenstore_data           RW              {}                   (string -> string) map
    """),
    "VM": _fields("""
        uuid                    RO-runtime      -                    string
        name_label              RW              ""                   string
        name_description        RW              ""                   string
        power_state             RO-constructor  Halted               enum vm_power_state
        is_a_template           RW              -                    bool
        is_default_template     RO-runtime      false                bool
        is_a_snapshot           RO-runtime      false                bool
        is_control_domain       RO-runtime      -                    bool
        snapshot_of             RO-runtime      OpaqueRef:NULL       VM ref
        snapshots               RO-runtime      -                    VM ref set
        snapshot_time           RO-runtime      19700101T00:00:00Z   datetime
        parent                  RO-runtime      OpaqueRef:NULL       VM ref
        children                RO-runtime      -                    VM ref set
        VBDs                    RO-runtime      -                    VBD ref set
        VIFs                    RO-runtime      -                    VIF ref set
        VTPMs                   RO-runtime      -                    VTPM ref set
        resident_on             RO-runtime      -                    host ref
        affinity                RW              -                    host ref
        other_config            RW              -                    (string -> string) map
        tags                    RW              {}                   string set
        memory_static_min       RO-constructor  -                    int
        memory_static_max       RO-constructor  -                    int
        memory_dynamic_min      RO-constructor  -                    int
        memory_dynamic_max      RO-constructor  -                    int
        VCPUs_max               RO-constructor  -                    int
        VCPUs_at_startup        RO-constructor  -                    int
        VCPUs_params            RW              -                    (string -> string) map
        HVM_boot_policy         RO-constructor  -                    string
        HVM_boot_params         RW              -                    (string -> string) map
        platform                RW              -                    (string -> string) map
        NVRAM                   RO-constructor  {}                   (string -> string) map
        domain_type             RO-constructor  unspecified          enum domain_type
        user_version            RW              -                    int
        actions_after_shutdown  RW              -                    enum on_normal_exit
        actions_after_reboot    RW              -                    enum on_normal_exit
        actions_after_crash     RO-constructor  -                    enum on_crash_behaviour
        PV_bootloader           RW              -                    string
        PV_kernel               RW              -                    string
        PV_ramdisk              RW              -                    string
        PV_args                 RW              -                    string
        PV_bootloader_args      RW              -                    string
        PV_legacy_args          RW              -                    string
        PCI_bus                 RW              -                    string
        recommendations         RW              -                    string
        allowed_operations      RO-runtime      {}                   enum vm_operations set
        blocked_operations      RW              {}                   (enum vm_operations -> string) map
    """),
    "VBD": _fields("""
        uuid                    RO-runtime      -                    string
        allowed_operations      RO-runtime      {}                   enum vbd_operations set
        VM                      RO-constructor  -                    VM ref
        VDI                     RO-constructor  -                    VDI ref
        device                  RO-constructor  ""                   string
        userdevice              RW              -                    string
        bootable                RW              -                    bool
        mode                    RO-constructor  -                    enum vbd_mode
        type                    RW              -                    enum vbd_type
        unpluggable             RW              true                 bool
        currently_attached      RO-constructor  false                bool
        empty                   RO-constructor  -                    bool
        other_config            RW              -                    (string -> string) map
        qos_algorithm_type      RW              -                    string
        qos_algorithm_params    RW              -                    (string -> string) map
        status_code             RO-runtime      -                    int
        status_detail           RO-runtime      -                    string
        storage_lock            RO-runtime      -                    bool
    """),
    "task": _fields("""
        uuid                    RO-runtime      -                    string
        name_label              RO-runtime      ""                   string
        name_description        RO-runtime      ""                   string
        created                 RO-runtime      -                    datetime
        finished                RO-runtime      -                    datetime
        status                  RO-runtime      -                    enum task_status_type
        resident_on             RO-runtime      -                    host ref
        progress                RO-runtime      -                    float
        type                    RO-runtime      -                    string
        result                  RO-runtime      -                    string
        error_info              RO-runtime      -                    string set
        other_config            RW              {}                   (string -> string) map
        subtask_of              RO-runtime      OpaqueRef:NULL       task ref
        subtasks                RO-runtime      -                    task ref set
    """),
}

ENUMS: dict[str, frozenset[str]] = {
    "vdi_type": frozenset(
        [
            "system",
            "user",
            "ephemeral",
            "suspend",
            "crashdump",
            "ha_statefile",
            "metadata",
            "redo_log",
            "rrd",
            "pvs_cache",
            "cbt_metadata",
        ]
    ),
    "on_boot": frozenset(["reset", "persist"]),
    "vbd_mode": frozenset(["RO", "RW"]),
    "vbd_type": frozenset(["CD", "Disk", "Floppy"]),
    "vm_power_state": frozenset(["Halted", "Paused", "Running", "Suspended"]),
    "on_normal_exit": frozenset(["destroy", "restart"]),
    "on_crash_behaviour": frozenset(
        ["destroy", "coredump_and_destroy", "restart", "coredump_and_restart", "preserve", "rename_restart"]
    ),
    "domain_type": frozenset(["hvm", "pv", "pv_in_pvh", "pvh", "unspecified"]),
    "task_status_type": frozenset(["pending", "success", "failure", "cancelling", "cancelled"]),
}
