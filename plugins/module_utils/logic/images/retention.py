# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which images may go. Every doubt keeps an image; each image is told why it stays or goes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import folded, near_names, shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import (
    Catalog,
    Selector,
    find_catalog,
    folder_levels,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import MasterImage

MOST_TOLD = 3
DAY = 86400


@dataclass(frozen=True)
class Rules:
    """`keep` newest images of each golden VM on each cluster, `history` nearest slots of each catalog's image history
    that count as use, ages in seconds,
    `base_vms` None for all golden VMs."""

    keep: int = 5
    history: int = 2
    minimum_age: float = 7 * DAY
    janitor_age: float = DAY
    include_unmarked: bool = False
    base_vms: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.keep < 1:
            raise Refusal(f"{self.keep} images to keep are too few: the newest always stays", "Give 1 or more.")
        if self.history < 1:
            raise Refusal(
                f"{self.history} history slots are too few: the image that a roll-back leads to always stays",
                "Give 1 or more.",
            )
        if self.minimum_age < 0 or self.janitor_age < 0:
            raise Refusal("an age is never less than 0 seconds", "Give 0 or more.")

    def concerns(self, base_vm: str) -> bool:
        return self.base_vms is None or base_vm in self.base_vms


@dataclass(frozen=True)
class Image:
    """An AHV snapshot, a template, or a version of a template, whose name is one of ours. `cluster` is the inventory
    host that has it.

    `marked` says that it is proven that the collection made it; `source` is what it came out of, the protection domain
    snapshot by its id on the cluster of origin, or the recovery point. `created` None: nobody said. `bound` says why it
    stays whatever its age, `template` is the template that a version belongs to.
    """

    cluster: str
    uuid: str
    name: str
    base_vm: str
    release: str
    created: datetime | None
    marked: bool
    source: str = ""
    kind: str = "image"
    bound: str = ""
    template: str = ""


@dataclass(frozen=True)
class Decision:
    """What becomes of one object, and why. `kind` is image, template, template version, temporary VM, protection domain
    snapshot, recovery point, image version or image definition; `cluster` is the inventory host that has it.
    `definition` is the id of the image definition that a version belongs to, whose name then stands for the golden VM.
    """

    cluster: str
    kind: str
    name: str
    id: str
    base_vm: str
    release: str
    delete: bool
    reason: str
    created: datetime | None = None
    protection_domain: str = ""
    remaining: tuple[str, ...] = ()
    template: str = ""
    definition: str = ""


def proven_images(images: Iterable[Image], base_vm: str, release: str) -> list[Image]:
    """Those of a release that are proven to be the collection's."""
    return [image for image in images if image.marked and (image.base_vm, image.release) == (base_vm, release)]


def came_out_of(images: Iterable[Image], origin: str) -> bool:
    """Whether one of the images came out of this protection domain snapshot or recovery point."""
    return any(image.source == origin for image in images)


def without_image(clusters: Iterable[str], images: Iterable[Image]) -> list[str]:
    """The clusters that have none of these images."""
    return sorted(set(clusters) - {image.cluster for image in images})


def may_be_under_way(images: Iterable[Image], rules: Rules, now: datetime) -> bool:
    """Whether the newest of a release's images is so young, or of unknown age, that the release may not be over."""
    latest = max(filter(None, (image.created for image in images)), default=None)
    return latest is None or age_of(latest, now) < rules.janitor_age


@dataclass(frozen=True)
class Uses:
    """The places that refer to images, by image names in lower case: those that need them, and history slots too old to
    count as a need."""

    needed: Mapping[str, Sequence[str]]
    old_slots: Mapping[str, Sequence[str]]


def uses_of(sites: Mapping[str, Iterable[Mapping[str, Any]]], rules: Rules) -> Uses:
    """The uses of images by what citrix_image_usage_info has told of each site's references. A slot that nobody can
    rank is a need."""
    needed: dict[str, list[str]] = defaultdict(list)
    old_slots: dict[str, list[str]] = defaultdict(list)
    for host, references in sites.items():
        for reference in references:
            rank = reference.get("rank")
            old = reference["kind"] == "history" and rank is not None and rank > rules.history
            places = old_slots if old else needed
            for name in folded(reference["names"]):
                places[name].append(f"{reference['kind']} of {reference['of']} on {host}")
    return Uses(needed, old_slots)


def decide_images(
    images: Iterable[Image], uses: Uses, rules: Rules, now: datetime, doubts: Sequence[str]
) -> list[Decision]:
    """Keep or delete each image of the golden VMs that the rules concern.

    Uses count whatever their site and hosting unit: which cluster a hosting unit stands for is not certain, so a name
    in use anywhere is kept on every cluster. With any of `doubts`, sentences, nothing goes.
    """
    ours = [image for image in images if rules.concerns(image.base_vm)]
    newest = _newest(ours, rules)
    return [_decide(image, uses, image in newest, rules, now, doubts) for image in ours]


def _newest(images: Iterable[Image], rules: Rules) -> set[Image]:
    """The images with the newest names of each golden VM on each cluster; one of unknown age counts as newest of all.

    Only those that could go are counted: one that stays anyhow must not push another out.
    """
    by_owner: dict[tuple[str, str], list[Image]] = defaultdict(list)
    for image in images:
        if (image.marked or rules.include_unmarked) and not image.bound:
            by_owner[image.cluster, image.base_vm].append(image)
    newest = set()
    for owned in by_owner.values():
        ordered = sorted(
            owned,
            key=lambda image: (image.created is None, image.created.timestamp() if image.created else 0.0, image.uuid),
            reverse=True,
        )
        names = list(dict.fromkeys(all_names(ordered)))[: rules.keep]
        newest |= {image for image in owned if image.name in names}
    return newest


def _decide(image: Image, uses: Uses, newest: bool, rules: Rules, now: datetime, doubts: Sequence[str]) -> Decision:
    used_by = uses.needed.get(image.name.casefold(), ())
    if not image.marked and not rules.include_unmarked:
        return _of_image(image, False, "nothing shows that the collection made it; include_unmarked is off")
    if used_by:
        return _of_image(image, False, f"in use: {enumerated(used_by)}")
    if image.bound:
        return _of_image(image, False, image.bound)
    if newest:
        return _of_image(image, False, f"among the newest {rules.keep} of '{image.base_vm}' here")
    if image.created is None:
        return _of_image(image, False, "its age is not known")
    age = age_of(image.created, now)
    if age < rules.minimum_age:
        return _of_image(image, False, f"{old(age)}, younger than the minimum age of {span(rules.minimum_age)}")
    if doubts:
        return _of_image(image, False, in_doubt(doubts))
    remaining = tuple(dict.fromkeys(uses.old_slots.get(image.name.casefold(), ())))
    unused = "nothing on any site refers to it"
    if remaining:
        unused = (
            f"only history slots beyond the {rules.history} nearest refer to it, which stay and lead nowhere then:"
            f" {enumerated(remaining)}"
        )
    return _of_image(
        image, True, f"{old(age)}, not among the newest {rules.keep} of '{image.base_vm}', and {unused}", remaining
    )


def _of_image(image: Image, delete: bool, reason: str, remaining: tuple[str, ...] = ()) -> Decision:
    return Decision(
        image.cluster,
        image.kind,
        image.name,
        image.uuid,
        image.base_vm,
        image.release,
        delete,
        reason,
        image.created,
        remaining=remaining,
        template=image.template,
    )


def doubt(reason: str, host: str = "") -> dict[str, str]:
    """Why nothing may be deleted at all, and the inventory host that is to blame for it, '' when none is."""
    return {"id": "", "name": host, "reason": reason}


def doubts(
    clusters: Mapping[str, str],
    sites: Mapping[str, str],
    centrals: Mapping[str, str] | None = None,
    pools: Mapping[str, str] | None = None,
) -> list[dict[str, str]]:
    """All map each declared inventory host to why it cannot be asked, '' when it was asked."""
    kinds = (("cluster", clusters), ("Prism Central", centrals or {}), ("pool", pools or {}), ("site", sites))
    silent = []
    for kind, hosts in kinds:
        for host, why in hosts.items():
            if why:
                silent.append(doubt(f"{kind} {host} cannot be asked: {why.rstrip('.')}", host))
    if not sites:
        silent.append(doubt("no Citrix site is declared, so it is unknown which images are in use"))
    return silent


def unknown_base_vms(base_vms: Iterable[str], existing: Iterable[str]) -> list[str]:
    """Golden VMs to look after that nothing on any cluster bears the name of: a mistyped one would be looked after
    never, and every run would be well."""
    names = set(existing)
    sentences = []
    for name in sorted(base_vms):
        if name not in names:
            known = near_names(name, names)
            sentences.append(
                f"there is no image and no temporary VM of a golden VM '{name}' on any cluster. {known}".rstrip()
            )
    return sentences


def unknown_prefix(prefix: str, others: Iterable[str]) -> list[str]:
    """Said where nothing on any cluster bears the prefix: with a mistyped one nothing would ever be cleaned up, and
    every run would be well. `others` are the names of snapshots that do not bear it, whose beginnings are told."""
    beginnings = {f"{name.partition('_')[0]}_" for name in others if "_" in name}
    return [
        f"there is no image and no temporary VM whose name begins with the prefix '{prefix}' on any cluster."
        f" {near_names(prefix, beginnings)}".rstrip()
    ]


def unpublished(
    image: str, catalogs_by_site: Mapping[str, Iterable[Mapping[str, Any]]], catalogs: Mapping[str, Sequence[Catalog]]
) -> list[str]:
    """Which catalogs of a release do not have its image as their current one, in sentences; also when the release has
    no catalogs at all.

    `catalogs_by_site` are the catalogs of the release ({name, folder?, id?}), `catalogs` what the sites have.
    """
    problems = []
    selections = [(host, each) for host, selectors in catalogs_by_site.items() for each in selectors]
    if not selections:
        problems.append(f"no catalog is named that has to be on '{image}'")
    for host, each in selections:
        selector = Selector(name=each.get("name") or "", folder=each.get("folder"), id=each.get("id") or "")
        try:
            catalog = find_catalog(selector, catalogs.get(host, ()))
        except Refusal as error:
            problems.append(f"'{image}' is not verified on {host}: {error.message}")
            continue
        current = catalog.image_name
        if current != image or catalog.provisioning:
            state = "an image update is running" if catalog.provisioning else f"it has '{current}'"
            problems.append(f"catalog {catalog.full_name} on {host} is not on '{image}': {state}")
    return problems


def catalog_from(facts: Mapping[str, Any]) -> Catalog:
    """A catalog from what citrix_image_usage_info returns, as far as `unpublished` needs it."""
    image = facts.get("image")
    return Catalog(
        id=facts["id"],
        name=facts["name"],
        full_name=facts["full_name"],
        folder=folder_levels(facts.get("folder") or ""),
        master_image=MasterImage(image["name"], image["path"]) if image else None,
        provisioning=bool(facts.get("update_running")),
    )


def in_doubt(doubts: Sequence[str]) -> str:
    """Why something stays that would go if everybody could have been asked."""
    return f"would go, but {doubts[0]}{f' (and {len(doubts) - 1} more)' if len(doubts) > 1 else ''}"


def enumerated(places: Sequence[str]) -> str:
    """The first few and how many more."""
    return shortened(list(dict.fromkeys(places)), MOST_TOLD)


def age_of(moment: datetime, now: datetime) -> float:
    """Seconds since then, 0 for what seems to come from the future because two clocks differ."""
    return max(0.0, (now - moment).total_seconds())


def span(seconds: float) -> str:
    """'7 days', '36 h', '45 min'."""
    if seconds >= 2 * DAY:
        return f"{int(seconds // DAY)} days"
    if seconds >= 7200:
        return f"{int(seconds // 3600)} h"
    return f"{int(seconds // 60)} min"


def old(age: float) -> str:
    """'12 days old'."""
    return f"{span(age)} old"
