/*
 * The runner for C: plays the scenarios of a file through the C API. README.md beside this file
 * says how; background.h and the verbs_….h have what each verb does.
 */
#include "background.h"
#include "verbs_requests.h"
#include "verbs_sandbox.h"
#include "verbs_values.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

/* The verbs, with the arguments that each takes */

static const struct verb {
    const char *name;
    clef_status (*play)(struct step *step, struct value *result, clef_error **error);
    const char *arguments;
} verbs[] = {
    {"sandbox_settings", verb_sandbox_settings, "json"},
    {"sandbox_fault", verb_sandbox_fault, "json"},
    {"sandbox_clear_faults", verb_sandbox_clear_faults, ""},
    {"sandbox_clock", verb_sandbox_clock, "advance"},
    {"sandbox_revoke", verb_sandbox_revoke, ""},
    {"sandbox_count", verb_sandbox_count, "grant_type"},
    {"sandbox_await", verb_sandbox_await, "count grant_type"},
    {"log_in", verb_log_in, "url decision"},
    {"web_api", verb_web_api, "access_token"},
    {"visit", verb_visit, "url"},
    {"text", verb_text, "value"},
    {"between", verb_between, "text after before"},
    {"now", verb_now, ""},
    {"sum", verb_sum, "a b"},
    {"write_file", verb_write_file, "path text"},
    {"gen_state", verb_gen_state, "bytes"},
    {"parse_code_from_url", verb_parse_code_from_url, "url"},
    {"parse_state_from_url", verb_parse_state_from_url, "url"},
    {"version", verb_version, ""},
    {"scopes_parse", verb_scopes_parse, "names"},
    {"scopes_known", verb_scopes_known, "names"},
    {"scopes_read", verb_scopes_read, ""},
    {"scopes_write", verb_scopes_write, ""},
    {"scopes_every", verb_scopes_every, ""},
    {"scopes_union", verb_scopes_union, "a b"},
    {"scopes_difference", verb_scopes_difference, "a b"},
    {"scopes_count", verb_scopes_count, "a"},
    {"scopes_contain", verb_scopes_contain, "a name"},
    {"scopes_subset", verb_scopes_subset, "a b"},
    {"scopes_equal", verb_scopes_equal, "a b"},
    {"http_sender", verb_http_sender, "timeout_ms connect_timeout_ms user_agent"},
    {"retrying_sender", verb_retrying_sender, "sender retries max_wait_ms"},
    {"custom_sender", verb_custom_sender,
     "status body header header2 failure sent message forward carry"},
    {"credentials", verb_credentials, "client_id secret redirect_uri sender accounts_url"},
    {"with_redirect_uri", verb_with_redirect_uri, "credentials redirect_uri"},
    {"with_accounts_url", verb_with_accounts_url, "credentials accounts_url"},
    {"user_authorisation_url", verb_user_authorisation_url, "credentials scopes state show_dialog"},
    {"pkce_user_authorisation", verb_pkce_user_authorisation,
     "credentials scopes state verifier_bytes show_dialog"},
    {"request_client_token", verb_request_client_token, "credentials refreshing"},
    {"request_user_token", verb_request_user_token, "credentials code refreshing"},
    {"request_pkce_token", verb_request_pkce_token, "credentials code verifier refreshing"},
    {"refresh_user_token", verb_refresh_user_token, "credentials refresh_token refreshing"},
    {"refresh_pkce_token", verb_refresh_pkce_token, "credentials refresh_token refreshing"},
    {"refresh", verb_refresh, "credentials token"},
    {"prepare_client_token", verb_prepare_client_token, "credentials"},
    {"prepare_user_token", verb_prepare_user_token, "credentials code"},
    {"prepare_pkce_token", verb_prepare_pkce_token, "credentials code verifier"},
    {"prepare_refresh_user_token", verb_prepare_refresh_user_token, "credentials refresh_token"},
    {"prepare_refresh_pkce_token", verb_prepare_refresh_pkce_token, "credentials refresh_token"},
    {"prepare_refresh", verb_prepare_refresh, "credentials token"},
    {"prepare_token", verb_prepare_token, "auth code state"},
    {"prepare_token_from_url", verb_prepare_token_from_url, "auth url"},
    {"send", verb_send, "request"},
    {"carry", verb_carry, "request"},
    {"finish", verb_finish, "request status body header header2"},
    {"shortcut_client_token", verb_shortcut_client_token, "client_id secret sender"},
    {"shortcut_refresh_user_token", verb_shortcut_refresh_user_token,
     "client_id secret refresh_token sender"},
    {"shortcut_refresh_pkce_token", verb_shortcut_refresh_pkce_token,
     "client_id refresh_token sender"},
    {"token_from_json", verb_token_from_json, "json pkce"},
    {"token_from_tekore_config", verb_token_from_tekore_config, "config section pkce"},
    {"with_authorised_at", verb_with_authorised_at, "token at"},
    {"missing_scopes", verb_missing_scopes, "token scopes"},
    {"user_auth", verb_user_auth, "credentials scopes pkce show_dialog"},
    {"resume", verb_resume, "credentials state verifier pkce"},
    {"request_token", verb_request_token, "auth code state refreshing"},
    {"request_token_from_url", verb_request_token_from_url, "auth url refreshing"},
    {"redirect_listener", verb_redirect_listener, "uri"},
    {"redirect_wait", verb_redirect_wait, "listener state timeout_ms"},
    {"redirect_cancel", verb_redirect_cancel, "listener"},
    {"redirect_wait_twice", verb_redirect_wait_twice, "listener"},
    {"redirect_free", verb_redirect_free, "listener"},
    {"login", verb_login, "credentials user scopes pkce show_dialog timeout_ms store account"},
    {"prompt", verb_prompt, "credentials"},
    {"refreshing_token", verb_refreshing_token, "token credentials"},
    {"access_token", verb_access_token, "token concurrently"},
    {"try_access_token", verb_try_access_token, "token"},
    {"snapshot", verb_snapshot, "token"},
    {"refresh_now", verb_refresh_now, "token"},
    {"invalidate", verb_invalidate, "token access_token"},
    {"keep_fresh", verb_keep_fresh, "token"},
    {"listen", verb_listen, "token answers"},
    {"listen_no_more", verb_listen_no_more, "token"},
    {"wait_for_itself", verb_wait_for_itself, "credentials"},
    {"file_store", verb_file_store, "directory"},
    {"save", verb_save, "store credentials token account"},
    {"load", verb_load, "store credentials account"},
    {"remove", verb_remove, "store credentials account"},
    {"accounts", verb_accounts, "store credentials"},
    {"open", verb_open, "store credentials account"},
    {"attach", verb_attach, "token store account"},
    {"cancel", verb_cancel, "work"},
    {"wait", verb_wait, "work"},
    {"in_another_process", verb_in_another_process, NULL}, /* any */
    {"give", verb_give, "text"},
};

static const struct verb *verb_named(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static const struct start *start_named(const char *name)
{
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strcmp(starts[i].verb, name) == 0)
            return &starts[i];
    return NULL;
}

/* What is expected */

static void check_equal(struct play *play, const char *what, char *found, const char *expected)
{
    if (strcmp(found, expected) != 0)
        complain(play, "%s is '%s', not '%s'", what, found, expected);
    free(found);
}

static const char *remedy_name(clef_remedy remedy)
{
    static const char *const names[] = {
        [CLEF_REMEDY_NONE] = "NONE",         [CLEF_REMEDY_RETRY_LATER] = "RETRY_LATER",
        [CLEF_REMEDY_LOG_IN] = "LOG_IN",     [CLEF_REMEDY_FIX_SETTINGS] = "FIX_SETTINGS",
        [CLEF_REMEDY_FIX_CALL] = "FIX_CALL",
    };
    return names[remedy];
}

static void check_expectation(struct play *play, const struct argument *expectation,
                              const clef_error *error)
{
    const char *name = expectation->name, *expected = expectation->value;
    const char *message = clef_error_message(error);
    const int32_t http_status = clef_error_http_status(error);
    const int64_t retry_after = clef_error_retry_after(error);
    if (strcmp(name, "remedy") == 0)
        check_equal(play, name, strdup(remedy_name(clef_error_remedy(error))), expected);
    else if (strcmp(name, "oauth_error") == 0)
        check_equal(play, name, text_or_none(clef_error_oauth_error(error)), expected);
    else if (strcmp(name, "oauth_description") == 0)
        check_equal(play, name, text_or_none(clef_error_oauth_description(error)), expected);
    else if (strcmp(name, "http_status") == 0)
        check_equal(play, name, http_status == 0 ? text_or_none(NULL) : print("%d", http_status),
                    expected);
    else if (strcmp(name, "retry_after") == 0)
        check_equal(play, name, retry_after == -1 ? text_or_none(NULL) : seconds(retry_after),
                    expected);
    else if (strcmp(name, "message_has") != 0 && strcmp(name, "message_lacks") != 0)
        complain(play, "%s is nothing to expect", name);
    else if ((strstr(message, expected) != NULL) != (strcmp(name, "message_has") == 0))
        complain(play, "the message is '%s'", message);
}

/* Compares what came of a step with what was expected. */
static void check_outcome(struct step *step, clef_status status, const clef_error *error)
{
    const char *expected = step->fails ? step->fails : "OK";
    if (strcmp(short_status(status), expected) != 0) {
        complain(step->play, "%s is %s, not %s: %s", step->verb, short_status(status), expected,
                 error ? clef_error_message(error) : "no error");
        return;
    }
    if (clef_error_status(error) != status)
        complain(step->play, "the error has the status %s", short_status(clef_error_status(error)));
    for (int i = 0; i < step->expectation_count; i++)
        check_expectation(step->play, &step->expectations[i], error);
}

static bool holds(struct play *play, const char *left, const char *operation, const char *right)
{
    const size_t length = strlen(left), other = strlen(right);
    if (strcmp(operation, "is") == 0)
        return strcmp(left, right) == 0;
    if (strcmp(operation, "is_not") == 0)
        return strcmp(left, right) != 0;
    if (strcmp(operation, "begins") == 0)
        return strncmp(left, right, other) == 0;
    if (strcmp(operation, "ends") == 0)
        return length >= other && strcmp(left + length - other, right) == 0;
    if (strcmp(operation, "has") == 0)
        return strstr(left, right) != NULL;
    if (strcmp(operation, "lacks") == 0)
        return strstr(left, right) == NULL;
    if (strcmp(operation, "has_length") == 0)
        return (long long)length == whole_number(play, right);
    if (strcmp(operation, "at_least") == 0)
        return whole_number(play, left) >= whole_number(play, right);
    if (strcmp(operation, "at_most") == 0)
        return whole_number(play, left) <= whole_number(play, right);
    complain(play, "%s is no operator", operation);
    return false;
}

static void expect(struct play *play, const struct line *line)
{
    if (line->count != 4) {
        complain(play, "expect takes a value, an operator and a value");
        return;
    }
    char *left = replace_names(play, line->words[1]);
    char *right = replace_names(play, line->words[3]);
    if (!holds(play, left, line->words[2], right))
        complain(play, "'%s' %s '%s' does not hold", left, line->words[2], right);
    free(left);
    free(right);
}

/* Scenarios */

static void check_arguments(struct step *step, const char *known)
{
    for (int i = 0; known && i < step->argument_count; i++)
        if (!is_among(known, step->arguments[i].name))
            complain(step->play, "%s takes no %s", step->verb, step->arguments[i].name);
}

/* Plays the verb of a step; OK, with a complaint, where there is no such verb. */
static clef_status play_verb(struct step *step, struct value *result, clef_error **error)
{
    static const char prefix[] = "start_";
    const bool is_start = strncmp(step->verb, prefix, strlen(prefix)) == 0;
    const char *name = step->verb + (is_start ? strlen(prefix) : 0);
    const struct verb *verb = verb_named(name);
    const struct start *start = start_named(name);
    if (!verb || (is_start && !start)) {
        complain(step->play, "there is no verb %s", step->verb);
        return CLEF_STATUS_OK;
    }
    check_arguments(step, verb->arguments);
    if (step->play->complaint[0])
        return CLEF_STATUS_OK;
    return is_start ? begin(step, start, result) : verb->play(step, result, error);
}

static void play_step(struct play *play, const struct line *line)
{
    struct step step = step_of(play, line);
    struct value result = {NOTHING, NULL};
    clef_error *error = NULL;
    if (!play->complaint[0]) {
        clef_status status = play_verb(&step, &result, &error);
        check_outcome(&step, status, error);
        if (step.result && result.kind != NOTHING)
            bind_name(play, step.result, result);
        else if (step.result && !step.fails)
            complain(play, "%s gives nothing", step.verb);
        else
            free_value(result);
    }
    clef_error_free(error);
    free_step(&step);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status, (void)type, (void)where;
    return remove(path);
}

static void make_empty_folder(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    if (mkdir(path, 0700) != 0) {
        perror(path);
        exit(2);
    }
}

/* Plays a scenario or a fragment in this folder, and says how it went; a fragment only if badly. */
static bool play_section(const struct section *section, const char *folder, char **arguments)
{
    struct play play = {.directory = folder};
    int line = 0;
    bind_name(&play, "sandbox", text_value(strdup(sandbox_url)));
    bind_name(&play, "authority", text_value(strdup(strstr(sandbox_url, "://") + 3)));
    bind_name(&play, "directory", text_value(strdup(folder)));
    for (; *arguments; arguments++) {
        char *name = strndup(*arguments, strcspn(*arguments, "="));
        char *value = *arguments + strlen(name);
        bind_name(&play, name, text_value(strdup(*value ? value + 1 : value)));
        free(name);
    }
    for (int i = 0; i < section->count && !play.complaint[0]; i++) {
        line = section->lines[i].number;
        if (strcmp(section->lines[i].words[0], "expect") == 0)
            expect(&play, &section->lines[i]);
        else
            play_step(&play, &section->lines[i]);
    }
    end_play(&play);
    if (play.complaint[0])
        printf("FAILED %s: line %d: %s\n", section->name, line, play.complaint);
    else if (!section->is_fragment)
        printf("ok %s\n", section->name);
    fflush(stdout);
    return !play.complaint[0];
}

static bool play_scenario(const struct section *scenario, const char *directory)
{
    char *no_arguments[] = {NULL}, *folder = print("%s/%s", directory, scenario->name);
    sandbox_reset();
    make_empty_folder(folder);
    bool is_well = play_section(scenario, folder, no_arguments);
    free(folder);
    return is_well;
}

/* Plays all scenarios, or the section of this name; whether all went well. */
static bool play_script(const struct script *script, char **arguments)
{
    const char *directory = arguments[0], *only = arguments[1];
    bool are_well = true, is_found = !only;
    for (int i = 0; i < script->count; i++) {
        const struct section *section = &script->sections[i];
        if (only ? strcmp(only, section->name) != 0 : section->is_fragment)
            continue;
        is_found = true;
        if (!(section->is_fragment ? play_section(section, directory, arguments + 2)
                                   : play_scenario(section, directory)))
            are_well = false;
    }
    if (!is_found)
        sandbox_die("there is no such scenario");
    return are_well;
}

/* The benchmark */

static double nanoseconds_per_call(const clef_refreshing_token *token, long count)
{
    struct timespec begun, ended;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    for (long i = 0; i < count; i++) {
        char *access_token = NULL;
        if (clef_refreshing_token_access_token(token, &access_token, NULL) != CLEF_STATUS_OK)
            sandbox_die("no access token");
        clef_string_free(access_token);
    }
    clock_gettime(CLOCK_MONOTONIC, &ended);
    return ((double)(ended.tv_sec - begun.tv_sec) * 1e9 + (double)(ended.tv_nsec - begun.tv_nsec)) /
           (double)count;
}

static int bench(long count)
{
    clef_credentials *credentials = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_refreshing_credentials *refreshing = NULL;
    clef_refreshing_token *token = NULL;
    if (clef_refreshing_credentials_new(credentials, &refreshing, NULL) != CLEF_STATUS_OK ||
        clef_refreshing_credentials_request_client_token(refreshing, &token, NULL) !=
            CLEF_STATUS_OK)
        sandbox_die("no token");
    double best = 0;
    for (int round = 0; round <= 5; round++) {
        const double measured = nanoseconds_per_call(token, count);
        if (round == 1 || (round > 1 && measured < best))
            best = measured;
    }
    printf("nanoseconds %.1f\n", best);
    clef_refreshing_token_free(token);
    clef_refreshing_credentials_free(refreshing);
    clef_credentials_free(credentials);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "bench") == 0) {
        sandbox_url = argv[2];
        return bench(atol(argv[3]));
    }
    if (argc < 4) {
        fprintf(stderr,
                "usage: %s SCENARIOS SANDBOX DIRECTORY [NAME [ARGUMENT=VALUE...]]\n"
                "       %s bench SANDBOX COUNT\n",
                argv[0], argv[0]);
        return 2;
    }
    self.program = argv[0];
    self.scenarios = argv[1];
    sandbox_url = argv[2];
    struct script script = read_script(argv[1]);
    bool are_well = play_script(&script, argv + 3);
    free_script(&script);
    return are_well && check_failures == 0 ? 0 : 1;
}
