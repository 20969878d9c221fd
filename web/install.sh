#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `meson install` calls this with the folder of the built page and where it goes; a build without the page installs none.
set -eu
built=$1
target=$MESON_INSTALL_DESTDIR_PREFIX/$2
[ -f "$built/index.html" ] || exit 0
mkdir -p "$target"
cp "$built"/* "$target/"
