# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which sites know prepared images, by the two numbers that a site tells of itself (contract citrix 1.7)."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal


@dataclass(frozen=True)
class Feature:
    """What a site can do since which API version, and on premises since which product version as well."""

    name: str
    since_cloud: int
    since_on_premises: int
    since_product: tuple[int, int]


PREPARED_IMAGES = Feature("prepared images", 121, 118, (7, 41))
# On premises nothing more is known of it
ON_EC2 = Feature("image definitions on AWS EC2", 126, 118, (7, 41))
SHARING = Feature("sharing prepared images with other hosting units", 125, 126, (7, 45))


def knows(feature: Feature, on_premises: bool, api_version: int | None, product_version: str) -> bool | None:
    """Whether a site of these numbers has the feature, None when they do not tell."""
    if api_version is None:
        return None
    if not on_premises:
        return api_version >= feature.since_cloud
    if api_version < feature.since_on_premises:
        return False
    numbers = product_version.split(".")[:2]
    if len(numbers) < 2 or not all(number.isdecimal() for number in numbers):
        return None
    return tuple(int(number) for number in numbers) >= feature.since_product


def refusal_without(
    feature: Feature, on_premises: bool, api_version: int | None, product_version: str
) -> Refusal | None:
    """Why a site of these numbers cannot do it; None when it can, or when only asking it will tell."""
    if knows(feature, on_premises, api_version, product_version) is not False:
        return None
    if not on_premises:
        return Refusal(
            f"the site knows no {feature.name}: that needs orchestration API version {feature.since_cloud} or later,"
            f" and it has {api_version}",
            "Citrix updates DaaS sites by itself; ask Citrix when this one will be.",
        )
    product = ".".join(str(number) for number in feature.since_product)
    return Refusal(
        f"the site knows no {feature.name}: that needs orchestration API version {feature.since_on_premises} and"
        f" product version {product} or later, and it has {api_version} and {product_version}",
        "Upgrade the site.",
    )
