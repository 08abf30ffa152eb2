# Windows on x86_64 with MinGW, under wine. Read by platforms/run.

readonly TARGET=x86_64-pc-windows-gnu
readonly TOOLS=x86_64-w64-mingw32-
readonly HEADERS=$FOLDER/windows/headers
readonly PACKAGES=(rustc-web cargo-web rust-web-src gcc libc6-dev gcc-mingw-w64-x86-64 wine wine64)
readonly ENVIRONMENT=(
    CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc
    CLEF_TEST_CFLAGS="-include tests/c/windows.h -I $HEADERS -lws2_32"
    CLEF_TEST_RUNNER=wine
    WINEPREFIX="$FOLDER/windows/wine"
    WINEDEBUG=-all
    WINEDLLOVERRIDES="mscoree,mshtml,winedbg.exe,winex11.drv,winewayland.drv="
    # Where it looks for clef.dll and for libwinpthread-1.dll.
    WINEPATH="$PREFIX/bin;/usr/x86_64-w64-mingw32/lib"
)
# The C programs that do without /proc, signals, fork and functions of the system's that they replace.
readonly TESTS=(arguments::arguments
    c_programs::{background_senders,custom_store,deadlocks,fleet,imports,keep_fresh,network}
    c_programs::{operation_walk,operations,redirect_listener,reentry,reference,senders,service,stored_login}
    c_programs::{stored_token,threads,version} secrets::c_programs tls::
    examples::{scopes,client_token,code_login,pkce_login})
readonly SHARED=bin/clef.dll

# Debian has no standard library for MinGW: it is built from source, which is a feature that is not stable.
build() {
    RUSTC_BOOTSTRAP=1 cargo fetch --quiet --manifest-path "$DEBIAN/usr/lib/rustlib/src/rust/library/Cargo.toml"
    install_clef RUSTC_BOOTSTRAP=1 CARGO_FLAGS=-Zbuild-std=std
    # The headers that tests/c/windows.h stands for.
    local header
    for header in arpa/inet linux/sockios netdb netinet/in poll sys/ioctl sys/socket; do
        mkdir -p "$(dirname "$HEADERS/$header.h")"
        : >"$HEADERS/$header.h"
    done
}

# What a static program is linked with besides.
readonly STATIC_LIBRARIES=(-ladvapi32 -lbcrypt -lcrypt32 -lkernel32 -lntdll -luserenv -lws2_32 -ldbghelp)

exports() {
    run_there "${TOOLS}objdump" --private-headers "$PREFIX/$SHARED" |
        awk '/\[Ordinal\/Name Pointer\] Table/ { table = 1; next } !NF { table = 0 } table && $1 == "[" { print $NF }'
}
