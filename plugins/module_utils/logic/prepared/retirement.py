# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which versions of prepared images may go, by the rules for images (logic/images/retention.py). Every doubt keeps a
version; each is told why it stays or goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.retention import (
    Decision,
    Rules,
    Uses,
    age_of,
    enumerated,
    in_doubt,
    old,
    span,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import prepared_address
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import FAILED

VERSION, DEFINITION = "image version", "image definition"
UNNEEDED = "nothing on any site refers to it"


@dataclass(frozen=True)
class KeptVersion:
    """A version as a site told of it. `catalogs` are those on it, `shares` the hosting units that have it besides the
    primary one, `address` what references to it bear as their name."""

    id: str
    number: int
    release: str
    created: datetime | None
    marked: bool
    ready: bool
    failed: bool
    catalogs: tuple[str, ...]
    shares: tuple[str, ...]
    address: str


@dataclass(frozen=True)
class KeptDefinition:
    """An image definition of a site, which is an inventory host, with its versions."""

    site: str
    id: str
    name: str
    versions: tuple[KeptVersion, ...]


def kept_version(facts: Mapping[str, Any]) -> KeptVersion:
    """A version from what citrix_image_version_info returns."""
    return KeptVersion(
        id=facts["id"],
        number=facts["number"],
        release=facts["release"],
        created=parse_moment(facts.get("created")),
        marked=facts["marked"],
        ready=facts["ready"],
        failed=FAILED in (facts["state"], *(spec["state"] for spec in facts["specs"] if spec["preparation"] == "Mcs")),
        catalogs=tuple(catalog["full_name"] for catalog in facts["catalogs"]),
        shares=tuple(unit["name"] for unit in facts["hosting_units"] if not unit["primary"]),
        address=prepared_address(facts["definition"]["id"], facts["id"]),
    )


def unknown_definitions(wanted: Mapping[str, Sequence[str]], there: Iterable[KeptDefinition]) -> dict[str, list[str]]:
    """By site, sentences for wishes that match no definition there: a mistyped one would be looked after never."""
    definitions = list(there)
    unknown: dict[str, list[str]] = {}
    for site, names in wanted.items():
        own = [definition for definition in definitions if definition.site == site]
        for name in names:
            if not any(is_called(definition, name) for definition in own):
                near = near_names(name, all_names(own))
                sentence = f"there is no image definition '{name}' on {site}. {near}".rstrip()
                unknown.setdefault(site, []).append(sentence)
    return unknown


def is_called(definition: KeptDefinition, name: str) -> bool:
    return name.casefold() in (definition.name.casefold(), definition.id.casefold())


def decide_versions(
    definitions: Iterable[KeptDefinition],
    uses: Uses,
    rules: Rules,
    now: datetime,
    doubts: Sequence[str],
    delete_definitions: bool,
) -> list[Decision]:
    """Keep or delete each version of these definitions, and the definitions that have none any more, when that is
    wanted. With any of `doubts`, sentences, nothing goes."""
    decisions = []
    for definition in definitions:
        own = [_decide(definition, version, uses, rules, now, doubts) for version in definition.versions]
        decisions += own
        if delete_definitions:
            decisions.append(_decide_definition(definition, own, doubts))
    return decisions


def _decide(
    definition: KeptDefinition, version: KeptVersion, uses: Uses, rules: Rules, now: datetime, doubts: Sequence[str]
) -> Decision:
    address = version.address.casefold()
    needed = (*(f"catalog {name}" for name in version.catalogs), *uses.needed.get(address, ()))
    newest = _is_newest(definition, version, rules)
    age = None if version.created is None else age_of(version.created, now)
    keep = ""
    if not version.marked and not rules.include_unmarked:
        keep = "nothing shows that the collection made it; include_unmarked is off"
    elif needed:
        keep = f"in use: {enumerated(needed)}"
    elif not (version.ready or version.failed):
        keep = "it is being prepared"
    elif newest:
        keep = f"among the newest {rules.keep} of '{definition.name}'"
    elif age is None:
        keep = "its age is not known"
    elif age < rules.minimum_age:
        keep = f"{old(age)}, younger than the minimum age of {span(rules.minimum_age)}"
    elif doubts:
        keep = in_doubt(doubts)
    if keep or age is None:
        return _of_version(definition, version, False, keep)
    remaining = tuple(dict.fromkeys(uses.old_slots.get(address, ())))
    why = f"not among the newest {rules.keep} of '{definition.name}'" if version.ready else "its preparation failed"
    unused = UNNEEDED
    if remaining:
        unused = f"only history slots beyond the {rules.history} nearest refer to it: {enumerated(remaining)}"
    if version.shares:
        unused += f"; it is taken away from {', '.join(version.shares)} first"
    return _of_version(definition, version, True, f"{old(age)}, {why}, and {unused}", remaining)


def _is_newest(definition: KeptDefinition, version: KeptVersion, rules: Rules) -> bool:
    """Only versions that could go are counted: one that stays anyhow must not push another out."""
    numbers = [each.number for each in definition.versions if each.ready and (each.marked or rules.include_unmarked)]
    return version.number in sorted(numbers, reverse=True)[: rules.keep]


def _decide_definition(definition: KeptDefinition, own: Sequence[Decision], doubts: Sequence[str]) -> Decision:
    staying = [decision.name for decision in own if not decision.delete]
    reason = "it has no versions any more"
    if staying:
        reason = f"it has {enumerated(staying)}"
    elif doubts:
        reason = in_doubt(doubts)
    return Decision(
        cluster=definition.site,
        kind=DEFINITION,
        name=definition.name,
        id=definition.id,
        base_vm=definition.name,
        release="",
        delete=not staying and not doubts,
        reason=reason,
    )


def _of_version(
    definition: KeptDefinition, version: KeptVersion, delete: bool, reason: str, remaining: tuple[str, ...] = ()
) -> Decision:
    return Decision(
        cluster=definition.site,
        kind=VERSION,
        name=f"version {version.number} of {definition.name}",
        id=version.id,
        base_vm=definition.name,
        release=version.release,
        delete=delete,
        reason=reason,
        created=version.created,
        remaining=remaining,
        definition=definition.id,
    )
