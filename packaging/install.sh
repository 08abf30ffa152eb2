#!/bin/sh
# Builds clef and lays it down as C programs look for it. CMakeLists.txt goes through here too, so that there is one tree.
#
#   packaging/install.sh [NAME=VALUE…]
#
#   PREFIX       where it is used from: /usr/local. The tree may be moved afterwards.
#   DESTDIR      a folder to put in front of PREFIX, for packagers
#   LIBDIR       the folder of the libraries in PREFIX: lib
#   TARGET       the platform to build for, as Rust names it: this one
#   CARGO_FLAGS  more for cargo, such as: --features keyring
#   TARGET_DIR   where cargo builds: install in its target folder
#   CARGO, RUSTC, AS, LD, NM, OBJCOPY, AR, STRIP    those tools; STRIP=: leaves the symbols in
#   ONLY         texts: all but the libraries, which takes no build; libraries: those alone
set -eu

# Without links in it: another name of the same folder would have cargo build everything anew.
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
packaging=$root/packaging

die() {
    printf '%s: %s\n' "$0" "$1" >&2
    exit 1
}

for argument; do
    name=${argument%%=*}
    case $argument in
    PREFIX=* | DESTDIR=* | LIBDIR=* | TARGET=* | TARGET_DIR=* | CARGO_FLAGS=* | CARGO=* | RUSTC=* | AS=* | LD=* | \
        NM=* | OBJCOPY=* | AR=* | STRIP=* | ONLY=*) export "$name=${argument#*=}" ;;
    *) die "'$argument' is none of what its first lines name" ;;
    esac
done

: "${PREFIX:=/usr/local}" "${DESTDIR:=}" "${LIBDIR:=lib}" "${TARGET:=}" "${CARGO_FLAGS:=}" "${ONLY:=}"
: "${TARGET_DIR:=${CARGO_TARGET_DIR:-$root/target}/install}"
: "${CARGO:=cargo}" "${RUSTC:=rustc}" "${STRIP:=strip}"

case $PREFIX in
/* | [A-Za-z]:[/\\]*) ;;
*) PREFIX=$PWD/$PREFIX ;;
esac
case $LIBDIR in
"$PREFIX"/*) LIBDIR=${LIBDIR#"$PREFIX"/} ;;
/* | *..*) die "LIBDIR has to lie in PREFIX, which it is named from: lib" ;;
esac
into=$DESTDIR$PREFIX

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
# As build.rs names the library.
case $version in
0.*) abi=${version%.*} ;;
*) abi=${version%%.*} ;;
esac

"$RUSTC" --version >/dev/null || die "needs Rust, from https://rustup.rs"
platform=$("$RUSTC" --print cfg ${TARGET:+--target "$TARGET"})

has() {
    printf '%s\n' "$platform" | grep -qx "$1"
}

if has 'target_os="windows"' && has 'target_env="msvc"'; then
    kind=msvc shared=bin/clef.dll static=$LIBDIR/clef-static.lib import=$LIBDIR/clef.lib
    more="IMPORTED_IMPLIB \"\${clef_prefix}/$import\""
elif has 'target_os="windows"'; then
    kind=mingw shared=bin/clef.dll static=$LIBDIR/libclef.a import=$LIBDIR/libclef.dll.a
    more="IMPORTED_IMPLIB \"\${clef_prefix}/$import\""
elif has 'target_vendor="apple"'; then
    kind=apple shared=$LIBDIR/libclef.$version.dylib static=$LIBDIR/libclef.a
    more="IMPORTED_SONAME \"@rpath/libclef.$abi.dylib\""
elif has 'target_os="android"'; then
    kind=android shared=$LIBDIR/libclef.so static=$LIBDIR/libclef.a
    more='IMPORTED_SONAME "libclef.so"'
else
    kind=elf shared=$LIBDIR/libclef.so.$version static=$LIBDIR/libclef.a
    more="IMPORTED_SONAME \"libclef.so.$abi\""
fi

# What a program needs that is linked with the static library. Compilers for C bring the unwinder (gcc_s) and libc
# themselves; named here, -static-pie would look for a static gcc_s, which there is not.
system_libraries() {
    printf '#![crate_type = "staticlib"]' >"$scratch/empty.rs"
    "$RUSTC" --print native-static-libs ${TARGET:+--target "$TARGET"} -o "$scratch/empty.a" "$scratch/empty.rs" 2>&1 |
        sed -n 's/^note: native-static-libs: *//p' | tr ' ' '\n' | grep -vx -e -lgcc_s -e -lc -e '' | tr '\n' ' '
    # Of getrandom and of the system's certificates, which the standard library does not have.
    case $kind in
    msvc) printf '%s ' bcrypt.lib crypt32.lib ;;
    mingw) printf '%s ' -lbcrypt -lcrypt32 ;;
    apple) printf '%s ' -Wl,-framework,Security -Wl,-framework,CoreFoundation ;;
    esac
}

# fill TEMPLATE TO
fill() {
    sed -e "s|@VERSION@|$version|g" -e "s|@ABI@|$abi|g" -e "s|@LIBDIR@|$LIBDIR|g" -e "s|@SHARED@|$shared|g" \
        -e "s|@STATIC@|$static|g" -e "s|@SHARED_MORE@|$more|g" -e "s|@UP@|$up|g" \
        -e "s|@SYSTEM_LIBRARIES@|$libraries|g" -e "s|@POINTER_BITS@|$bits|g" "$packaging/$1" >"$scratch/filled"
    lay 644 "$scratch/filled" "$2"
}

lay_texts() {
    libraries=$(system_libraries | sed 's/ *$//')
    bits=$(printf '%s\n' "$platform" | sed -n 's/^target_pointer_width="\(.*\)"$/\1/p')
    # From LIBDIR back to the prefix.
    up=$(printf '%s\n' "$LIBDIR" | sed 's|[^/][^/]*|..|g')
    fill clef.pc.in "$LIBDIR/pkgconfig/clef.pc"
    fill clef-static.pc.in "$LIBDIR/pkgconfig/clef-static.pc"
    fill clef-config.cmake.in "$LIBDIR/cmake/clef/clef-config.cmake"
    fill clef-config-version.cmake.in "$LIBDIR/cmake/clef/clef-config-version.cmake"
    lay 644 "$root/include/clef.h" include/clef.h
    lay 644 "$root/include/clef.hpp" include/clef.hpp
    lay 644 "$packaging/module.modulemap" include/clef/module.modulemap
    lay 644 "$root/LICENSE-MIT" share/licenses/clef/LICENSE-MIT
    lay 644 "$root/LICENSE-APACHE" share/licenses/clef/LICENSE-APACHE
}

# lay MODE FROM TO: a new file where it differs, since a program may be running with the old one, and what has not
# changed has nothing built anew.
lay() {
    if ! cmp -s "$2" "$into/$3"; then
        mkdir -p "$(dirname -- "$into/$3")"
        rm -f "$into/$3"
        cp "$2" "$into/$3"
    fi
    chmod "$1" "$into/$3"
}

# lay_shared FROM STRIP_OPTION
lay_shared() {
    cp "$1" "$scratch/shared"
    "$STRIP" "$2" "$scratch/shared"
    lay 755 "$scratch/shared" "$shared"
}

link() {
    rm -f "$into/$LIBDIR/$2"
    ln -s "$1" "$into/$LIBDIR/$2"
}

# With these crate types alone, without the one for Rust programs, cargo optimises over all crates. Panics name source
# files: without where they lie on this machine, who builds the same gets the same.
build() {
    home=${CARGO_HOME:-$HOME/.cargo}
    # shellcheck disable=SC2086
    (cd "$root" && "$CARGO" rustc --release --package clef-auth --lib --crate-type cdylib,staticlib \
        --config "target.'cfg(all())'.rustflags=['--remap-path-prefix=$home=cargo', '--remap-path-prefix=$root=clef']" \
        --target-dir "$TARGET_DIR" ${TARGET:+--target "$TARGET"} $CARGO_FLAGS)
}

lay_libraries() {
    built=$TARGET_DIR/${TARGET:+$TARGET/}release
    case $kind in
    msvc)
        lay 755 "$built/clef.dll" "$shared"
        lay 644 "$built/clef.dll.lib" "$import"
        lay 644 "$built/clef.lib" "$static"
        ;;
    mingw)
        lay_shared "$built/clef.dll" --strip-unneeded
        lay 644 "$built/libclef.dll.a" "$import"
        lay 644 "$built/libclef.a" "$static"
        ;;
    apple)
        lay_shared "$built/libclef.dylib" -x
        lay 644 "$built/libclef.a" "$static"
        link "libclef.$version.dylib" "libclef.$abi.dylib"
        link "libclef.$abi.dylib" libclef.dylib
        ;;
    *)
        lay_shared "$built/libclef.so" --strip-unneeded
        sh "$packaging/one_object.sh" "$built/libclef.a" "$scratch/libclef.a"
        lay 644 "$scratch/libclef.a" "$static"
        if [ $kind = elf ]; then
            link "libclef.so.$version" "libclef.so.$abi"
            link "libclef.so.$abi" libclef.so
        fi
        ;;
    esac
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
case $ONLY in
texts) lay_texts ;;
libraries)
    build
    lay_libraries
    ;;
'')
    build
    lay_texts
    lay_libraries
    printf 'clef %s is in %s\n' "$version" "$into"
    ;;
*) die "ONLY is texts or libraries" ;;
esac
