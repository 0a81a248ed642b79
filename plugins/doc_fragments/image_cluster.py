# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The cluster of a prepared image on Nutanix through Prism Central."""

    DOCUMENTATION = r"""
options:
  cluster_property:
    description:
      - The name of the custom property that tells the plug-in for Nutanix through Prism Central the cluster.
      - PowerShell calls it C(ClusterId). No public client does this over REST, so nobody could verify the name. When a
        site wants another one, set it here.
    type: str
    default: ClusterId
"""

    ONE = r"""
options:
  cluster_id:
    description:
      - The UUID of the cluster of the image, for a connection to Nutanix through Prism Central. It is added to
        O(custom_properties) under the name O(cluster_property).
    type: str
"""
