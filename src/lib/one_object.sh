#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# one_object.sh IN.a OUT.a: the same code as one object in which only what is public can be linked to, so that no name of ours can
# meet one of the program that the library is linked into.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ld -r -o "$folder/sandbank.o" --whole-archive "$1"
objcopy --localize-hidden "$folder/sandbank.o"
rm -f "$2"
ar rcsD "$2" "$folder/sandbank.o"
