# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What jobs of Image Portability take of each platform, as argument specs. Modules and the check of operator input have
them in common."""

from __future__ import annotations

from typing import Any

NETWORKED: dict[str, Any] = {
    "network": {"type": "str"},
    "subnet": {"type": "str"},
    "use_public_ip": {"type": "bool"},
}
FINGERPRINT: dict[str, Any] = {"ssl_fingerprint": {"type": "str"}}
CERTIFICATE: dict[str, Any] = {"ssl_ca_certificate": {"type": "str"}, **FINGERPRINT}
PLATFORMS: dict[str, dict[str, Any]] = {
    "ahv": {
        "prism_host": {"type": "str", "required": True},
        "prism_port": {"type": "int"},
        "disk": {"type": "str"},
        "storage_container": {"type": "str"},
        "network": {"type": "str"},
        **CERTIFICATE,
    },
    "aws": {
        "snapshot": {"type": "str"},
        "region": {"type": "str", "required": True},
        "subnet_id": {"type": "str"},
        "security_group_ids": {"type": "list", "elements": "str"},
        "use_public_ip": {"type": "bool"},
        "create_ami": {"type": "bool"},
    },
    "azure": {
        "disk": {"type": "str"},
        "snapshot": {"type": "str"},
        "subscription_id": {"type": "str", "required": True},
        "region": {"type": "str", "required": True},
        "resource_group": {"type": "str"},
        "vm_resource_group": {"type": "str"},
        "network_resource_group": {"type": "str"},
        **NETWORKED,
    },
    "gcp": {
        "disk": {"type": "str"},
        "image": {"type": "str"},
        "zone": {"type": "str", "required": True},
        "network_tags": {"type": "list", "elements": "str"},
        **NETWORKED,
    },
    "vsphere": {
        "host": {"type": "str", "required": True},
        "port": {"type": "int", "default": 443},
        "disk": {"type": "str"},
        "datacenter": {"type": "str"},
        "datastore": {"type": "str"},
        "resource_pool": {"type": "str"},
        "network": {"type": "str"},
        "ssl_check_hostname": {"type": "bool", "default": True},
        **CERTIFICATE,
    },
    "xenserver": {
        "host": {"type": "str", "required": True},
        "port": {"type": "int"},
        "disk": {"type": "str"},
        "storage_repository": {"type": "str"},
        "network": {"type": "str"},
        **FINGERPRINT,
    },
}
