# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the operator wants of a sync of images between XenServer pools, and what of it cannot be meant: told before any
pool is asked. Types are held against the argument specs of the roles, not here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.role_values import not_given
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import near_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.wishes import names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.pools.targets import part_of_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import RELEASE_ID

ROLE = "xenserver_image_sync"
CATALOGS = f"{ROLE}_catalogs"
Variables = Mapping[str, Mapping[str, Any]]


def wrong_sync(variables: Variables, pools: Sequence[str], sites: Sequence[str]) -> list[str]:
    """`variables`: host -> those that it is given."""
    common = {name: value for own in variables.values() for name, value in own.items()}
    wrong = [f"{name} is missing." for name in not_given(common, (f"{ROLE}_release", f"{ROLE}_scheme"))]
    release = common.get(f"{ROLE}_release")
    if release and not RELEASE_ID.match(str(release)):
        wrong.append(
            f"{ROLE}_release is '{release}', which is no release id: use letters, digits, '.', '+' and '-', beginning"
            " with a letter or digit."
        )
    source = common.get(f"{ROLE}_source") or ""
    if source not in pools:
        near = near_names(str(source), pools)
        wrong.append(
            f"{ROLE}_source is '{source}', and must be the inventory host, in the group xenserver_pools, of the pool"
            f" with the image. {near}".rstrip()
        )
    others = [pool for pool in pools if pool != source]
    if not others:
        wrong.append(f"The group xenserver_pools has no pool but {source}, so that nothing would be brought anywhere.")
    for pool in others:
        wrong += _wrong_storage(pool, names(variables.get(pool, {}).get(f"{ROLE}_storage")))
        wrong += _wrong_method(pool, str(source), variables)
    if not wrong:
        for site in sites:
            wrong += _wrong_catalogs(site, variables, str(source), pools)
    return wrong


def _wrong_storage(pool: str, storage: Sequence[str]) -> list[str]:
    if not storage:
        return [f"{ROLE}_storage of {pool} is missing: the storage repositories that are to get the image."]
    wrong = []
    for part, count in Counter(map(part_of_name, storage)).items():
        if count > 1:
            alike = f"{count} storage repositories that would be called '{part}' in names of VMs"
            wrong.append(f"{ROLE}_storage of {pool} holds {alike}.")
    return wrong


def _wrong_method(pool: str, source: str, variables: Variables) -> list[str]:
    if variables.get(pool, {}).get(f"{ROLE}_method", "http") != "rsync":
        return []
    wrong = []
    for host in (source, pool):
        if not variables.get(host, {}).get(f"{ROLE}_dom0"):
            wrong.append(f"{ROLE}_dom0 of {host} is missing: rsync to {pool} needs a control domain of both pools.")
    return wrong


def _wrong_catalogs(site: str, variables: Variables, source: str, pools: Sequence[str]) -> list[str]:
    wrong = []
    for catalog in variables.get(site, {}).get(CATALOGS) or []:
        label, pool = catalog.get("name") or catalog.get("id"), catalog.get("pool")
        what = f"{CATALOGS} of {site} gives '{label}' the pool '{pool or ''}'"
        if pool not in pools:
            near = near_names(str(pool or ""), pools)
            wrong.append(f"{what}, which is no host of the group xenserver_pools. {near}".rstrip())
        elif pool == source:
            wrong.append(f"{what}, where the image comes from: its catalogs have it already.")
        else:
            wrong += _wrong_place(what, catalog.get("storage"), names(variables.get(pool, {}).get(f"{ROLE}_storage")))
    return wrong


def _wrong_place(what: str, storage: Any, known: Sequence[str]) -> list[str]:
    if not storage or storage in known:
        return []
    near = near_names(str(storage), known)
    return [f"{what} and the storage repository '{storage}', which does not get the image. {near}".rstrip()]
