#!/bin/sh
# Makes the archive that is published for a platform: all that packaging/install.sh lays down, the licences of all that
# is linked in, README, documents and examples; and SHA256SUMS beside it.
#
#   packaging/release.sh [NAME=VALUE…]
#
#   OUT           where to: target/release-archives
#   FORMAT        tar.gz or zip: zip for Windows, else tar.gz
#   RUST_NOTICES  a file with the notices of Rust's standard library, where rustc has none with it
#   TARGET, CARGO_FLAGS, TARGET_DIR and the tools: as in packaging/install.sh
#
# From the same commit, with the same Rust and C compiler, it makes the same bytes, wherever and whenever. It needs GNU tar
# (TAR=gtar where that is its name), git or SOURCE_DATE_EPOCH, and zip for FORMAT=zip.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

die() {
    printf '%s: %s\n' "$0" "$1" >&2
    exit 1
}

OUT=$root/target/release-archives FORMAT='' RUST_NOTICES=''
# What is for packaging/install.sh stays in "$@".
for argument; do
    shift
    name=${argument%%=*}
    case $argument in
    OUT=* | FORMAT=* | RUST_NOTICES=* | TAR=*) eval "$name=\${argument#*=}" ;;
    TARGET=* | CARGO_FLAGS=* | CARGO=* | RUSTC=*)
        eval "$name=\${argument#*=}"
        set -- "$@" "$argument"
        ;;
    TARGET_DIR=* | AS=* | LD=* | NM=* | OBJCOPY=* | AR=* | STRIP=*) set -- "$@" "$argument" ;;
    *) die "'$argument' is none of what its first lines name" ;;
    esac
done
: "${TARGET:=}" "${CARGO_FLAGS:=}" "${TAR:=tar}" "${CARGO:=cargo}" "${RUSTC:=rustc}"

"$TAR" --version | grep -q 'GNU tar' || die "needs GNU tar; name it with TAR="
triple=${TARGET:-$("$RUSTC" --version --verbose | sed -n 's/^host: //p')}
[ -n "$FORMAT" ] || case $triple in
*windows*) FORMAT=zip ;;
*) FORMAT=tar.gz ;;
esac
case $FORMAT in
tar.gz) ;;
zip) command -v zip >/dev/null || die "needs zip for FORMAT=zip" ;;
*) die "FORMAT is tar.gz or zip" ;;
esac

in_git() {
    git -C "$root" "$@" 2>/dev/null
}
: "${SOURCE_DATE_EPOCH:=$(in_git log -1 --format=%ct || true)}"
[ -n "$SOURCE_DATE_EPOCH" ] || die "this is no clone of git's: set SOURCE_DATE_EPOCH to the time of the release"
commit=$(in_git describe --always --dirty --abbrev=40 --exclude='*' || echo unknown)

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
# As compilers for C name the platform.
name=clef-$version-$(printf '%s\n' "$triple" | sed 's/-unknown-/-/; s/-pc-/-/')
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tree=$scratch/$name

sh "$root/packaging/install.sh" "$@" "PREFIX=$tree" DESTDIR= LIBDIR=lib ONLY= >&2
# shellcheck disable=SC2086
(cd "$root" && RUSTC=$RUSTC "$CARGO" run --quiet --package clef-harness --bin clef-licences -- --target "$triple" \
    --into "$tree/share/licenses/clef" ${RUST_NOTICES:+--rust-notices "$RUST_NOTICES"} -- $CARGO_FLAGS)
for text in README.md CHANGELOG.md LICENSE-MIT LICENSE-APACHE; do
    cp "$root/$text" "$tree"
done
cp -R "$root/docs" "$root/examples-c" "$tree"

needs_glibc() {
    for library in "$tree"/lib/*.so; do
        readelf --version-info --wide "$library" 2>/dev/null | grep -o 'GLIBC_[0-9][0-9.]*'
    done | sed 's/GLIBC_/Needs glibc /' | sort -u -t ' ' -k 3 -V | tail -n 1
}
{
    printf 'clef %s for %s\n' "$version" "$triple"
    printf 'Commit %s\n' "$commit"
    printf 'Built by %s\n' "$("$RUSTC" --version)"
    [ -z "$CARGO_FLAGS" ] || printf 'Built with %s\n' "$CARGO_FLAGS"
    needs_glibc
} >"$tree/BUILD.txt"

# Nothing is left in it of who made it, and when.
chmod -R u+rwX,go=rX "$tree"
find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
mkdir -p "$OUT"
archive=$OUT/$name.$FORMAT
rm -f "$archive"
if [ "$FORMAT" = zip ]; then
    (cd "$scratch" && find "$name" | LC_ALL=C sort | TZ=UTC zip -q -X -y "$scratch/archive.zip" -@)
    mv "$scratch/archive.zip" "$archive"
else
    (cd "$scratch" && find "$name" | LC_ALL=C sort | "$TAR" --create --format=ustar --no-recursion --files-from=- \
        --owner=0 --group=0 --numeric-owner) | gzip -9 -n >"$archive"
fi
(
    cd "$OUT"
    for file in "clef-$version-"*.tar.gz "clef-$version-"*.zip; do
        [ ! -e "$file" ] || if command -v sha256sum >/dev/null; then sha256sum "$file"; else shasum -a 256 "$file"; fi
    done >SHA256SUMS
)
printf '%s\n' "$archive"
