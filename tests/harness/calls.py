# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One or two calls of every module, with the estate that they are for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.modules import DEMO, topology_of
from lab.image_portability.state.service import RESOURCE_LOCATION
from lab.running import RunningLab

MODULES = Path(__file__).parents[2] / "plugins" / "modules"
CATALOG = {"catalogs": [{"name": "W11-Pool", "folder": "Prod"}]}
PREFLIGHT = {"base_vm": "Gold", "protection_domain": "PD-Gold", "source": "a"}
PORTABILITY = {"release": "1", "name": "W11", "workflow": "pvs_to_mcs"}
RELEASE = {"release": "1", "base_vm": "Gold", "image": "ctx_Gold_1"}
NOBODY = "00000000-0000-4000-8000-000000000000"
XEN_DISK = "11111111-2222-4333-8444-555555555555"
XEN_SYNC = {
    "storage_repository": "NFS",
    "name": "W11-1",
    "source": {"vdi_uuid": XEN_DISK, "storage_repository_uuid": NOBODY},
    "peer": {"address": "127.0.0.1"},
}
PORTABLE = {
    "platform": "azure",
    "resource_location_id": RESOURCE_LOCATION,
    "credential": "azure",
    "azure": {"disk": "W11", "subscription_id": "1", "region": "eastus"},
    "release": "1",
}
SHARED = {**PORTABLE, "share": {"location": "smb://files/images/", "credential": "smb"}, "file_name": "W11"}
REHOSTED = {
    "id": "1",
    "name": "CORP\\nobody",
    "catalog": "W11",
    "catalog_id": "1",
    "hosted_machine_id": "",
    "hypervisor_connection": "conn-a",
}

# Of the host that the call is for, as the platform of an upload
XEN_POOL = {
    "platform": "xenserver",
    "xenserver": {
        "xenserver_host": "{{ xenserver_host }}",
        "xenserver_port": "{{ xenserver_port }}",
        "xenserver_username": "{{ xenserver_username }}",
        "xenserver_password": "{{ xenserver_password }}",
        "ca_path": "{{ ca_path }}",
    },
}

# module -> (inventory host, arguments). In check mode, so that both doors meet the same world; successes and failures
# of every kind.
CALLS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "pe_cluster_info": [
        ("cluster-a", {}),
        ("cluster-a", {"no_such_option": 1}),
        ("cluster-b", {"nutanix_password": "wrong"}),
    ],
    "pe_protection_domain_info": [
        ("cluster-a", {}),
        ("cluster-a", {"name": "PD-Nobody"}),
        ("cluster-c", {"nutanix_port": 1}),
    ],
    "pe_protection_domain_drill": [
        ("cluster-b", {"name": "PD-Gold", "drill": "1", "state": "absent"}),
        ("cluster-b", {"name": "PD-Gold", "drill": "not valid"}),
    ],
    "pe_protection_domain_failover": [
        ("cluster-a", {"name": "PD-Gold", "state": "migrated", "remote_site": "cluster-b"}),
        ("cluster-b", {"name": "PD-Nobody", "state": "activated"}),
    ],
    "pe_protection_domain_snapshot": [
        ("cluster-a", {"protection_domain": "PD-Gold", "vm_name": "Gold", "release": "1"}),
        ("cluster-a", {"protection_domain": "PD-Gold", "vm_name": "Gold", "release": "not valid"}),
    ],
    "pe_protection_domain_restore": [
        ("cluster-b", {"protection_domain": "PD-Gold", "vm_name": "Gold", "release": "1"}),
        ("cluster-b", {}),
    ],
    "pe_protection_domain_schedule": [
        ("cluster-a", {"name": "PD-Gold", "remote_sites": ["cluster-b"]}),
        ("cluster-a", {"name": "PD-Gold"}),
    ],
    "pe_vm_info": [("cluster-a", {"name": "Gold"}), ("cluster-a", {"name": "Gold", "uuid": "1"})],
    "pe_vm": [
        ("cluster-a", {"name": "ctx_1_2_Gold", "state": "absent"}),
        ("cluster-a", {"name": "Gold", "state": "absent"}),
    ],
    "pe_vm_snapshot": [
        ("cluster-a", {"name": "ctx_Gold_1", "vm_name": "Gold"}),
        ("cluster-a", {"name": "foreign", "state": "absent"}),
        (
            "cluster-a",
            {
                "name": "ctx_Gold_1",
                "vm_uuid": "00000000-0000-4000-8000-000000000000",
                "vm_name": "Gold",
                "state": "sideways",
            },
        ),
    ],
    "pe_vm_snapshot_info": [("cluster-a", {}), ("cluster-a", {"name": "nobody"}), ("cluster-c", {"nutanix_port": 1})],
    "pe_storage_container_info": [("cluster-a", {}), ("cluster-b", {"nutanix_password": "wrong"})],
    "citrix_site_info": [("cvad", {}), ("daas", {"client_secret": "wrong"})],
    "citrix_catalog_info": [("daas", {}), ("cvad", {"catalogs": [{"name": "nobody"}]})],
    "citrix_hosting_unit_info": [("daas", {"images": True}), ("cvad", {"name": "nobody"})],
    "citrix_catalog_gate": [
        ("daas", {**CATALOG, "image": "ctx_Gold_2026.10.01-1", "wait": False}),
        ("daas", {**CATALOG, "image": "ctx_Gold_1", "wait": False}),
    ],
    "citrix_catalog_image": [
        ("daas", {**CATALOG, "image": "ctx_Gold_1", "image_will_exist": True}),
        ("daas", {**CATALOG, "image": "ctx_Gold_1", "reboot": {"within_minutes": "soon"}}),
    ],
    "citrix_catalog_restart": [
        ("daas", {**CATALOG, "reboot": {"within_minutes": 0}}),
        ("daas", {**CATALOG, "reboot": {}}),
    ],
    "citrix_catalog_rollback": [("daas", {**CATALOG, "from_image": "ctx_Gold_1"}), ("daas", CATALOG)],
    "citrix_machine_hosting": [
        ("daas", {"vms": [], "machines": ["nobody"], "policy": {"unknown": "ignore"}}),
        ("daas", {"vms": [], "catalogs": [{"name": "nobody"}]}),
        (
            "cvad",
            {
                "mapping": [{"machine": "W11L-001", "hosted_machine_id": "1", "hypervisor_connection": "conn-c"}],
                "policy": {"refused": "stop"},
            },
        ),
    ],
    "citrix_machine_info": [("cvad", {}), ("cvad", {"names": ["nobody"]})],
    "citrix_hosting_connection_info": [("daas", {"hosting_units": True}), ("cvad", {"names": ["nobody"]})],
    "citrix_hosting_connection_reset": [
        ("daas", {"names": ["conn-a"], "force": True}),
        ("cvad", {"names": ["nobody"]}),
    ],
    "citrix_catalog_zone": [
        ("daas", {**CATALOG, "hypervisor_connection": "conn-b"}),
        ("daas", {**CATALOG, "zone": "nowhere"}),
    ],
    "citrix_machine_maintenance": [
        ("daas", {**CATALOG, "state": "drained"}),
        ("cvad", {"state": "drained", "saved_path": "drained.json"}),
    ],
    "citrix_machine_proof": [
        ("daas", {"machines": [REHOSTED]}),
        ("daas", {"machines": [{**REHOSTED, "catalog_id": ""}]}),
    ],
    "citrix_image_definition": [("daas", {"name": "gone", "state": "absent"}), ("daas", {"name": "W12"})],
    "citrix_image_definition_info": [("daas", {}), ("cvad", {"name": "nobody"})],
    "citrix_image_version": [
        ("daas", {"definition": "W11", "number": 9, "state": "absent"}),
        ("daas", {"definition": "W11", "release": "1"}),
    ],
    "citrix_image_version_info": [("daas", {"definition": "W11"}), ("cvad", {"definition": "nobody"})],
    "citrix_image_version_share": [
        ("daas", {"definition": "W11", "number": 1, "hosting_units": [], "state": "exact"}),
        ("daas", {"definition": "W11", "number": 9, "hosting_units": []}),
    ],
    "citrix_image_usage_info": [("cvad", {}), ("daas", {"client_secret": "wrong"})],
    "release_check": [
        ("cluster-a", {"job": "rollout", "sites": ["daas"], "taking_part": ["daas"]}),
        ("cluster-a", {"job": "release"}),
    ],
    "run_note": [("cluster-a", {}), ("cluster-a", {"name": "a"})],
    "image_retention_plan": [
        ("cluster-a", {"clusters": {}, "sites": {}}),
        ("cluster-a", {"clusters": {}, "sites": {}, "keep": 0}),
    ],
    "image_retention_report": [
        ("cluster-a", {"decisions": []}),
        ("cluster-a", {"decisions": [], "doubts": [{"id": "", "name": "", "reason": "why"}]}),
    ],
    "image_lineage_info": [
        ("cluster-a", {"clusters": {}, "sites": {}}),
        ("cluster-a", {"clusters": {}, "sites": {"daas": {"message": "why"}}}),
    ],
    "report_info": [
        ("cluster-a", {"directory": "/nowhere"}),
        ("cluster-a", {}),
    ],
    "estate_report": [
        ("cluster-a", {"clusters": {}, "sites": {}}),
        ("cluster-a", {"clusters": {"a": {"message": "why"}}, "sites": {}}),
    ],
    "image_portability_report": [
        (
            "cluster-a",
            {
                **PORTABILITY,
                "targets": {"weu": {"message": "", "stages": [{"stage": "upload", "state": "made", "message": ""}]}},
            },
        ),
        ("cluster-a", {**PORTABILITY, "targets": {"weu": {"message": "why", "stages": []}}}),
    ],
    "image_release_report": [
        ("cluster-a", {**RELEASE, "clusters": {"a": {"state": "made", "message": ""}}, "sites": {}}),
        ("cluster-a", {**RELEASE, "clusters": {"a": {"state": "failed", "message": "why"}}, "sites": {}}),
    ],
    "dr_report": [
        ("cluster-a", {"move": "1", "mode": "rehost", "sites": {"daas": {"message": ""}}}),
        ("cluster-a", {"move": "1", "mode": "rehost", "sites": {"daas": {"message": "why"}}}),
    ],
    "pc_cluster_info": [
        ("pc", {}),
        ("pc", {"cluster_hosts": [{}]}),
    ],
    "pc_protection_policy_info": [
        ("pc", {}),
        ("pc", {"name": "nobody"}),
    ],
    "pc_vm_info": [
        ("pc", {"name": "Gold"}),
        ("pc", {"nutanix_password": "wrong"}),
    ],
    "pc_vm": [
        ("pc", {"name": "ctx_1_353902_Gold", "state": "absent"}),
        ("pc", {"name": "Gold", "state": "powered_on"}),
    ],
    "pc_recovery_point": [
        ("pc", {"ext_id": "1ca2963d-77b6-453a-ae23-2c19e7a954a3", "state": "absent"}),
        ("pc", {"name": "Gold_1", "vm_name": "Gold"}),
    ],
    "pc_recovery_point_choice": [
        ("pc", {"vm_name": "Gold", "release": "1", "recovery_point": "nightly"}),
        ("pc", {"vm_name": "Gold", "release": "1", "by_policy": True}),
    ],
    "pc_recovery_point_replica": [
        ("pc", {"recovery_point": "", "clusters": ["cluster-a"]}),
        ("pc", {"recovery_point": "", "clusters": ["nowhere"]}),
    ],
    "pc_recovery_point_restore": [
        ("pc", {"recovery_point": "", "cluster": "cluster-a", "vm_name": "Gold", "release": "1"}),
        ("pc", {"recovery_point": "", "cluster": "cluster-a", "vm_name": "Gold", "release": "not valid"}),
    ],
    "pc_template": [
        ("pc", {"name": "ctx_Gold_1", "vm_name": "Gold"}),
        ("pc", {"name": "ctx_Gold_1", "version_name": "1"}),
    ],
    "pc_template_info": [("pc", {}), ("pc", {"name": "ctx_Gold_1", "ext_id": "1"})],
    "pc_recovery_point_info": [
        ("pc", {"vm_uuid": "1ca2963d-77b6-453a-ae23-2c19e7a954a3"}),
        ("pc", {"vm_uuid": "1ca2963d-77b6-453a-ae23-2c19e7a954a3", "since": "yesterday"}),
    ],
    "xen_pool_info": [
        ("xen", {}),
        ("xen", {"xenserver_password": "wrong"}),
    ],
    "xen_vdi_info": [
        ("xen", {"scheme": "W11"}),
        ("xen", {"storage_repositories": ["nobody"]}),
    ],
    "xen_vdi": [
        ("xen", {"uuid": NOBODY}),
        ("xen", {}),
    ],
    # Refused from both doors: it needs the shell of a control domain
    "xen_vdi_sync": [("xen", XEN_SYNC)],
    "xen_vdi_transfer": [
        ("xen", {"state": "exported", "vdi_uuid": XEN_DISK, "path": "/tmp/no_image.vhd"}),
        ("xen", {"state": "exported", "vdi_uuid": NOBODY, "path": "/tmp/no_image.vhd"}),
    ],
    "xen_vm_snapshot": [
        ("xen", {"uuid": NOBODY}),
        ("xen", {}),
    ],
    "xen_vm_wrapper": [
        ("xen", {"name": "W11-image", "vdi_uuid": XEN_DISK, "snapshot": "1"}),
        ("xen", {"name": "W11.image", "vdi_uuid": XEN_DISK, "snapshot": "1"}),
    ],
    "xen_vm_wrapper_info": [
        ("xen", {}),
        ("xen", {"xenserver_password": "wrong"}),
    ],
    "ips_disk_info": [
        ("xen", {**XEN_POOL, "name": "nobody"}),
        ("xen", {"platform": "xenserver"}),
    ],
    "ips_image_file_info": [
        ("xen", {"source": {"path": "/tmp/no_image"}}),
        ("xen", {"source": {"path": "/tmp/no_image"}, "sha256": True}),
    ],
    "ips_upload": [
        ("xen", {**XEN_POOL, "state": "absent", "name": "nobody", "release": "1"}),
        ("xen", {**XEN_POOL, "name": "W11", "release": "1"}),
    ],
    "ips_credential": [
        ("ips", {"id": "smb", "type": "UsernamePassword", "username": "svc", "password": "secret"}),
        ("ips", {"id": "smb", "type": "Aws"}),
    ],
    "ips_credential_info": [
        ("ips", {}),
        ("ips", {"client_secret": "wrong"}),
    ],
    "ips_export": [
        ("ips", SHARED),
        ("ips", {**SHARED, "file_name": "W11.vhd"}),
    ],
    "ips_job_info": [
        ("ips", {}),
        ("ips", {"kind": "nothing"}),
    ],
    "ips_prepare": [
        ("ips", {**PORTABLE, "output_name": "W11-1"}),
        ("ips", {**PORTABLE, "output_name": "W11-1", "aws": {"region": "us-east-1"}}),
    ],
    "ips_publish": [
        ("ips", {**SHARED, "state": "cancelled"}),
        ("ips", {**SHARED, "azure": {}}),
    ],
    "endpoint_info": [
        (
            "cluster-a",
            {
                "address": "{{ nutanix_host }}",
                "port": "{{ nutanix_port }}",
                "path": "/api/nutanix/v2.0/cluster",
                "ca_path": "{{ ca_path }}",
            },
        ),
        (
            "cluster-a",
            {"address": "{{ nutanix_host }}", "port": "{{ nutanix_port }}", "path": "/api/nutanix/v2.0/cluster"},
        ),
        ("cluster-a", {"address": "{{ nutanix_host }}", "port": 1}),
    ],
    "preflight_report": [
        ("cluster-a", {**PREFLIGHT, "clusters": {"a": {"message": ""}}, "sites": {}}),
        ("cluster-a", {**PREFLIGHT, "clusters": {"a": {"message": "why"}}, "sites": {}}),
    ],
}


def prepare(lab: RunningLab) -> None:
    """Make it the demo estate with a Prism Central for two of its clusters, a recovery point that somebody made there,
    an image definition on its cloud site, a XenServer pool, and the Image Portability service."""
    central = {"name": "pc", "clusters": ["cluster-a", "cluster-b"]}
    pool = {
        "name": "xen",
        "srs": [{"name": "NFS"}],
        "vdis": [{"name": "image", "sr": "NFS", "size_mib": 8, "data_mib": 2, "uuid": XEN_DISK}],
        "schemes": [{"name": "W11", "srs": ["NFS"], "size_mib": 8, "data_mib": 2}],
    }
    service = {"name": "ips", "site": "daas"}
    topology = {
        **topology_of(DEMO),
        "prism_centrals": [central],
        "xenserver_pools": [pool],
        "image_portability": [service],
    }
    daas = next(site for site in topology["citrix_sites"] if site["name"] == "daas")
    unit = daas["hypervisors"][0]["hosting_units"][0]["name"]
    daas["image_definitions"] = [{"name": "W11", "hosting_unit": unit, "versions": [{"image": "ctx_Gold_1"}]}]
    lab.reset(topology)
    lab.change([{"endpoint": "pc", "kind": "recovery_point", "vm": "Gold", "name": "nightly"}])
    lab.forget()
