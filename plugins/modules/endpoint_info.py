#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: endpoint_info
short_description: Read certificate, clock and response time of an HTTPS endpoint
version_added: 0.1.0
description:
  - Connects once, reads the certificate and asks one question without any credentials. Any answer will do, a refusal
    included.
  - A certificate that is not trusted is no failure but a result. It is then read over a second connection that is good
    for nothing else.
  - Fails when nobody answers.
author:
  - The euc.nutanix_citrix engineers (@euc-nutanix-citrix)
options:
  address:
    description:
      - Host name or IP address of the endpoint. A port may follow, as in V(ddc.example.com:8443).
    type: str
    required: true
  port:
    description:
      - Port of the endpoint, V(443) if neither this nor O(address) names one.
    type: int
  path:
    description:
      - What to ask for.
    type: str
    default: /
  validate_certs:
    description:
      - Whether other modules will insist on a trusted certificate. The certificate is checked in any case, this is only
        handed through to RV(certificate).
      - If not set, the environment variable E(VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - File with the certificates of the authorities to trust instead of the system's.
    type: path
  read_timeout:
    description:
      - Seconds that the endpoint may take to answer.
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
  description: The status of the answer, usually 401 because nobody logged in.
  returned: success
  type: int
  sample: 401
certificate:
  description: The server's certificate. What cannot be read is null.
  returned: success
  type: dict
  contains:
    trusted:
      description: Whether it is valid for this address and comes from a trusted authority.
      type: bool
      returned: always
    refusal:
      description: Why not. Empty when it is trusted.
      type: str
      returned: always
    validate_certs:
      description: What O(validate_certs) says.
      type: bool
      returned: always
    subject:
      description: Whom it was issued to.
      type: str
      returned: always
    issuer:
      description: Who issued it.
      type: str
      returned: always
    not_before:
      description: Since when it is valid, in UTC.
      type: str
      returned: always
    not_after:
      description: Until when it is valid, in UTC.
      type: str
      returned: always
    days_left:
      description: Whole days until then, negative when it has expired.
      type: int
      returned: always
    names:
      description: Hosts and addresses it is for.
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
  description: The endpoint's clock, as its answer tells, to the second.
  returned: success
  type: dict
  contains:
    server_time:
      description: Its time in UTC, null when it does not tell.
      type: str
      returned: always
    skew_seconds:
      description: How far it is ahead of the clock of the host that runs this module; negative when it is behind.
      type: float
      returned: always
    round_trip_ms:
      description: Milliseconds from connecting to the answer, with the TLS handshake.
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
