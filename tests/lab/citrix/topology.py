# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Citrix part of a topology: what may stand there, and the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.citrix.vendor import members
from lab.entries import problem_with_counts
from lab.schema import either, mapping, nullable, required
from lab.switches import Switch, flag, one_of, schema, seconds, whole_number

# Simulated seconds; "durations" of the topology or of one site override them.
DURATIONS: dict[str, float] = {
    "job_start": 2,  # a job stays NotStarted for that long
    "read_job": 1,  # a read or small write with async=true
    "browse": 5,  # resource browsing with async=true
    "publish": 900,  # image update, split over its phases
    "rollback": 300,
    "image_definition": 2,
    "image_preparation": 1200,
    "image_share": 600,  # the job of sharing a version; each hosting unit has it a moment later
    "image_share_settling": 30,
    "image_removal": 60,
    "catalog_update": 60,  # PATCH of a catalog with a machine profile
    "shutdown": 10,
    "boot": 30,
    "register": 60,  # from running to registered VDA
    "reset_connection": 5,  # the reset happens a moment later than its answer (contract citrix 10.2)
    "hosting_sync": 420,  # the broker's periodic look at the hypervisor (contract citrix 10.2: 5-10 minutes)
}

# One switch per fact that the contract marks unknown or inferred; the default is the seen or likely form.
SWITCHES: dict[str, Switch] = {
    "error_shape": one_of("a", "b", "c"),  # contract citrix 3.2, U3
    "not_found": whole_number(404),  # contract citrix 3.4
    "unknown_instance": whole_number(404),  # contract citrix 20
    "wrong_region": whole_number(403),  # contract citrix 1.2
    "retry_after_header": flag(False),  # contract citrix 3.3, U1
    "limit_above_1000": one_of("refuse", "clamp"),  # contract citrix 4.1
    "unasked_fields": one_of("absent", "null"),  # contract citrix 4.2
    "update_reply": one_of("200_body", "202_location", "202_body"),  # contract citrix 5.1
    "location_host": Switch(None, nullable(str)),  # contract citrix 5.1, trap 6: the Location may name another host
    "unset_times": one_of("year_0001", "null"),  # contract citrix 5.3
    "unknown_fields": one_of("refuse", "ignore"),  # contract citrix addition G 8: a name in fields that no model has
    "failed_job_results": whole_number(
        404
    ),  # contract citrix addition G 5: results of a job that failed or was cancelled
    "search_without_session_support": one_of("everything", "single_session", "refuse"),  # contract citrix addition G 4
    "new_job_hidden_seconds": seconds(0),  # contract citrix 5.4: 404 right after creation
    # contract citrix 5.2: so many behind one address, taking turns; a job is known to the one that took it on
    "controllers": whole_number(1),
    "batch_inherits_authorization": flag(False),  # contract citrix 6, U2
    "batch_item_limit": Switch(None, nullable(int)),  # contract citrix 6, U2
    "dormant": flag(False),  # contract citrix 7.1: /Me answers 530
    "about_needs_token": flag(True),  # contract citrix 7.3, U17
    "folder_separator": Switch("/", str),  # contract citrix 8.3, U15
    "ambiguous_name": Switch(400, either(int, {"first"})),  # contract citrix 2, trap 1
    "store_old_image_by_default": flag(True),  # contract citrix 8.4, U14
    "busy_catalog": Switch(409, either(int, {"job_failed"})),  # contract citrix 8.4, U4
    "off_machines_out_of_date": flag(True),  # contract citrix 8.4: existing machines take the image at their next start
    "history_order": one_of("newest_first", "oldest_first", "shuffled"),  # contract citrix 8.6, U14
    # contract citrix 8.6: a slot for each time that an image came, or one for each image
    "history_slots": one_of("each_time", "each_image"),
    "old_image_status": one_of("Prepared", "Unknown", "Deleted"),  # contract citrix 8.3
    "inventory_cache_seconds": seconds(1800),  # contract citrix 10.3
    "no_cache_refreshes": flag(False),  # contract citrix 10.3: does a read past the cache also renew it?
    # contract citrix 9: ClusterId is given at the creation; whether an answer tells it
    "tells_cluster_id": flag(True),
    "tells_deregistration": flag(True),  # contract citrix 11.2: LastDeregistrationTime may be null
    # contract citrix 11.2: after how many the broker itself puts a machine into maintenance mode
    "max_failed_registrations": Switch(None, nullable(int)),
    # contract citrix 11.2: a VDA that dies without a word stays Registered until its contact counts as lost; a real
    # broker takes up to 10 minutes
    "heartbeat_lag_seconds": seconds(0),
    # contract citrix 11.2: what the broker says of VMs behind a cluster that nobody reaches
    "unreachable_power_state": one_of("Unknown", "Unavailable"),
    "power_actions_reach_vms": flag(
        True
    ),  # contract citrix 11.1: whether power actions of the broker switch the VM that a machine is
    "mcs_rehost": one_of("refuse", "accept"),  # contract citrix 11.3, U5
    "hosted_machine_id_checked": flag(False),  # contract citrix 11.3, U6
    "machine_id_in_use": one_of("accept", "refuse"),  # contract citrix 11.3
    # contract citrix 11.2: does a look at the hypervisor move LastHostingUpdateTime ("each_look"), or a change only
    # ("change")?
    "hosting_update_time": one_of("each_look", "change"),
    "unshare_by_omission": flag(True),  # contract citrix 13.6, U8
    "image_version_retry": one_of("accept", "refuse"),  # contract citrix 13.4, U18
    # contract citrix 8.3: whether a catalog on a prepared image also shows what that was made from as its master image
    "prepared_images_have_source": one_of("same_moment", "own_moment", "no"),
    # contract citrix 8.4: the note on a prepared image, which Citrix's provider sends on AWS only
    "image_assignment_notes": one_of("kept", "dropped"),
    # contract citrix 8.4: whether catalogs change between master images and prepared images
    "image_kind_changes": flag(True),
    # contract citrix addition E: a version that is shared goes only after its shares
    "strict_image_removal": flag(False),
    "token_clock": one_of("real", "simulated"),  # contract citrix 1.3: by which clock tokens expire
    "token_claims": flag(True),  # contract image_portability 2: whether a token tells the region of its customer
    "sso_login": flag(False),  # contract citrix 1.5: GET /tokens, Windows integrated
}

# Below which elements of a hosting unit the images stand, and of what kind they are (contract citrix 9). Where
# OpenShift and Google Cloud have them is not written anywhere.
_AMI = ("", "template")
_SNAPSHOT = ("Gold.vm", "snapshot")
IMAGE_PLACES = {
    "AmazonWorkSpacesCore": _AMI,
    "AWS": _AMI,
    "AzureRM": ("image.folder/gold.resourcegroup", "snapshot"),
    "VCenter": _SNAPSHOT,
    "XenServer": _SNAPSHOT,
    "OpenShift": _AMI,
    "GoogleCloudPlatform": _AMI,
}
# Those that the contract names; others are told by their kind (contract citrix 9)
PLUGINS = {
    "AmazonWorkSpacesCore": "AmazonWorkSpacesCoreMachineManagerFactory",
    "AWS": "AWSMachineManagerFactory",
    "AzureRM": "AzureRmFactory",
    "VCenter": "VmwareFactory",
    "OpenShift": "OpenShiftPluginFactory",
}
FOLDER_PLUGIN = "AcropolisHypervisorPCFactory"  # contract citrix 9
PROVISIONING_TYPES = frozenset({"Manual", "MCS", "PVS"})
SESSION_SUPPORT = frozenset({"SingleSession", "MultiSession"})
POWER = either(bool, {"on", "off"})  # YAML reads a bare on or off as a boolean

CATALOG = {
    "name": required(str),  # with {n} in it when there are several
    "count": int,
    "folder": str,  # levels joined by | as in the API
    "description": nullable(str),
    "hosting_unit": str,
    "hypervisor": str,  # for machines that no hosting unit provisioned
    "zone": str,
    "image": str,
    "image_age_hours": float,
    "image_note": nullable(str),
    "image_version": str,  # "<definition>:<number>", when it came as a prepared image
    "history": [either(str, {"name": required(str), "age_hours": float, "note": nullable(str)})],
    "machine_profile": nullable(str),
    "machines": int,
    "machine_names": [str],  # instead of machines and machine_prefix
    "machine_prefix": str,  # "W11-" or a pattern such as "W11-{n:04d}"
    "persistent": bool,
    "session_support": SESSION_SUPPORT,
    "delivery_group": nullable(str),
    "provisioning_type": PROVISIONING_TYPES,
    "power_state": POWER,
    "sessions": int,  # so many of its machines have a user
    "tags": [str],
}

# Prepared images that are there from the beginning, whatever the plug-in (contract citrix 13.9, addition A)
IMAGE_DEFINITION = {
    "name": required(str),
    "hosting_unit": required(str),
    "versions": [
        {
            "image": required(str),
            "machine_profile": nullable(str),
            "description": str,
            "shared_with": [str],  # further hosting units
        }
    ],
}

SITE = {
    "name": required(str),
    "kind": required({"daas", "cvad"}),
    "customer_id": str,
    "geo": str,  # contract image_portability 2: the region of the customer, which the token tells
    "client_id": str,
    "client_secret": str,
    "token_seconds": float,
    "trust": bool,  # whether the token endpoint has an address of its own
    "username": str,
    "password": str,
    "domain": str,
    "api_version": int,
    "product_version": str,
    "zones": [{"name": required(str), "primary": bool, "description": nullable(str)}],
    "rate_limit_per_second": nullable(float),
    "calls_take": float,
    "hypervisors": [
        {
            "name": required(str),
            "cluster": str,
            "zone": str,
            "plugin": str,
            # Other kinds show the snapshots of their cluster as their images, or instead of a cluster their own images
            # where the kind has them (contract citrix 9, 13.9)
            "connection_type": members("HypervisorConnectionType"),
            "images": [str],
            "pool": str,  # a XenServer pool of the lab, whose VMs and snapshots it shows
            "region": str,
            "account": str,
            "machine_profiles": [str],
            "prism_central": str,  # whose templates it shows instead of the AHV snapshots of the cluster
            "in_maintenance_mode": bool,
            "hosting_units": [{"name": required(str), "networks": [str], "availability_zone": str}],
        }
    ],
    "catalogs": [CATALOG],
    "image_levels": mapping(members("FunctionalLevel")),
    "image_definitions": [IMAGE_DEFINITION],
    "behaviour": schema(SWITCHES),
    "durations": dict.fromkeys(DURATIONS, float),
    "inventory_vars": mapping(object),
}

_ONLY_DAAS = ("customer_id", "geo", "client_id", "client_secret", "trust")
_ONLY_CVAD = ("username", "password")


def problem_with_references(
    site: Mapping[str, Any], clusters: set[str], centrals: set[str], pools: set[str]
) -> str | None:
    """Return the first thing in a site that refers to nothing, or None; ``clusters`` are the names under
    ``prism_elements``, ``pools`` those under ``xenserver_pools``."""
    for key in _ONLY_CVAD if site["kind"] == "daas" else _ONLY_DAAS:
        if key in site:
            return f"{key} does not belong to kind {site['kind']}"
    zones = {zone["name"] for zone in zones_of(site)}
    units: set[str] = set()
    for number, hypervisor in enumerate(site.get("hypervisors", [])):
        here = f"hypervisors[{number}]"
        behind = _problem_with_what_is_behind(hypervisor, clusters, pools)
        if behind:
            return f"{here}{behind}"
        if hypervisor.get("prism_central") not in centrals | {None}:
            return f"{here}.prism_central: no Prism Central is called {hypervisor['prism_central']!r}"
        if hypervisor.get("plugin") == FOLDER_PLUGIN and "prism_central" not in hypervisor:
            return f"{here}: the plug-in {FOLDER_PLUGIN} needs prism_central"
        if hypervisor.get("zone") not in zones | {None}:
            return f"{here}.zone: no zone is called {hypervisor['zone']!r}"
        for unit in hypervisor.get("hosting_units", []):
            if unit["name"] in units:
                return f"{here}.hosting_units: {unit['name']!r} is there twice; the names are unique in a site"
            units.add(unit["name"])
    for number, definition in enumerate(site.get("image_definitions", [])):
        shared_with = [name for version in definition.get("versions", []) for name in version.get("shared_with", [])]
        for name in (definition["hosting_unit"], *shared_with):
            if name not in units:
                return f"image_definitions[{number}].hosting_unit: no hosting unit is called {name!r}"
    connections = {hypervisor["name"] for hypervisor in site.get("hypervisors", [])}
    return _problem_with_catalogs(site, units, connections, zones)


def _problem_with_what_is_behind(hypervisor: Mapping[str, Any], clusters: set[str], pools: set[str]) -> str:
    if sum(key in hypervisor for key in ("cluster", "images", "pool")) != 1:
        return ": give cluster, or images of another kind of connection, or a pool"
    if "pool" in hypervisor and hypervisor.get("connection_type") != "XenServer":
        return ".pool: connection_type must be XenServer"
    if hypervisor.get("pool") not in pools | {None}:
        return f".pool: no XenServer pool is called {hypervisor['pool']!r}"
    if "images" in hypervisor and hypervisor.get("connection_type") not in IMAGE_PLACES:
        return f".images: connection_type must be one of {', '.join(IMAGE_PLACES)}"
    if hypervisor.get("cluster") not in clusters | {None}:
        return f".cluster: no Prism Element is called {hypervisor['cluster']!r}"
    return ""


def _problem_with_catalogs(
    site: Mapping[str, Any], units: set[str], connections: set[str], zones: set[str]
) -> str | None:
    for number, catalog in enumerate(site.get("catalogs", [])):
        here = f"catalogs[{number}]"
        if catalog.get("hosting_unit") not in units | {None}:
            return f"{here}.hosting_unit: no hosting unit is called {catalog['hosting_unit']!r}"
        if catalog.get("hypervisor") not in connections | {None}:
            return f"{here}.hypervisor: no hypervisor is called {catalog['hypervisor']!r}"
        if catalog.get("zone") not in zones | {None}:
            return f"{here}.zone: no zone is called {catalog['zone']!r}"
        if catalog.get("provisioning_type", "MCS") == "MCS" and not (
            catalog.get("hosting_unit") and catalog.get("image")
        ):
            return f"{here}: an MCS catalog needs hosting_unit and image"
    return problem_with_counts("catalogs", site.get("catalogs", []))


def zones_of(site: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the zones of a site; there is always one."""
    return list(site.get("zones") or [{"name": "Primary", "primary": True}])
