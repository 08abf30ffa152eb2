# What the tests of the examples for engines share: the library, the sandbox, and a user with a browser. Sourced after
# debian.sh.

SCRATCH=$FOLDER/${0##*/}
OUTPUT=$SCRATCH/output
LIBRARY=$(cargo metadata --format-version 1 --no-deps --offline | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug

# Compiles a plugin on this machine, against the library.
compile() {
    "${CC:-cc}" -shared -fPIC -g -Wall -Wextra -Werror -I include "$@" -L "$LIBRARY" -lclef
}

# A user who has never logged in.
new_home() {
    rm -rf "$SCRATCH/home" "$SCRATCH/opened"
    mkdir "$SCRATCH/home"
}

# Runs a command in Debian whose browser is played: it does what ANSWER says, "approve" or "deny"; nothing if it is empty.
on_desktop() {
    (exec_on_desktop "$@")
}

exec_on_desktop() {
    exec_in_debian HOME="$SCRATCH/home" PATH="$SCRATCH/desktop:/usr/bin:/bin" ANSWER="${ANSWER-approve}" "$@"
}

set_up_desktop() {
    rm -rf "$SCRATCH"
    mkdir -p "$SCRATCH/desktop"
    cat >"$SCRATCH/desktop/xdg-open" <<'SCRIPT'
#!/bin/sh
touch "${0%/*}/../opened"
[ -z "$ANSWER" ] || exec curl --silent --show-error --location --output /dev/null "$1&sandbox_auto=$ANSWER"
SCRIPT
    chmod +x "$SCRATCH/desktop/xdg-open"
    new_home
}

start_sandbox() {
    "$LIBRARY/clef-sandbox" --port 0 >"$SCRATCH/sandbox" &
    readonly SANDBOX=$!
    trap 'kill $SANDBOX' EXIT
    until_it_says "$SCRATCH/sandbox" 'http://127.0.0.1:' "$SANDBOX" 30 ||
        fail "the sandbox does not start"
    ACCOUNTS_URL=$(grep --max-count=1 --only-matching 'http://127.0.0.1:[0-9]*' "$SCRATCH/sandbox")
}

# until_it_says FILE PATTERN PROCESS SECONDS: waits for a line in what a process writes.
until_it_says() {
    timeout "$4" grep --quiet --extended-regexp --max-count=1 "$2" < <(exec tail --lines=+1 --follow --pid="$3" "$1")
}

says() {
    grep --quiet --extended-regexp "$1" "$OUTPUT"
}

logins_are() {
    [[ $(curl --silent "$ACCOUNTS_URL/sandbox/count?path=/api/token&grant_type=authorization_code") =~ :\ ?$1\} ]]
}

# test_all NAME...: runs these functions, one after the other, and says which worked. NAME may be NAME:FUNCTION.
test_all() {
    local test status passed=0 failed=0
    for test in "$@"; do
        # Not as a condition, which would have it go on after a command that fails.
        set +e
        (set -e && "${test#*:}")
        status=$?
        set -e
        if ((status == 0)); then
            echo "ok ${test%:*}"
            passed=$((passed + 1))
        else
            echo "not ok ${test%:*}"
            [[ ! -e $OUTPUT ]] || sed 's/^/    /' "$OUTPUT"
            failed=$((failed + 1))
        fi
    done
    echo "$passed passed, $failed failed"
    ((failed == 0))
}

cargo build --quiet --locked --package clef-auth --package clef-sandbox
set_up_desktop
start_sandbox
