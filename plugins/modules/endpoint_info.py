#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: endpoint_info
short_description: Read the certificate, clock and response time of an HTTPS endpoint
version_added: 1.0.0
description:
  - Connects once, reads the certificate and sends one request without credentials. Any answer is accepted, including a
    refusal.
  - A certificate that is not trusted is a result, not a failure. The module then reads it over a second connection that
    is used for nothing else.
  - Fails when no answer arrives.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  address:
    description:
      - The host name or IP address of the endpoint. A port may follow, as in V(ddc.example.com:8443).
    type: str
    required: true
  port:
    description:
      - The port of the endpoint. V(443) if neither this option nor O(address) names one.
    type: int
  path:
    description:
      - The path to request.
    type: str
    default: /
  validate_certs:
    description:
      - Whether other modules will require a trusted certificate. This module checks the certificate in any case and
        only returns this setting in RV(certificate).
      - If not set, the environment variable E(VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - A file with the certificates of the authorities to trust instead of the system's.
    type: path
  read_timeout:
    description:
      - The number of seconds to wait for the answer of the endpoint.
    type: int
    default: 30
requirements:
  - requests >= 2.31
  - cryptography, to read certificates that are not trusted
extends_documentation_fragment:
  - euc.nutanix_citrix.attributes
  - euc.nutanix_citrix.attributes.info
seealso:
  - module: euc.nutanix_citrix.preflight_report
"""

EXAMPLES = r"""
- name: Look at a cluster
  euc.nutanix_citrix.endpoint_info:
    address: cluster-a.example.com
    port: 9440
    path: /PrismGateway/services/rest/v2.0/cluster
    ca_path: /etc/pki/corporate-ca.pem
  register: endpoint

- name: Refuse a delivery controller whose certificate ends within two weeks
  euc.nutanix_citrix.endpoint_info:
    address: ddc.example.com
    path: /cvad/manage/About
  register: controller
  failed_when: controller.certificate.days_left < 14
"""

RETURN = r"""
host:
  description: The host that was asked.
  returned: success
  type: str
  sample: cluster-a.example.com
port:
  description: The port that was asked.
  returned: success
  type: int
  sample: 9440
addresses:
  description: IP addresses of the host. Empty when its name cannot be resolved here, for example behind a proxy.
  returned: success
  type: list
  elements: str
  sample: ["10.1.1.10"]
http_status:
  description: The status of the answer, usually 401 because the request carries no credentials.
  returned: success
  type: int
  sample: 401
certificate:
  description: The certificate of the server. Values that cannot be read are null.
  returned: success
  type: dict
  contains:
    trusted:
      description: Whether it is valid for this address and comes from a trusted authority.
      type: bool
      returned: always
    refusal:
      description: Why it is not trusted. Empty when it is.
      type: str
      returned: always
    validate_certs:
      description: The value of O(validate_certs).
      type: bool
      returned: always
    subject:
      description: The subject of the certificate.
      type: str
      returned: always
    issuer:
      description: The authority that issued it.
      type: str
      returned: always
    not_before:
      description: When its validity begins, in UTC.
      type: str
      returned: always
    not_after:
      description: When its validity ends, in UTC.
      type: str
      returned: always
    days_left:
      description: The number of whole days until then. Negative when it has expired.
      type: int
      returned: always
    names:
      description: The hosts and addresses that it is valid for.
      type: list
      elements: str
      returned: always
  sample:
    trusted: true
    refusal: ""
    validate_certs: true
    subject: "CN=cluster-a.example.com, O=Example"
    issuer: "CN=Example Issuing CA 1, O=Example"
    not_before: "2026-01-01T00:00:00Z"
    not_after: "2027-01-01T00:00:00Z"
    days_left: 42
    names: [cluster-a.example.com]
clock:
  description: The clock of the endpoint, from the date in its answer, to the second.
  returned: success
  type: dict
  contains:
    server_time:
      description: Its time in UTC. Null when the answer has no date.
      type: str
      returned: always
    skew_seconds:
      description: How many seconds it is ahead of the clock of the host that runs this module. Negative when it is
        behind. Null when the answer holds no time.
      type: float
      returned: always
    round_trip_ms:
      description: The milliseconds from connecting to the answer, including the TLS handshake.
      type: int
      returned: always
  sample:
    server_time: "2026-11-20T23:33:00Z"
    skew_seconds: 0.3
    round_trip_ms: 34
"""

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import run_as_module
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.endpoint_info import OPERATION


def main() -> None:
    run_as_module(OPERATION)


if __name__ == "__main__":
    main()
