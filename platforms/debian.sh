# A Debian of its own in target/platforms, for the scripts in this folder: they set RELEASE and source this file, then set
# PACKAGES, and ARCHITECTURE where these are of another, and call `set_up`; from there on `in_debian COMMAND` runs with those
# packages. Needs root, debootstrap and Debian's archive in the configuration of apt. Nothing is changed outside of target
# (CLEF_PLATFORMS, if set).

readonly REPOSITORY=$PWD
readonly FOLDER=${CLEF_PLATFORMS:-$REPOSITORY/target/platforms}
readonly DEBIAN=$FOLDER/$RELEASE

fail() {
    printf '%s\n' "$*" >&2
    exit 2
}

[[ $(id -u) == 0 ]] || fail "only root can set up a Debian"

# From here on with mounts of its own, which end with the script.
if [[ ${CLEF_PLATFORMS_MOUNTS:-} != own ]]; then
    exec env CLEF_PLATFORMS_MOUNTS=own unshare --mount --propagation private bash "$REPOSITORY/platforms/${0##*/}" "$@"
fi

# Where this machine has Debian from.
mirror() {
    apt-get indextargets --format '$(ORIGIN) $(LABEL) $(REPO_URI)' 'Created-By: Packages' |
        awk '$1 == "Debian" && $2 == "Debian" && !found++ { print $3 }'
}

in_debian() {
    (exec_in_debian "$@")
}

# In place of this shell: with `&`, $! is the command itself.
exec_in_debian() {
    exec chroot "$DEBIAN" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "$@"
}

set_up_debian() {
    [[ -e $DEBIAN/.complete ]] && return
    local mirror
    mirror=$(mirror)
    [[ -n $mirror ]] || fail "apt knows no mirror of Debian"
    rm -rf "$DEBIAN"
    mkdir -p "$DEBIAN"
    # With the script for sid, which fits releases that are newer than this machine's debootstrap.
    debootstrap --variant=minbase --include=ca-certificates "$RELEASE" "$DEBIAN" "$mirror" \
        /usr/share/debootstrap/scripts/sid
    touch "$DEBIAN/.complete"
}

mount_what_is_used() {
    mount -t proc proc "$DEBIAN/proc"
    mount -t tmpfs tmpfs "$DEBIAN/tmp"
    mkdir -p "$DEBIAN/dev/shm" "$DEBIAN$REPOSITORY" "$FOLDER" "$DEBIAN$FOLDER"
    mount -t tmpfs tmpfs "$DEBIAN/dev/shm"
    mount --bind "$REPOSITORY" "$DEBIAN$REPOSITORY"
    [[ $FOLDER == "$REPOSITORY"/* ]] || mount --bind "$FOLDER" "$DEBIAN$FOLDER"
    cp /etc/resolv.conf "$DEBIAN/etc/resolv.conf"
}

install_packages() {
    local mark=$DEBIAN/.${PLATFORM:-${0##*/}}-packages
    [[ -e $mark && $(<"$mark") == "${PACKAGES[*]}" ]] && return
    [[ -z ${ARCHITECTURE:-} ]] || in_debian dpkg --add-architecture "$ARCHITECTURE"
    # Signed it has to be, but a mirror of a release to come may lag behind.
    in_debian apt-get update --quiet --option Acquire::Check-Valid-Until=false
    in_debian apt-get install --quiet --yes --no-install-recommends "${PACKAGES[@]}"
    echo "${PACKAGES[*]}" >"$mark"
}

set_up() {
    set_up_debian
    mount_what_is_used
    install_packages
}

# For cargo in there: the sources of the crates come from this machine.
bring_crates() {
    cargo fetch --locked --quiet
    mkdir -p "$DEBIAN/root/.cargo/registry"
    mount --bind "${CARGO_HOME:-$HOME/.cargo}/registry" "$DEBIAN/root/.cargo/registry"
}
