# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a Citrix site is one that this collection knows, is well, and lets the account move catalogs."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Estate, Facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import parse_image_name


def check(rows: Rows, facts: Facts, _estate: Estate) -> None:
    """Version and zones."""
    site = facts.get("site")
    if not site:
        return
    api, product = site.get("api_version"), site.get("product_version")
    api_version = "not reported" if api is None else api
    version = (
        f"site '{site.get('name')}', product {product or 'not reported'}, API {api_version}, as"
        f" '{site.get('administrator')}'"
    )
    if api is None or not product:
        rows.warn("version", version, "Check that the site is Citrix DaaS, or CVAD 2303 or later")
    else:
        rows.ok("version", version)
    for zone in site.get("zones") or []:
        if zone.get("healthy") is False:
            advice = "Look at its Cloud Connectors or Delivery Controllers"
            rows.warn(f"zone '{zone['name']}'", "is not healthy", advice)


def check_permissions(rows: Rows, facts: Facts, estate: Estate) -> None:
    """The API tells no roles. That a catalog stands on an image of ours shows that somebody could move it."""
    if facts.get("catalogs") is None or not facts.get("wanted"):
        return
    images = [(catalog.get("master_image") or {}).get("name") or "" for catalog in facts["catalogs"]]
    count = sum(parse_image_name(image, estate.release.prefix) is not None for image in images)
    unread = "role not readable over this API"
    if count:
        rows.ok(
            "permissions", f"{unread}; releases have worked here before (catalogs on images of the collection: {count})"
        )
    else:
        unproven = f"{unread}, and no catalog uses an image of the collection"
        rows.warn("permissions", unproven, "Make sure that the account may update catalogs")
