# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make an image definition, or delete one that has no versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.connections import named_connections
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.hypervisors import read_connections
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.image_definition_orders import (
    delete_definition,
    describe_definition,
    make_definition,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.image_definitions import (
    read_versions,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Change, Params, Plan, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.definitions import (
    DefinitionWish,
    obstacle_to_being,
    obstacle_to_making,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.features import ON_EC2
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import (
    ImageDefinition,
    ImageVersion,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.cluster_property import (
    CLUSTER_ID,
    with_cluster,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.finding import (
    definition_if_any,
    enter,
    feature_missing,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.telling import (
    definition_facts,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

MAKE, DESCRIBE, DELETE = "make", "describe", "delete"
PATIENCE_WITH_SITE = 10.0
EC2 = "AWS"

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "description": {"type": "str"},
    "os_type": {"type": "str", "choices": ["Windows", "Linux"]},
    "session_support": {"type": "str", "choices": ["SingleSession", "MultiSession"]},
    "hypervisor_connection": {"type": "str"},
    "custom_properties": {"type": "dict"},
    **CLUSTER_ID,
    "wait_timeout": {"type": "int", "default": 600},
}


@dataclass(frozen=True)
class _Observed:
    site: CitrixSite
    wish: DefinitionWish
    definition: ImageDefinition | None
    versions: Sequence[ImageVersion] = ()


def observe(params: Params, reporter: Reporter) -> _Observed:
    site = enter(params)
    definition = definition_if_any(site, params["name"])
    if params["state"] == "present":
        return _Observed(site, _wish(site, params, is_new=definition is None), definition)
    wish = DefinitionWish(params["name"])
    if definition is None:
        return _Observed(site, wish, None)
    return _Observed(site, wish, definition, read_versions(site, definition))


def plan(params: Params, observed: _Observed) -> Plan[str]:
    definition, wish, site = observed.definition, observed.wish, observed.site
    before = {"image_definition": _shown(definition)}
    if params["state"] == "absent":
        if observed.versions:
            numbers = ", ".join(f"{version.number} ({version.state})" for version in observed.versions)
            raise OperationError(
                f"{site.endpoint}: image definition '{wish.name}' still has versions: {numbers}",
                "Delete its versions first, with citrix_image_version.",
            )
        gone = {"image_definition": None}
        return Plan(steps=[DELETE] if definition else [], facts=gone, before=before, after=gone)
    refusal = obstacle_to_being(wish, definition) if definition else obstacle_to_making(wish)
    if refusal:
        raise refusal.at(site.endpoint)
    if definition is None:
        return Plan(steps=[MAKE], facts=before, before=before, after={"image_definition": _wanted(wish)})
    if wish.description in (None, definition.description):
        return Plan(facts=before, before=before, after=before)
    after = {"image_definition": {**definition_facts(definition), "description": wish.description}}
    return Plan(steps=[DESCRIBE], facts=before, before=before, after=after)


def apply(params: Params, observed: _Observed, plan: Plan[str], reporter: Reporter) -> Result:
    site, wish, definition = observed.site, observed.wish, observed.definition
    timeout, warning = params["wait_timeout"], ""
    with reporter.phase("definition"):
        if definition is None:
            warning = make_definition(
                site,
                wish.name,
                _order(wish),
                wish.connection_id,
                wish.custom_properties or (),
                timeout=timeout,
                progress=reporter.progress,
            )
        elif DELETE in plan.steps:
            delete_definition(site, definition, timeout=timeout, progress=reporter.progress)
        else:
            describe_definition(site, definition, wish.description or "", reporter.progress)
    if warning:
        reporter.warn(f"{site.endpoint}: image definition {wish.name}: {warning}")
    return {}


def verify(params: Params, observed: _Observed, facts: Result, reporter: Reporter) -> Result:
    site, wish = observed.site, observed.wish

    def look() -> Look[ImageDefinition | None]:
        definition = definition_if_any(site, wish.name)
        if params["state"] == "absent":
            return Look(definition, done=definition is None, state="still there")
        if definition is None:
            return Look(None, done=False, state="not there yet")
        described = wish.description in (None, definition.description)
        return Look(definition, done=described and obstacle_to_being(wish, definition) is None, state="not as wished")

    # What a site shows may lag a moment behind its jobs
    what = f"Image definition {wish.name}"
    definition = wait_for(look, what=what, timeout=PATIENCE_WITH_SITE, progress=reporter.progress)
    return {"image_definition": _shown(definition)}


def _shown(definition: ImageDefinition | None) -> dict[str, Any] | None:
    if definition is None:
        return None
    return definition_facts(definition)


def _wish(site: CitrixSite, params: Params, is_new: bool) -> DefinitionWish:
    try:
        properties = with_cluster(params["custom_properties"], params["cluster_id"], params["cluster_property"])
    except Refusal as error:
        raise error.at(site.endpoint) from None
    wish = DefinitionWish(
        name=params["name"],
        description=params["description"],
        os_type=params["os_type"],
        session_support=params["session_support"],
        custom_properties=None if properties is None else tuple(properties.items()),
    )
    if not params["hypervisor_connection"]:
        return wish
    (connection,) = named_connections(site, [params["hypervisor_connection"]], read_connections(site))
    if is_new and connection.connection_type == EC2:
        refusal = feature_missing(site, ON_EC2)
        if refusal:
            raise refusal.at(site.endpoint)
    return replace(wish, connection_id=connection.id, connection=connection.name, plugin=connection.plugin)


def _order(wish: DefinitionWish) -> dict[str, str]:
    return {
        "description": wish.description or "",
        "os_type": wish.os_type or "Windows",
        "session_support": wish.session_support or "",
    }


def _wanted(wish: DefinitionWish) -> dict[str, Any]:
    return {"name": wish.name, **_order(wish), "connections": [wish.connection]}


OPERATION = Change(arguments=ARGUMENTS, observe=observe, plan=plan, apply=apply, verify=verify)
