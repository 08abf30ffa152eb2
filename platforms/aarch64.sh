# Linux on 64-bit ARM, under qemu. Read by platforms/run.

readonly TARGET=aarch64-unknown-linux-gnu
readonly TOOLS=aarch64-linux-gnu-
readonly ARCHITECTURE=arm64
readonly PACKAGES=(rustc-web cargo-web gcc libc6-dev
    libstd-rust-web-dev:arm64 gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user procps)
readonly ENVIRONMENT=(
    CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
    CLEF_TEST_RUNNER=qemu-aarch64
)
# All C programs, but for those that want a library of their own (panic, wiping); those that start themselves anew, for
# which the kernel would have to know qemu (processes); one that counts threads by their names, which come late under qemu
# (thousand); and examples that want a library of somebody else for ARM (custom_sender, redis_store).
readonly TESTS=(arguments::arguments c_programs:: examples:: secrets::c_programs tls::
    --skip c_programs::processes --skip c_programs::thousand --skip examples::custom_sender --skip examples::redis_store)
readonly SHARED=lib/libclef.so

build() {
    install_clef
}

# What a static program is linked with besides.
readonly STATIC_LIBRARIES=()

exports() {
    run_there "${TOOLS}nm" --dynamic --defined-only "$PREFIX/$SHARED" | awk '{ print $3 }'
}
