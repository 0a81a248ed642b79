# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the operator wants of a release, a roll-out or a roll-back, and what of it cannot be meant: told before anything
is looked at, let alone made.

`variables` is inventory host -> the variables that it is given, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.role_values import not_given
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import folded, near_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.notices import empty_gate, notice
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.waves import plan_waves
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.window import window_end
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import CENTRAL_PLUGINS, folder_levels
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import is_path, same_path
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import DEFAULT_PREFIX, Release

Variables = Mapping[str, Mapping[str, Any]]
DEFAULT_WAVES: list[dict[str, Any]] = [{"name": "all"}]
LAST_WAVE = "catalog_rollout_last_wave"
WAVE_VARIABLES = ("catalog_rollout_waves", "catalog_rollout_window_end", "catalog_rollout_on_closed_gate", LAST_WAVE)
PROTECTION_DOMAIN = "protection_domain"
PROTECTION_POLICY = "protection_policy"
BY_PRISM_CENTRAL = ("recovery_point", PROTECTION_POLICY)
OF_EXISTING = ("image_release_recovery_point_since", "image_release_recovery_point_max_age")
OF_POLICIES = ("image_release_protection_policy", "image_release_policy_locations", "image_release_on_demand")
EXAMPLE_CATALOG = "{name: W11-Pool, folder: Prod}"


def is_meant(entry: Mapping[str, Any], catalog: Mapping[str, Any]) -> bool:
    """Whether an operator's {name, folder?} or {id} is this catalog, a result or another entry. A result without a
    catalog bears what was looked for as its name."""
    if entry.get("id"):
        return str(entry["id"]).casefold() in folded((str(catalog.get("id")), str(catalog.get("name"))))
    if str(entry.get("name")).casefold() != str(catalog.get("name")).casefold():
        return False
    folders = entry.get("folder"), catalog.get("folder")
    return None in folders or _levels(folders[0]) == _levels(folders[1])


def _levels(folder: Any) -> tuple[str, ...]:
    return tuple(map(str.casefold, folder_levels(str(folder or ""))))


def wrong_groups(groups: Mapping[str, Sequence[str]], taking_part: Iterable[str]) -> list[str]:
    """An empty or misspelt group is a wish that matches nothing. `groups`: those that the job cannot do without ->
    their hosts."""
    wrong = []
    for name, hosts in groups.items():
        if not hosts:
            wrong.append(
                f"The inventory has no host in the group {name}: is the group there, and is it spelt like that?"
            )
    if wrong:
        return wrong
    if set(taking_part).isdisjoint(chain.from_iterable(groups.values())):
        return [f"--limit leaves no host of {' and '.join(groups)} in, so that nothing would be done."]
    return []


def differing(variables: Variables, names: Iterable[str]) -> list[str]:
    """What belongs to the whole release and not to a host must be the same everywhere."""
    wrong = []
    for name in names:
        values = {str(own[name]): host for host, own in variables.items() if name in own}
        if len(values) > 1:
            places = ", ".join(f"'{value}' on {host}" for value, host in values.items())
            wrong.append(f"{name} must be the same on all hosts, but is {places}.")
    return wrong


def common(variables: Variables, name: str, default: Any = "") -> Any:
    """A variable of the whole release, as any host has it."""
    return next((own[name] for own in variables.values() if name in own), default)


def wrong_name(base_vm: Any, release: Any, prefix: Any) -> list[str]:
    """The id becomes a part of names and of files, so that nothing may be made of a wrong one."""
    needed = {"image_release_id": release, "image_release_base_vm": base_vm}
    missing = not_given(needed, needed)
    if missing:
        return [f"{name} is missing." for name in missing]
    try:
        Release(str(base_vm), str(release), str(DEFAULT_PREFIX if prefix is None else prefix))
    except Refusal as error:
        return [f"image_release_id, image_release_base_vm, image_release_prefix: {error}"]
    return []


def wrong_source(source: Any, clusters: Sequence[str]) -> list[str]:
    if not source:
        return ["image_release_source is missing: the inventory host of the cluster where the golden VM lives."]
    if source in clusters:
        return []
    return [
        f"image_release_source is '{source}', which is no host of the group prism_elements."
        f" {near_names(str(source), clusters)}".rstrip()
    ]


def wrong_strategy(strategy: Any, protection_domain: Any, centrals: Sequence[str]) -> list[str]:
    """What the way in which the image travels cannot do without; an empty `strategy` is that by protection domains."""
    if strategy in BY_PRISM_CENTRAL:
        if centrals:
            return []
        return [
            f"image_release_strategy is {strategy}, and the group prism_centrals is empty: add the Prism Centrals"
            " of the clusters."
        ]
    if protection_domain:
        return []
    return ["image_release_protection_domain is missing."]


def strategy_of(variables: Variables, host: str) -> str:
    """How the image travels from the source, or to a cluster."""
    return str(variables.get(host, {}).get("image_release_strategy") or PROTECTION_DOMAIN)


def wrong_strategies(
    variables: Variables, clusters: Sequence[str], source: str, given: Callable[[str], Any]
) -> list[str]:
    """The same on all hosts, but for clusters without a Prism Central beside the others: they can have the identical
    image only where both are made from one protection domain snapshot."""
    name = "image_release_strategy"
    by_domain = [host for host in clusters if strategy_of(variables, host) == PROTECTION_DOMAIN]
    if not by_domain or len(by_domain) == len(clusters):
        return differing(variables, [name])
    others = {host: own for host, own in variables.items() if host not in by_domain}
    wrong = differing(others, [name])
    if source in by_domain:
        wrong.append(
            f"{name} of {source}, the source, is {PROTECTION_DOMAIN}, and others get the image through Prism Centrals,"
            " which make recovery points only of VMs on their own clusters."
        )
    if strategy_of(variables, source) == PROTECTION_POLICY or given("image_release_recovery_point"):
        wrong.append(
            f"{name} of {', '.join(by_domain)} is {PROTECTION_DOMAIN}. Beside it a recovery point is made on demand:"
            f" set {name} to recovery_point, without image_release_recovery_point, on the other hosts."
        )
    if not given("image_release_protection_domain"):
        wrong.append(f"image_release_protection_domain is missing, for {', '.join(by_domain)}.")
    return wrong


def wrong_recovery_point(strategy: Any, given: Callable[[str], Any]) -> list[str]:
    """What belongs to existing recovery points, and to those of policies: `given` tells each variable, '' where it is
    missing. A limit that would not be looked at is a wish that matches nothing."""
    existing, policy = given("image_release_recovery_point"), strategy == PROTECTION_POLICY
    limits = [name for name in OF_EXISTING if given(name) not in ("", None)]
    wrong = []
    if given("image_release_recovery_point") and strategy not in BY_PRISM_CENTRAL:
        wrong.append("image_release_recovery_point needs the strategy recovery_point or protection_policy.")
    if policy and not existing and not limits:
        wrong.append(
            f"image_release_strategy is {PROTECTION_POLICY}, and nothing says how old the recovery point may be: give"
            f" {' or '.join(OF_EXISTING)}."
        )
    if limits and not existing and not policy:
        wrong.append(f"{limits[0]} is for existing recovery points: give image_release_recovery_point as well.")
    for name in OF_POLICIES:
        if given(name) not in ("", None, False) and not policy:
            wrong.append(f"{name} needs the strategy {PROTECTION_POLICY}.")
    since = str(given(OF_EXISTING[0]) or "")
    if since and parse_moment(since) is None:
        wrong.append(f"{OF_EXISTING[0]} is '{since}', and must be a moment such as 2026-11-20T14:00:00Z.")
    return wrong


def wrong_catalogs(
    name: str, by_site: Mapping[str, Any], clusters: Sequence[str] | None, required: bool = True
) -> list[str]:
    """`by_site`: site -> the catalogs that the variable `name` gives it. Without `clusters` none is looked for."""
    wrong = []
    for site, catalogs in by_site.items():
        wrong += _wrong_list(name, site, catalogs, clusters)
    if required and not wrong and not any(by_site.values()):
        wrong.append(
            f"No site of the group citrix_sites names a catalog in {name}, so that nothing would be moved. Give them"
            f" like {EXAMPLE_CATALOG}."
        )
    return wrong


def _wrong_list(name: str, site: str, catalogs: Any, clusters: Sequence[str] | None) -> list[str]:
    if not _are_dictionaries(catalogs):
        return [f"{name} of {site} must be a list of dictionaries such as {EXAMPLE_CATALOG}."]
    wrong, selectors = [], set()
    for entry in catalogs:
        if not _is_one_catalog(entry):
            ways = "each catalog is given by its name, with its folder where names repeat, or by its id"
            wrong.append(f"{name} of {site} holds {dict(entry)}: {ways}. Leave out the other, also when it is empty.")
            continue
        label = entry.get("name") or entry.get("id")
        key = (str(label).casefold(), _levels(entry.get("folder")))
        if key in selectors:
            wrong.append(f"{name} of {site} names the catalog '{label}' twice.")
        selectors.add(key)
        cluster = entry.get("cluster")
        if cluster and clusters is not None and cluster not in clusters:
            near = near_names(str(cluster), clusters)
            wrong.append(
                f"{name} of {site} gives '{label}' the cluster '{cluster}', which is no host of the group"
                f" prism_elements. {near}".rstrip()
            )
    return wrong


def _are_dictionaries(entries: Any) -> bool:
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        return False
    return all(isinstance(entry, Mapping) for entry in entries)


def _is_one_catalog(entry: Mapping[str, Any]) -> bool:
    """As the modules take it. An empty id beside a name, as a survey or a template gives, would be refused by the site
    when the images are made already."""
    if entry.get("id") is None:
        return bool(entry.get("name"))
    return bool(entry["id"]) and entry.get("name") is None and entry.get("folder") is None


def wrong_waves(
    variables: Variables,
    sites: Sequence[str],
    catalogs: Mapping[str, Sequence[Mapping[str, Any]]],
    reboots: Mapping[str, Any],
    wrong_reboot: Callable[[Any], str],
) -> list[str]:
    """Waves, windows and reboot policies. `catalogs` and `reboots` are what each site is given; `wrong_reboot` tells
    what is wrong with a policy."""
    own = {site: variables.get(site, {}) for site in sites}
    wrong = differing(own, WAVE_VARIABLES)
    where: dict[str, list[str]] = {}
    for site, own_variables in own.items():
        problems = [wrong_reboot(reboots.get(site))]
        try:
            window_end(str(own_variables.get("catalog_rollout_window_end") or ""))
        except Refusal as error:
            problems.append(f"catalog_rollout_window_end: {error}")
        waves = own_variables.get("catalog_rollout_waves", DEFAULT_WAVES)
        if _are_dictionaries(waves):
            problems += _wrong_plan(waves, catalogs.get(site, []), wrong_reboot, own_variables.get(LAST_WAVE))
        else:
            problems.append("catalog_rollout_waves must be a list of dictionaries such as {name: canary, gate: {}}")
        for problem in filter(None, problems):
            where.setdefault(problem.rstrip("."), []).append(site)
    wrong += [f"{', '.join(hosts)}: {problem}." for problem, hosts in where.items()]
    if not wrong:
        notices = {}
        for site, own_variables in own.items():
            waves = own_variables.get("catalog_rollout_waves", DEFAULT_WAVES)
            notices[site] = notice(plan_waves(catalogs.get(site, []), waves))
        wrong = [empty_gate(notices)]
    return list(filter(None, wrong))


def too_few_forks(forks: int, sites: Sequence[str], taking_part: Sequence[str]) -> list[str]:
    """Sites that wait for one another keep a fork each: one without would hold up all others for ever. 0 forks: not
    known."""
    number = len([site for site in sites if site in taking_part])
    if not forks or forks >= number:
        return []
    return [
        f"{number} sites cannot wait for one another with {forks} forks. Type the same command with --forks {number}."
    ]


def _wrong_plan(
    waves: Sequence[Mapping[str, Any]],
    catalogs: Sequence[Mapping[str, Any]],
    wrong_reboot: Callable[[Any], str],
    last: Any,
) -> list[str]:
    problems = []
    for wave in waves:
        problem = wrong_reboot(wave.get("reboot"))
        if problem:
            problems.append(f"wave '{wave.get('name')}': {problem}")
    if problems:
        return problems
    try:
        plan_waves(catalogs, waves, last=last)
    except (TypeError, ValueError, Refusal) as error:
        return [str(error)]
    return []


def unfit_catalogs(
    answers: Mapping[str, Mapping[str, Any]],
    from_image: str = "",
    to_image: str = "",
    known_faults: Iterable[str] = (),
    templates: bool = True,
) -> list[str]:
    """Sentences for wishes that no catalog and no machine fits, by what the sites said: site -> {message, missing:
    sentences, catalogs: those found, with their history, machines: the names of all, where `known_faults` has any}.

    A silent site is not judged. Where no `templates` are made, a catalog must not need one.

    An image to get away from, or to go to, that no catalog has or had was mistyped:
    catalogs would all be left as they are, and that looks like success.
    """
    wrong = []
    for site, answer in answers.items():
        wrong += [f"{site}: {why.rstrip('.')}." for why in answer.get("missing", [])]
        for catalog in answer.get("catalogs", []):
            if catalog["provisioning_type"] != "MCS":
                service = catalog["provisioning_type"] or "an unknown service"
                wrong.append(
                    f"{site}: catalog '{catalog['full_name']}' is provisioned by {service}, not by MCS, and takes no"
                    " image."
                )
        for catalog in answer.get("catalogs", []):
            if not templates and catalog.get("plugin") in CENTRAL_PLUGINS:
                wrong.append(
                    f"{site}: catalog '{catalog['full_name']}' needs a template of a Prism Central (plug-in"
                    f" {catalog['plugin']}), which is only made with image_release_strategy: recovery_point or"
                    " protection_policy."
                )
    catalogs = all_of(answers.values(), "catalogs")
    if catalogs and not wrong:
        images = set(chain.from_iterable(map(_images_of, catalogs)))
        wishes = ((from_image, "so that there is nothing to take back"), (to_image, "so that none can go there"))
        wrong += [_unknown_image(image, images, why) for image, why in wishes if image and not _is_among(image, images)]
    return wrong + _unknown_machines(answers, known_faults)


def _unknown_machines(answers: Mapping[str, Mapping[str, Any]], known_faults: Iterable[str]) -> list[str]:
    """A mistyped machine would keep its gate closed, hours later. A site that said nothing may have it."""
    if any(answer.get("message") for answer in answers.values()):
        return []
    machines = all_of(answers.values(), "machines")
    names = folded(machines)
    sentences = []
    for name in dict.fromkeys(known_faults):
        if name.casefold() not in names:
            unknown = f"catalog_rollout_known_faults names '{name}', and no site has a machine of this name"
            sentences.append(f"{unknown} (DOMAIN\\HOST). {near_names(name, machines)}".rstrip())
    return sentences


def _is_among(image: str, names: Iterable[str]) -> bool:
    """As the roll-back itself compares: case counts in a name, because a cluster may hold both, and not in a path."""
    if is_path(image):
        return any(same_path(image, name) for name in names if is_path(name))
    return image in names


def _unknown_image(image: str, images: Iterable[str], why: str) -> str:
    return (
        f"None of the catalogs has or had the image '{image}', {why}."
        f" {near_names(image, (name for name in images if not is_path(name)))}".rstrip()
    )


def _images_of(catalog: Mapping[str, Any]) -> list[str]:
    images = [catalog.get("master_image") or {}, catalog.get("image_version") or {}, *catalog.get("history", [])]
    return list(filter(None, (image.get(key) for image in images for key in ("name", "path"))))
