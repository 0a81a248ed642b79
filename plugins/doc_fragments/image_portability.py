# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Connection to the Image Portability service of Citrix Cloud, mirrors clients/image_portability/client.py
    CONNECTION_ARGUMENTS; and options that its jobs share."""

    DOCUMENTATION = r"""
options:
  hostname:
    description:
      - The API host of the region, such as V(api-us.cloud.com). Defaults to the one of O(region). V(api.cloud.com),
        which has no region, counts as not set.
      - If not set, the host variable C(citrix_hostname) is used, else the environment variable E(CITRIX_HOSTNAME).
    type: str
  trust_hostname:
    description:
      - The host that issues tokens. Defaults to V(api.cloud.com).
      - If not set, the host variable C(citrix_trust_hostname) is used, else the environment variable
        E(CITRIX_TRUST_HOSTNAME).
    type: str
  customer_id:
    description:
      - The Citrix Cloud customer id. If not set, the host variable C(citrix_customer_id) is used, else the environment
        variable E(CITRIX_CUSTOMER_ID).
    type: str
    required: true
  client_id:
    description:
      - The id of an API client (service principal) of Citrix Cloud. If not set, the host variable C(citrix_client_id)
        is used, else the environment variable E(CITRIX_CLIENT_ID).
    type: str
    required: true
  client_secret:
    description:
      - The secret of the API client. Refused credentials are never tried a second time.
      - If not set, the host variable C(citrix_client_secret) is used, else the environment variable
        E(CITRIX_CLIENT_SECRET).
    type: str
    required: true
  region:
    description:
      - The region whose host serves the customer. By default the token of the customer tells it. Not used with
        O(hostname).
      - If not set, the host variable C(ips_region) is used, else the environment variable E(IPS_REGION).
    type: str
    choices: [us, eu, ap-s]
  base_path:
    description:
      - The path of the service on its host. If not set, the host variable C(ips_base_path) is used, else the
        environment variable E(IPS_BASE_PATH).
    type: str
    default: /ips
  validate_certs:
    description:
      - Whether to require a trusted TLS certificate. If not set, the host variable C(validate_certs) is used, else the
        environment variable E(VALIDATE_CERTS).
      - Set O(ca_path) rather than switching this off. Without validation the secret goes to whatever host answers.
    type: bool
    default: true
  ca_path:
    description:
      - A file with the certificates of the authorities to trust instead of the system's. If not set, the host variable
        C(ca_path) is used, else the environment variable E(CITRIX_CA_PATH).
    type: path
  read_timeout:
    description:
      - The number of seconds to wait for the answer to one request. If not set, the host variable C(read_timeout) is
        used, else the environment variable E(CITRIX_READ_TIMEOUT).
    type: int
    default: 120
requirements:
  - requests >= 2.31
notes:
  - Experimental. Citrix announced the cloud service as deprecated in August 2025; it works until it is removed. Its
    successor in the App Layering appliance has no REST API and is not driven by this module.
  - The pages that describe the bodies of its requests could not be read, and nobody could try this module on the real
    service. Names that are known and names that follow by analogy stand in one file,
    C(module_utils/clients/image_portability/names.py). Options with raw values stand over all of them.
attributes:
  action_group:
    description: Connection options can be set once for all modules of the group with C(module_defaults).
    support: full
    membership:
      - euc.nutanix_citrix.image_portability
"""

    # Mirrors procedures/image_portability/options.py JOB_ARGUMENTS
    JOBS = r"""
options:
  platform:
    description:
      - Where the disk is that the job reads. The dictionary of the same name is required, and no other may be given.
    type: str
    required: true
    choices: [ahv, aws, azure, gcp, vsphere, xenserver]
  resource_location_id:
    description:
      - The id of the resource location whose Connector Appliance runs the job.
    type: str
    required: true
  credential:
    description:
      - The id of the credential for the platform in the wallet (M(euc.nutanix_citrix.ips_credential)).
    type: str
    required: true
  release:
    description:
      - The release that the job works for. Jobs of one release that read and make the same are one work, which is done
        once.
    type: str
    required: true
  name:
    description:
      - The name of the image, for the tag C(image).
    type: str
  ahv:
    description:
      - A disk of a Nutanix cluster. The service speaks to Prism Element, not to Prism Central.
    type: dict
    suboptions:
      prism_host:
        description: The address of Prism Element as the Connector Appliance reaches it.
        type: str
        required: true
      prism_port:
        description: Its port, if it is not the usual one.
        type: int
      disk:
        description: The disk image, or the VM whose only disk it is.
        type: str
      storage_container:
        description: The storage container to work in.
        type: str
      network:
        description: The network of the worker VM.
        type: str
      ssl_ca_certificate:
        description: The certificate of the authority that signed that of Prism, in PEM.
        type: str
      ssl_fingerprint:
        description: The fingerprint of the certificate of Prism, instead of an authority.
        type: str
  aws:
    description:
      - A snapshot of Amazon EBS.
    type: dict
    suboptions:
      snapshot:
        description: The id of the snapshot.
        type: str
      region:
        description: The region of the snapshot.
        type: str
        required: true
      subnet_id:
        description: The subnet of the worker VM.
        type: str
      security_group_ids:
        description: The security groups of the worker VM.
        type: list
        elements: str
      use_public_ip:
        description: Whether the worker VM gets a public address.
        type: bool
      create_ami:
        description: Whether preparing registers a machine image. Other jobs do not use it.
        type: bool
  azure:
    description:
      - A managed disk or a snapshot of Azure.
    type: dict
    suboptions:
      disk:
        description: The name of the managed disk. Give this or O(azure.snapshot).
        type: str
      snapshot:
        description: The name of the snapshot.
        type: str
      subscription_id:
        description: The subscription.
        type: str
        required: true
      region:
        description: The region, such as V(eastus).
        type: str
        required: true
      resource_group:
        description: The resource group of the disk.
        type: str
      vm_resource_group:
        description: The resource group of the worker VM.
        type: str
      network_resource_group:
        description: The resource group of the virtual network.
        type: str
      network:
        description: The virtual network of the worker VM.
        type: str
      subnet:
        description: Its subnet.
        type: str
      use_public_ip:
        description: Whether the worker VM gets a public address.
        type: bool
  gcp:
    description:
      - A disk or an image of Google Cloud.
    type: dict
    suboptions:
      disk:
        description: The name of the disk. Give this or O(gcp.image).
        type: str
      image:
        description: The name of the image.
        type: str
      zone:
        description: The zone of the worker VM.
        type: str
        required: true
      network_tags:
        description: The network tags of the worker VM.
        type: list
        elements: str
      network:
        description: The VPC network of the worker VM.
        type: str
      subnet:
        description: Its subnet, as V(regions/us-east4/subnetworks/images).
        type: str
      use_public_ip:
        description: Whether the worker VM gets a public address.
        type: bool
  vsphere:
    description:
      - A VMDK of vSphere.
    type: dict
    suboptions:
      host:
        description: The address of vCenter as the Connector Appliance reaches it.
        type: str
        required: true
      port:
        description: Its port.
        type: int
        default: 443
      disk:
        description: The name of the disk.
        type: str
      datacenter:
        description: The data center.
        type: str
      datastore:
        description: The datastore.
        type: str
      resource_pool:
        description: The resource pool of the worker VM.
        type: str
      network:
        description: The network of the worker VM.
        type: str
      ssl_check_hostname:
        description: Whether the certificate of vCenter must bear its name.
        type: bool
        default: true
      ssl_ca_certificate:
        description: The certificate of the authority that signed that of vCenter, in PEM.
        type: str
      ssl_fingerprint:
        description: The fingerprint of the certificate of vCenter, instead of an authority.
        type: str
  xenserver:
    description:
      - A virtual disk of XenServer.
    type: dict
    suboptions:
      host:
        description: The address of the pool's master as the Connector Appliance reaches it.
        type: str
        required: true
      port:
        description: Its port, if it is not the usual one.
        type: int
      disk:
        description: The uuid of the virtual disk.
        type: str
      storage_repository:
        description: The uuid of the storage repository to work in.
        type: str
      network:
        description: The name of the network of the worker VM.
        type: str
      ssl_fingerprint:
        description: The fingerprint of the certificate of the pool's master.
        type: str
  state:
    description:
      - V(present) sees to it that the job is done once. V(cancelled) cancels it where it is running, and nothing else.
    type: str
    choices: [present, cancelled]
    default: present
  tags:
    description:
      - More tags for what the job makes. The tags C(made_by), C(job) and C(release) are always there. On Google Cloud
        all are written in lower case, and C(-) takes the place of what labels do not know.
    type: dict
    default: {}
  prefix:
    description:
      - How the names of temporary objects on the platform begin. It is the only way to find what a failed job left.
    type: str
  job_timeout:
    description:
      - How many seconds the service gives the job. It has a default of its own.
    type: int
  record:
    description:
      - A file in JSON for the id of the job, from its start on, and for its end. The service forgets jobs 24 hours
        after their end; with this file a later run still knows that the work is done, or that nobody can tell.
      - In check mode it is only read.
    type: path
  repeat:
    description:
      - Whether to do the work again that is done already, or whose end nobody knows. A job that is running is never
        started a second time.
    type: bool
    default: false
  route:
    description:
      - The last part of the address that takes the order, should it differ from C($export) and C($prepare).
        Publications are exports for all that is known, so that C($export) takes them too.
    type: str
  extra_body:
    description:
      - Keys of the request's body, put over those that this module writes, in any case of letters. V(null) removes one.
    type: dict
    default: {}
  dry_run:
    description:
      - Whether to let the service only check the order. What it answers is not known. A job that it begins all the same
        is told with a warning.
      - Check mode sends nothing, with or without it.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait for the end of the job. If V(false), RV(job.state) is V(running), and the next run goes on.
    type: bool
    default: true
  wait_timeout:
    description:
      - The number of seconds to wait. After that the task fails with "still running" and cancels nothing. Another run
        continues to wait. Tokens are renewed meanwhile.
    type: int
    default: 14400
  poll_interval:
    description:
      - The longest pause between two looks, in seconds. The first ones follow more quickly.
    type: int
    default: 60
"""

    # Mirrors procedures/image_portability/options.py FILE_ARGUMENTS
    FILES = r"""
options:
  share:
    description:
      - The SMB share to write to. The worker VM reaches it, not the controller.
    type: dict
    required: true
    suboptions:
      location:
        description: As V(smb://files.example.com/images/) with folders after the share, or as a UNC path.
        type: str
        required: true
      credential:
        description: The id of the credential for the share in the wallet.
        type: str
        required: true
  file_name:
    description:
      - The name of the file without extension.
    type: str
    required: true
  format:
    description:
      - The format of the file, which makes its extension.
    type: str
    choices: [vhdx, vhd]
    default: vhdx
  hash_disk:
    description:
      - Whether to let the service tell the MD5 hash of the disk. The upload can be held against it.
    type: bool
    default: true
"""
