#!/bin/sh
# Makes of a static library that Rust built one that shows the functions of clef and nothing else, so that it goes into
# a program with other static libraries from Rust: each has a standard library in it, whose names would clash.
#
#   packaging/one_object.sh FROM TO
#
# Nor does a plugin that it is linked into show them: two plugins of a program may bring different versions of clef.
#
# AS, LD, NM, OBJCOPY, AR: those of the target. For ELF.
set -eu

from=$1 to=$2
: "${AS:=as}" "${LD:=ld}" "${NM:=nm}" "${OBJCOPY:=objcopy}" "${AR:=ar}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# nm grumbles about members without symbols.
"$NM" -g --defined-only "$from" 2>/dev/null | sed -n 's/^[0-9a-f]* T \(clef_.*\)$/\1/p' | sort -u >"$scratch/names"
test -s "$scratch/names" || { printf '%s: %s has no function of clef\n' "$0" "$from" >&2; exit 1; }

# The functions are what the linker keeps, with all that they need. Groups would be merged with those of the other
# libraries by their names, hidden or not, so there are none left.
sed 's/^/--undefined=/' "$scratch/names" >"$scratch/keep"
{
    sed 's/^/.hidden /' "$scratch/names"
    echo '.section .note.GNU-stack,"",%progbits'
} | "$AS" -o "$scratch/hidden.o" -
"$LD" -r --gc-sections --force-group-allocation "@$scratch/keep" -o "$scratch/clef.o" "$scratch/hidden.o" "$from"
"$OBJCOPY" --strip-debug --keep-global-symbols="$scratch/names" "$scratch/clef.o"

rm -f "$to"
"$AR" -crsD "$to" "$scratch/clef.o"
