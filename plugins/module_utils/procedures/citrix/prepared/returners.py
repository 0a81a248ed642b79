# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogs that had a version of a prepared image and could go back to it (contract citrix 8.3, 8.6)."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import read_history
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.history import ranks
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import same_path
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import ImageVersion


def read_returners(
    site: CitrixSite, versions: Sequence[ImageVersion], catalogs: Sequence[Catalog]
) -> dict[str, list[tuple[Catalog, int | None]]]:
    """By the id of each version, the catalogs whose history holds it while they are on another image, each with how far
    back it is; None where the dates of the history do not tell. Only their histories are read."""
    returners: dict[str, list[tuple[Catalog, int | None]]] = {version.id: [] for version in versions}
    for catalog in catalogs:
        had = [version for version in versions if _had(catalog, version)]
        far = ranks(catalog.image_path, read_history(site, catalog)) if had else {}
        for version in had:
            returners[version.id].append((catalog, far.get(version.name.as_image.path.casefold())))
    return returners


def _had(catalog: Catalog, version: ImageVersion) -> bool:
    path = version.name.as_image.path
    is_on_it = same_path(catalog.image_path, path)
    return not is_on_it and any(same_path(entry.path, path) for entry in catalog.version_history)
