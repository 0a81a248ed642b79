# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an image definition is to be, and whether one that is there can be that."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import ImageDefinition, Properties

# Nutanix's own plug-ins for clusters; the ones for Prism Central know prepared images (contract citrix addition A, E)
WITHOUT_PREPARED_IMAGES = ("AcropolisFactory", "AcropolisXIFactory")


@dataclass(frozen=True)
class DefinitionWish:
    """An image definition as it is to be. None leaves the matter to the definition that is there."""

    name: str
    description: str | None = None
    os_type: str | None = None
    session_support: str | None = None
    connection_id: str = ""
    connection: str = ""
    plugin: str = ""
    custom_properties: Properties | None = None


def obstacle_to_making(wish: DefinitionWish) -> Refusal | None:
    """Why such a definition cannot be made."""
    needed = {"session_support": wish.session_support, "hypervisor_connection": wish.connection_id}
    missing = [option for option, value in needed.items() if not value]
    if missing:
        return Refusal(
            f"image definition '{wish.name}' is not there, and to make it {' and '.join(missing)} must be given",
            "Give them, or check the name.",
        )
    if wish.plugin in WITHOUT_PREPARED_IMAGES:
        return Refusal(
            f"connection {wish.connection} is one through {wish.plugin}, which has no prepared images",
            "On Nutanix, prepared images need a connection through Prism Central.",
        )
    return None


def obstacle_to_being(wish: DefinitionWish, definition: ImageDefinition) -> Refusal | None:
    """Why the definition that is there cannot become the one wished for: only name and description can be changed."""
    differences = []
    for what, now, wanted in (
        ("OS type", definition.os_type, wish.os_type),
        ("session support", definition.session_support, wish.session_support),
    ):
        if wanted is not None and now != wanted:
            differences.append(f"{what} {now or 'none'} instead of {wanted}")
    bound = {connection.id.casefold(): connection for connection in definition.connections}
    own = bound.get(wish.connection_id.casefold())
    if wish.connection_id and own is None:
        names = ", ".join(all_names(definition.connections)) or "none"
        differences.append(f"connection {names} instead of {wish.connection}")
    one = own or next(iter(definition.connections), None)
    if wish.custom_properties is not None and one and dict(one.custom_properties) != dict(wish.custom_properties):
        differences.append(f"custom properties {dict(one.custom_properties)} instead of {dict(wish.custom_properties)}")
    if not differences:
        return None
    return Refusal(
        f"image definition '{definition.name}' has {', '.join(differences)}, which no site can change",
        "Make another image definition, or delete this one first.",
    )
