# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What bears a tag (contract citrix 14)."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment


def ids_of_tagged_catalogs(site: CitrixSite, tag: str) -> list[str]:
    """The ids of the catalogs that bear a tag; none where the site does not know the tag."""
    try:
        return [item["Id"] for item in site.items(f"/Tags/{segment(tag)}/MachineCatalogs")]
    except NotFound:
        return []
