# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions of antsibull-nox, which community collections share: antsibull-nox.toml says which. `make community`
runs them."""

import sys

import nox

try:
    import antsibull_nox
except ImportError:
    print("Install antsibull-nox into the environment that nox runs in.")
    sys.exit(1)

antsibull_nox.load_antsibull_nox_toml()


if __name__ == "__main__":
    nox.main()
