# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When each catalog of a release may be moved: as soon as the clusters that it needs have the image, or its Prism
Central the template."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.operator_input import is_meant
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import version_path

HAVE_IMAGE = ("present", "made", "planned")


def needed_clusters(catalog: Mapping[str, Any], clusters: Iterable[str], publish_when: str) -> list[str]:
    """Its own cluster; all where it names none, or where nothing is to move before every cluster has the image."""
    own = catalog.get("cluster")
    if own and publish_when == "needed_clusters":
        return [str(own)]
    return list(clusters)


def start_terms(
    catalogs: Iterable[Mapping[str, Any]],
    clusters: Mapping[str, Mapping[str, Any]],
    publish_when: str,
    at_work: Collection[str] = (),
    topic: str = "",
    needs: Sequence[Mapping[str, Any]] = (),
    versions_of: str = "",
    image: str = "",
) -> list[dict[str, Any]]:
    """The catalogs, each with `start_when`, the notes of hosts that are still `at_work`, or with `hold`, why it cannot
    be moved in this run.

    `clusters`: inventory host of a cluster, or of a Prism Central that gets a template -> {state, message} as far as
    known when the sites begin. `needs` are those of the catalogs that need a template. Where that is a version of a
    template that lives long, `versions_of`, the `image` is given by its path.
    """
    moves = []
    for catalog in catalogs:
        need = next((need for need in needs if is_meant(catalog, need)), None)
        if need and len(need["centrals"]) != 1:
            hold = f"its connection '{need['connection']}' leads to no Prism Central that took part in this run"
            moves.append({**catalog, "hold": hold})
            continue
        own = {"cluster": need["centrals"][0]} if need else {}
        hosts = needed_clusters({**catalog, **own}, clusters, publish_when)
        path = _path(need, versions_of, image) if need and versions_of else {}
        moves.append({**catalog, **path, **_terms(hosts, clusters, at_work, topic)})
    return moves


def _path(need: Mapping[str, Any], versions_of: str, image: str) -> dict[str, str]:
    return {"image": version_path(f"XDHyp:\\HostingUnits\\{need['hosting_unit']}", versions_of, image)}


def _terms(
    needed: Iterable[str], clusters: Mapping[str, Mapping[str, Any]], at_work: Collection[str], topic: str
) -> dict[str, Any]:
    missing = [host for host in needed if clusters.get(host, {}).get("state") not in HAVE_IMAGE]
    absent = [host for host in missing if host not in at_work or clusters[host].get("state") != "missing"]
    if absent:
        return {"hold": "; ".join(_lack(host, clusters.get(host, {})) for host in absent)}
    if missing:
        return {"start_when": [f"{topic}{host}" for host in missing]}
    return {}


def _lack(host: str, cluster: Mapping[str, Any]) -> str:
    if cluster.get("state") == "not asked":
        return f"it is unknown whether {host} has the image: {cluster.get('message')}"
    # Of one that could not be asked it is not known that it lacks it.
    if cluster.get("state") == "missing":
        return f"{host} lacks the image"
    return f"{host} is not known to have the image"
