#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# embed.sh SYMBOL FILE: assembly that puts FILE into the program as SYMBOL up to SYMBOL_end. Written by a command of the build, so
# that a change of FILE makes a new source and the object is made again: compilers do not report what .incbin reads.
printf '/* Made by embed.sh from %s */\n' "$2"
printf '.section .rodata\n.global %s\n.hidden %s\n.global %s_end\n.hidden %s_end\n' "$1" "$1" "$1" "$1"
printf '%s:\n.incbin "%s"\n%s_end:\n.byte 0\n' "$1" "$2" "$1"
printf '.section .note.GNU-stack,"",%%progbits\n'
