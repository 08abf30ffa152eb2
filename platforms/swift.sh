# The binding for Swift, with Debian's Swift. Read by platforms/run.

readonly PACKAGES=(rustc-web cargo-web gcc libc6-dev libstdc++-14-dev swiftlang pkg-config git ca-certificates)
readonly ENVIRONMENT=(CLEF_TEST_LANGUAGES=C,Swift)
readonly TESTS=(conformance:: swift::)

build() {
    run_there swift --version
}
