#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints the folder with the packages that the page is built from, if it is there.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=script/lib/common.sh
. "$here/../../script/lib/common.sh"
# shellcheck source=script/lib/page.sh
. "$here/../../script/lib/page.sh"

page_modules
