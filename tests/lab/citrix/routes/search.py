# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""$search of machines and catalogs (contract citrix 4.3): the filters that somebody uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import translate
from typing import Any, TypeVar

from lab.citrix.schemas import FLAG, TEXT
from lab.citrix.state.entities import Catalog, Machine
from lab.citrix.state.site import Site
from lab.citrix.vendor import members
from lab.schema import nullable, required

T = TypeVar("T")

OPERATORS = members("SearchOperator")
JOINS = frozenset({"And", "Or"})

MACHINE_PROPERTIES: dict[str, Callable[[Machine], Any]] = {
    "MachineName": lambda machine: machine.name,
    "DnsName": lambda machine: machine.host_name,
    "HypervisorConnection": lambda machine: machine.hypervisor.name if machine.hypervisor else "",
    "HostedMachineName": lambda machine: machine.hosted_machine_name if machine.hosted_machine_id else "",
    "HostingServerName": lambda machine: machine.hosting_server,
    "MachineCatalog": lambda machine: machine.catalog.name,
    "DeliveryGroup": lambda machine: machine.catalog.delivery_group.name if machine.catalog.delivery_group else "",
    "PowerState": lambda machine: machine.power_state,
    "PowerActionPending": lambda machine: machine.power_action_pending,
    "RegistrationState": lambda machine: machine.registration_state,
    "ProvisioningType": lambda machine: machine.catalog.provisioning_type,
    "SessionSupport": lambda machine: machine.catalog.session_support,
    "AllocationType": lambda machine: "Static" if machine.catalog.persistent else "Random",
    "IsAssigned": lambda machine: bool(machine.assigned_users),
    "InMaintenanceMode": lambda machine: machine.in_maintenance_mode,
    "MaintenanceModeReason": lambda machine: machine.maintenance_mode_reason,
    "SummaryState": lambda machine: machine.summary_state,
    "FaultState": lambda machine: machine.fault_state,
    "ImageOutOfDate": lambda machine: machine.image_out_of_date,
    "SessionCount": lambda machine: machine.sessions,
    "Uid": lambda machine: machine.uid,
    "ZoneName": lambda machine: machine.catalog.zone.name,
    "PublishedName": lambda machine: machine.published_name or "",
    "UserName": lambda machine: machine.session_user or "",
}
CATALOG_PROPERTIES: dict[str, Callable[[Catalog], Any]] = {
    "Name": lambda catalog: catalog.name,
    "FullName": lambda catalog: "/".join(catalog.path),
    "Uid": lambda catalog: catalog.uid,
    "AllocationType": lambda catalog: "Static" if catalog.persistent else "Random",
    "Description": lambda catalog: catalog.description or "",
    "IsRemotePC": lambda _catalog: False,
    "ProvisioningType": lambda catalog: catalog.provisioning_type,
    "SessionSupport": lambda catalog: catalog.session_support,
    "PersistChanges": lambda catalog: "OnLocal" if catalog.persistent else "Discard",
    "ProvisioningSchemeId": lambda catalog: catalog.scheme.id if catalog.scheme else "",
}


def _body(properties: frozenset[str]) -> dict[str, Any]:
    """Return the schema of a search; groups may be nested two deep."""
    search_filter = {"Property": required(properties), "Operator": required(OPERATORS), "Value": TEXT}
    inner = {
        "SearchFilterGroupType": JOINS,
        "SearchFilters": nullable([search_filter]),
        "SearchFilterGroupsType": JOINS,
        "SearchFilterGroups": nullable([{}]),
    }
    group = {**inner, "SearchFilterGroups": nullable([inner])}
    return {
        "BasicSearchString": TEXT,
        "SearchFilters": nullable([search_filter]),
        "SearchFilterGroups": nullable([group]),
        "SearchFilterGroupsType": JOINS,
        "SortCriteria": nullable(
            {"Property": required(properties), "SortDirection": required({"Ascending", "Descending"})}
        ),
    }


# What exists and is not simulated is answered 501 (contract citrix addition G 10).
MACHINE_SEARCH = _body(members("MachineAndSessionSearchProperty"))
MACHINE_SEARCH["SortCriteriaItems"] = nullable([MACHINE_SEARCH["SortCriteria"].schema])
CATALOG_SEARCH = {**_body(members("CatalogSearchProperty")), "AdminFolder": TEXT, "IncludeSubFolders": FLAG}


def machines(site: Site, body: Mapping[str, Any]) -> list[Machine]:
    """Return the machines that a search finds."""
    candidates = site.machines_in_order()
    if "SessionSupport" not in _properties_in(body):
        # The vendor's own comment says that it must be there; what a site does without it is unknown (contract citrix
        # addition G 4).
        instead = site.behaviour["search_without_session_support"]
        if instead == "refuse":
            raise site.errors.refusal(400, "SessionSupport must be included in the search filters.")
        if instead == "single_session":
            candidates = [machine for machine in candidates if machine.catalog.session_support == "SingleSession"]
    return _found(site, body, candidates, MACHINE_PROPERTIES, "MachineName")


def _properties_in(body: Mapping[str, Any]) -> set[str]:
    own = {each["Property"] for each in body.get("SearchFilters") or []}
    return own.union(*(_properties_in(group) for group in body.get("SearchFilterGroups") or []))


def catalogs(site: Site, body: Mapping[str, Any]) -> list[Catalog]:
    """Return the catalogs that a search finds."""
    candidates = site.catalogs_in_order()
    if body.get("AdminFolder") is not None:
        folder = tuple(part.casefold() for part in body["AdminFolder"].replace("\\", "|").split("|") if part)
        deep = body.get("IncludeSubFolders")
        candidates = [catalog for catalog in candidates if _in_folder(catalog, folder, bool(deep))]
    return _found(site, body, candidates, CATALOG_PROPERTIES, "Name")


def _in_folder(catalog: Catalog, folder: tuple[str, ...], deep: bool) -> bool:
    own = tuple(part.casefold() for part in catalog.folder)
    return own[: len(folder)] == folder if deep else own == folder


def _found(
    site: Site,
    body: Mapping[str, Any],
    candidates: Sequence[T],
    properties: Mapping[str, Callable[[T], Any]],
    named: str,
) -> list[T]:
    wanted = _group(
        site,
        body.get("SearchFilters"),
        "And",
        body.get("SearchFilterGroups"),
        body.get("SearchFilterGroupsType", "And"),
        properties,
    )
    text = (body.get("BasicSearchString") or "").casefold()
    found = [thing for thing in candidates if wanted(thing) and text in str(properties[named](thing)).casefold()]
    for criteria in reversed([body.get("SortCriteria") or {}, *(body.get("SortCriteriaItems") or [])]):
        if criteria:
            found.sort(
                key=_property(site, properties, criteria["Property"]), reverse=criteria["SortDirection"] == "Descending"
            )
    return found


def _group(
    site: Site,
    filters: Sequence[Mapping[str, Any]] | None,
    filters_join: str,
    groups: Sequence[Mapping[str, Any]] | None,
    groups_join: str,
    properties: Mapping[str, Callable[[T], Any]],
) -> Callable[[T], bool]:
    tests = [_filter(site, each, properties) for each in filters or []]
    parts = [
        _group(
            site,
            each.get("SearchFilters"),
            each.get("SearchFilterGroupType", "And"),
            each.get("SearchFilterGroups"),
            each.get("SearchFilterGroupsType", "And"),
            properties,
        )
        for each in groups or []
    ]

    def joined(checks: list[Callable[[T], bool]], join: str, thing: T) -> bool:
        return not checks or (all if join == "And" else any)(check(thing) for check in checks)

    return lambda thing: joined(tests, filters_join, thing) and joined(parts, groups_join, thing)


def _filter(site: Site, wanted: Mapping[str, Any], properties: Mapping[str, Callable[[T], Any]]) -> Callable[[T], bool]:
    value = wanted.get("Value") or ""
    operator = wanted["Operator"]
    negated = operator.startswith("Not")
    test = _test(site, operator.removeprefix("Not") if negated else operator, value)
    read = _property(site, properties, wanted["Property"])
    return lambda thing: test(read(thing)) is not negated


def _property(site: Site, properties: Mapping[str, Callable[[T], Any]], name: str) -> Callable[[T], Any]:
    if name not in properties:
        raise site.errors.refusal(501, f"This site cannot search by {name}.")
    return properties[name]


def _test(site: Site, operator: str, value: str) -> Callable[[Any], bool]:
    folded = value.casefold()
    if operator == "Like":
        pattern = re.compile(translate(folded.replace("[", "[[]")))
        return lambda found: pattern.fullmatch(_text(found)) is not None
    if operator == "In":
        among = {part.strip() for part in folded.split(",")}
        return lambda found: _text(found) in among
    if operator in _NUMERIC:
        compare = _NUMERIC[operator]
        if not re.fullmatch(r"-?\d+(\.\d+)?", value):
            raise site.errors.refusal(400, f"{operator} needs a number, not {value!r}.")
        limit = float(value)
        return lambda found: compare(float(found), limit)
    if operator in _TEXTUAL:
        check = _TEXTUAL[operator]
        return lambda found: check(_text(found), folded)
    raise site.errors.refusal(501, f"This site cannot search with {operator}.")


def _text(value: Any) -> str:
    return str(value).casefold()


_TEXTUAL: dict[str, Callable[[str, str], bool]] = {
    "Equals": lambda found, value: found == value,
    "StartsWith": lambda found, value: found.startswith(value),
    "EndsWith": lambda found, value: found.endswith(value),
    "Contains": lambda found, value: value in found,
}
_NUMERIC: dict[str, Callable[[float, float], bool]] = {
    "LessThan": lambda found, value: found < value,
    "GreaterThan": lambda found, value: found > value,
    "LessThanOrEquals": lambda found, value: found <= value,
    "GreaterThanOrEquals": lambda found, value: found >= value,
}
