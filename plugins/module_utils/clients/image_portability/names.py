# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every name of the Image Portability service on the wire, the invented ones included, so that a correction is one edit
(contract image_portability 10, addition A).

`read` marks what was read in the vendor's documents or packages. All other names follow from those by analogy and are
unverified: modules take `extra_body` and `data`, which stand over everything here.
"""

from __future__ import annotations

from typing import Any

JOBS, CREDENTIALS = "/jobs", "/credentials"  # read (contract image_portability 3)
CANCEL = "$cancel"  # read (contract image_portability 3)
# $export was read, $prepare follows from it; publishing is an export (contract image_portability 3, trap 4)
ROUTES = {"export": "$export", "prepare": "$prepare", "publish": "$export"}

REGIONS = ("us", "eu", "ap-s")
CLAIM, GEO = "customers", "Geo"  # read (contract image_portability 2)
CUSTOMER_OF_CLAIM = ("CustomerId", "Id")

# contract image_portability 6, trap 5: inProgress and complete were read, and only in this direction is a guess safe
RUNNING_WORDS = frozenset(
    {
        "inprogress",
        "notstarted",
        "pending",
        "queued",
        "running",
        "starting",
        "canceling",
        "cancelling",
        "cancelrequested",
    }
)
COMPLETE_WORDS = frozenset({"complete", "completewithwarning"})
FAILED_WORDS = frozenset({"failed", "failure", "error", "faulted", "timedout"})
CANCELLED_WORDS = frozenset({"canceled", "cancelled", "aborted"})

# contract image_portability 4.1: those of UsernamePassword were read
SECRET_KEYS: dict[str, dict[str, str]] = {
    "UsernamePassword": {"username": "username", "password": "password", "domain": "domain"},
    "Azure": {"tenant_id": "tenantId", "client_id": "clientId", "client_secret": "clientSecret"},
    "Aws": {
        "access_key_id": "accessKeyId",
        "secret_access_key": "secretAccessKey",
        "session_token": "sessionToken",
    },
    "Gcp": {"service_account_key": "serviceAccountKey"},
}

# What a job is about, by every key that it may be told under; the first of the platform's own keys is sent
SOURCES = (
    "targetDiskName",
    "targetSnapshotName",
    "targetImageName",
    "targetSnapshotId",
    "targetDiskUuid",
    "sourceDiskName",
    "sourceDiskUuid",
)
OUTPUTS = ("outputDiskName", "outputSnapshotName", "outputImageName", "outputImageFilename")
PLATFORM = "platform"
PLATFORM_WORDS = {"xenserver": "xen"}  # read: the words of the vendor's cmdlets (contract image_portability addition A)
RESOURCE_LOCATION, PLATFORM_CREDENTIAL = "resourceLocationId", "platformCredentialId"  # read
TAGS, PREFIX, TIMEOUT = "tags", "prefix", "timeout"
STORAGE, LOCATION, STORAGE_CREDENTIAL = "outputStorageLocation", "location", "credentialId"  # read
FILE_NAME, FILE_FORMAT, HASH_DISK = "outputImageFilename", "outputImageFormat", "hashDisk"
FORMATS = {"vhd": "VhdDiskFormat", "vhdx": "VhdxDiskFormat"}  # read
PROVISIONING_TYPE, PROVISIONING_TYPES = "provisioningType", {"mcs": "Mcs", "pvs": "Pvs"}  # read
RECONFIGURE, RECONFIGURE_NAME, RECONFIGURE_VALUE = "xdReconfigure", "ParameterName", "ParameterValue"  # read
OVERWRITE, MD5 = "overwriteTargetFile", "md5Hash"
OF_PREPARE = {"domain_unjoin": "domainUnjoin", "install_pvs": "installPvs", "install_misa": "installMisa"}

# Options of each platform -> keys (contract image_portability 5.1, 5.2, addition A)
KEYS: dict[str, dict[str, str]] = {
    "azure": {
        "disk": "targetDiskName",
        "snapshot": "targetSnapshotName",
        "subscription_id": "subscriptionId",
        "region": "azureRegion",
        "resource_group": "targetDiskResourceGroupName",
        "vm_resource_group": "resourceGroup",
        "network_resource_group": "virtualNetworkResourceGroupName",
        "network": "virtualNetworkName",
        "subnet": "virtualNetworkSubnetName",
        "use_public_ip": "usePublicIP",
    },
    "aws": {
        "snapshot": "targetSnapshotId",
        "region": "region",
        "subnet_id": "subnetId",
        "security_group_ids": "securityGroupIds",
        "use_public_ip": "usePublicIP",
        "create_ami": "createAMI",
    },
    "gcp": {
        "disk": "targetDiskName",
        "image": "targetImageName",
        "zone": "zone",
        "network": "vpcNetworkName",
        "subnet": "vpcNetworkSubnetName",
        "network_tags": "networkTags",
        "use_public_ip": "usePublicIP",
    },
    "vsphere": {
        "disk": "sourceDiskName",
        "host": "host",
        "port": "port",
        "datacenter": "dataCenter",
        "datastore": "dataStore",
        "resource_pool": "resourcePool",
        "network": "network",
        "ssl_ca_certificate": "sslCaCertificate",
        "ssl_fingerprint": "sslFingerprint",
        "ssl_check_hostname": "sslCheckHostname",
    },
    "xenserver": {
        "disk": "sourceDiskUuid",
        "host": "host",
        "port": "port",
        "storage_repository": "storageRepositoryUuid",
        "network": "network",
        "ssl_fingerprint": "sslFingerprint",
    },
    "ahv": {
        "disk": "sourceDiskName",
        "prism_host": "prismHost",
        "prism_port": "prismPort",
        "storage_container": "storageContainer",
        "network": "network",
        "ssl_ca_certificate": "sslCaCertificate",
        "ssl_fingerprint": "sslFingerprint",
    },
}
# What a prepare reads and makes where that differs
TARGET_KEYS = {
    ("xenserver", "disk"): "targetDiskUuid",
    ("ahv", "disk"): "targetDiskName",
    ("vsphere", "disk"): "targetDiskName",
}
OUTPUT_KEYS = {
    ("azure", "disk"): "outputDiskName",
    ("azure", "snapshot"): "outputSnapshotName",
    ("ahv", "image"): "outputImageName",
}
OUTPUT_KINDS = {
    "azure": "disk",
    "aws": "snapshot",
    "gcp": "image",
    "vsphere": "disk",
    "xenserver": "disk",
    "ahv": "image",
}
DEFAULT_OUTPUT = "outputDiskName"  # read, for Google Cloud and in the cmdlets of all prepares

SECRET_WORDS = ("secret", "password", "token", "privatekey")


def option_platform(word: Any) -> str:
    """The platform as our options call it."""
    named = {wire: option for option, wire in PLATFORM_WORDS.items()}
    return named.get(str(word).lower(), str(word).lower())
