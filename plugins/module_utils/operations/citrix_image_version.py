# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prepare the version of an image definition for a release, or delete versions that nobody is on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.connections import named_connections
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.hypervisors import (
    Connection,
    ImageBrowser,
    read_connections,
    read_hosting_units,
    shows_resource,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.image_definitions import (
    read_users,
    read_versions,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.image_version_orders import (
    delete_version,
    failed_preparation,
    retry_version,
    start_version,
    version_order,
    wait_for_version,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import find_named
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Deadline
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.versions import (
    ReleaseVersion,
    has_further_shares,
    obstacle_to_adopting,
    obstacle_to_deleting,
    obstacle_to_preparing,
    version_for,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import HostingUnit
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import find_image
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import (
    DefinitionConnection,
    ImageDefinition,
    ImageVersion,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.cluster_property import (
    CLUSTER_ID,
    with_cluster,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.finding import (
    chosen,
    definition_called,
    definition_if_any,
    enter,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.sharing import take_away
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.telling import (
    version_facts,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

NETWORKS = {"device": {"type": "str", "required": True}, "network": {"type": "str", "required": True}}
ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "definition": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "release": {"type": "str"},
    "number": {"type": "int"},
    "id": {"type": "str"},
    "hypervisor_connection": {"type": "str"},
    "hosting_unit": {"type": "str"},
    "image": {"type": "str"},
    "machine_profile": {"type": "str"},
    "service_offering": {"type": "str"},
    "cpu_count": {"type": "int"},
    "memory_mb": {"type": "int"},
    "network_mapping": {"type": "list", "elements": "dict", "options": NETWORKS},
    "custom_properties": {"type": "dict"},
    **CLUSTER_ID,
    "unshare": {"type": "bool", "default": False},
    "purge_db_only": {"type": "bool", "default": False},
    "retry": {"type": "bool", "default": True},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 3600},
}


@dataclass(frozen=True)
class _Observed:
    """`release` says what is to be done for one that is to be there, `image_path` what it is made from where that is
    needed, with which
    custom `properties`; `unwanted` are the versions that are to go."""

    site: CitrixSite
    definition: ImageDefinition
    release: ReleaseVersion | None = None
    unit: HostingUnit | None = None
    image_path: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    unwanted: Sequence[ImageVersion] = ()


def observe(params: Params, reporter: Reporter) -> _Observed:
    _refuse_half_named(params)
    site = enter(params)
    definition = _definition(site, params, reporter)
    versions = read_versions(site, definition) if definition.id else []
    try:
        if params["state"] == "absent":
            return _Observed(site, definition, unwanted=_unwanted(site, params, versions))
        return _wanted(site, params, definition, versions, reporter)
    except Refusal as refusal:
        raise refusal.at(site.endpoint) from None


def plan(params: Params, observed: _Observed) -> Plan[str]:
    if observed.release is None:
        deleted = list(map(version_facts, observed.unwanted))
        return Plan(
            steps=[version.id for version in observed.unwanted],
            facts={"image_version": None, "deleted": deleted, "leftovers": []},
            before={"image_versions": list(map(str, observed.unwanted))},
            after={"image_versions": []},
        )
    action, version = observed.release.action, observed.release.version
    facts = _facts(version, observed.release.leftovers)
    before = {"image_version": _shown(version)}
    if action == "keep":
        return Plan(facts=facts, before=before, after=before, warnings=_warnings(observed.site, version))
    made = {"definition": observed.definition.name, "release": params["release"], "image": observed.image_path}
    return Plan(
        steps=[action],
        # Who only waits for the work of somebody else changes nothing
        facts={**facts, "changed": action != "follow"},
        before=before,
        after={"image_version": {**made, "state": "Success"}},
    )


def apply(params: Params, observed: _Observed, plan: Plan[str], reporter: Reporter) -> Result:
    site, definition, release = observed.site, observed.definition, observed.release
    deadline = Deadline(params["wait_timeout"])
    if release is None:
        with reporter.phase("deletion"):
            for version in observed.unwanted:
                if params["unshare"] and has_further_shares(version):
                    take_away(site, version, deadline, reporter.progress)
                delete_version(
                    site,
                    definition,
                    version,
                    purge_db_only=params["purge_db_only"],
                    timeout=deadline.left,
                    progress=reporter.progress,
                )
        return dict(plan.facts)
    with reporter.phase("preparation"):
        job_id = _order(params, observed, release, reporter)
        version = wait_for_version(
            site,
            definition,
            params["release"],
            job_id,
            timeout=deadline.left,
            progress=reporter.progress,
            until_visible=not params["wait"],
        )
    for text in _warnings(site, version):
        reporter.warn(text)
    return {**_facts(version, release.leftovers), "changed": release.action != "follow"}


def _order(params: Params, observed: _Observed, release: ReleaseVersion, reporter: Reporter) -> str:
    site, definition, unit = observed.site, observed.definition, observed.unit
    if release.action == "follow" or unit is None:
        return ""
    order = version_order(params["release"], observed.image_path, unit.id, params, observed.properties)
    if release.version is None:
        return start_version(site, definition, order, reporter.progress)
    return retry_version(site, definition, release.version, order, reporter.progress)


def _wanted(
    site: CitrixSite,
    params: Params,
    definition: ImageDefinition,
    versions: Sequence[ImageVersion],
    reporter: Reporter,
) -> _Observed:
    release = version_for(params["release"], versions)
    unit, connection = _unit(site, params["hosting_unit"]) if params["hosting_unit"] else (None, None)
    if release.version:
        refusal = obstacle_to_adopting(release.version, params["image"], unit, params)
        if refusal:
            raise refusal
    if release.version and release.action == "retry" and not params["retry"]:
        raise failed_preparation(site, release.version)
    if release.action in ("keep", "follow"):
        return _Observed(site, definition, release, unit)
    if unit is None or connection is None or not params["image"]:
        raise OperationError(
            f"{site.endpoint}: release '{params['release']}' has to be prepared, and for that hosting_unit and image"
            " must be given",
            "Give both.",
        )
    profile = params["machine_profile"]
    others = [version for version in versions if version is not release.version]
    refusal = obstacle_to_preparing(definition, others, unit, connection.connection_type, profile)
    if refusal:
        raise refusal
    if profile and not shows_resource(site, unit, profile):
        raise OperationError(
            f"{site.endpoint}: hosting unit {unit.name} shows no machine profile '{profile}'",
            "Give the whole path of one that citrix_hosting_unit_info shows with machine_profiles.",
        )
    properties = with_cluster(params["custom_properties"], params["cluster_id"], params["cluster_property"]) or {}
    return _Observed(site, definition, release, unit, _image_path(site, unit, params["image"], reporter), properties)


def _definition(site: CitrixSite, params: Params, reporter: Reporter) -> ImageDefinition:
    """The definition; in check mode also one that another task is going to make on a connection."""
    name, connection_name = params["definition"], params["hypervisor_connection"]
    if not (reporter.check and connection_name) or definition_if_any(site, name):
        return definition_called(site, name)
    (connection,) = named_connections(site, [connection_name], read_connections(site))
    return ImageDefinition("", name, connections=(DefinitionConnection(connection.id, connection.name),))


def _unit(site: CitrixSite, name: str) -> tuple[HostingUnit, Connection]:
    units: list[HostingUnit] = []
    connection_of: dict[str, Connection] = {}
    for connection in read_connections(site):
        for unit in read_hosting_units(site, connection):
            units.append(unit)
            connection_of[unit.id] = connection
    found = find_named("hosting unit", name, units)
    return found, connection_of[found.id]


def _image_path(site: CitrixSite, unit: HostingUnit, image: str, reporter: Reporter) -> str:
    """Where the image is, also when the inventory cache of the site hides it."""
    browser = ImageBrowser(site, bypass_cache=False, progress=reporter.progress)
    sight = browser.look_for([(unit, image)])[unit.id, image]
    if sight.problem:
        raise OperationError(sight.problem, "Look at this hosting unit in Studio under Hosting.")
    return find_image(image, unit.name, sight.images).path


def _unwanted(site: CitrixSite, params: Params, versions: Sequence[ImageVersion]) -> Sequence[ImageVersion]:
    unwanted = chosen(versions, params["number"], params["release"], params["id"])
    users = read_users(site, unwanted)
    for version in unwanted:
        refusal = obstacle_to_deleting(version, users[version.id], params["unshare"])
        if refusal:
            raise refusal
    return unwanted


def _refuse_half_named(params: Params) -> None:
    if params["state"] == "present" and not (params["release"] or "").strip():
        raise OperationError("a version that is to be there needs its release", "Give release.", options=("release",))


def _facts(version: ImageVersion | None, leftovers: Sequence[ImageVersion]) -> dict[str, Any]:
    return {
        "image_version": version and version_facts(version),
        "deleted": [],
        "leftovers": [each.number for each in leftovers],
    }


def _shown(version: ImageVersion | None) -> dict[str, Any] | None:
    if version is None:
        return None
    path = version.image.path if version.image else ""
    return {"definition": version.definition, "release": version.description, "image": path, "state": version.state}


def _warnings(site: CitrixSite, version: ImageVersion | None) -> list[str]:
    if version:
        return [f"{site.endpoint}: {version}: {text}" for text in version.warnings]
    return []


OPERATION = Change(
    arguments=ARGUMENTS,
    observe=observe,
    plan=plan,
    apply=apply,
    required_one_of=(("release", "number", "id"),),
    mutually_exclusive=(("release", "number", "id"),),
)
