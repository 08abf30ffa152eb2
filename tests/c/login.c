/* Whole logins, as a program uses them; another thread is the user. The desktop's browser is a script that hands on
 * what it was started with. */
#include "browser.h"
#include "under_way.h"
#include "watched.h"

#include <sys/stat.h>

#define CUSTOM_URI "clef-demo://callback"

/* The desktop's browser */

static struct {
    char with_browser[4200], without_browser[100], pipe[100];
} desktop;

static void set_up_desktop(void)
{
    static const char script[] =
        "#!/bin/sh\n"
        "of() { readlink /proc/$$/fd/$1; }\n"
        "blocked=$(sed -n 's/^SigBlk:\t//p' /proc/$$/status)\n"
        "group=$(ps -o pgid= -p $$)\n"
        "echo \"$1\" $(of 0) $(of 1) $(of 2) $blocked $group >\"${0%/*}/pipe\"\n";
    char folder[] = "/tmp/clef-login-XXXXXX", path[100];
    if (!mkdtemp(folder))
        sandbox_die("no folder");
    snprintf(path, sizeof path, "%s/xdg-open", folder);
    FILE *file = fopen(path, "w");
    if (!file || fputs(script, file) < 0 || fclose(file) != 0 || chmod(path, 0755) != 0)
        sandbox_die("no browser");
    snprintf(desktop.pipe, sizeof desktop.pipe, "%s/pipe", folder);
    if (mkfifo(desktop.pipe, 0600) != 0)
        sandbox_die("no pipe");
    snprintf(desktop.with_browser, sizeof desktop.with_browser, "%s:%s", folder, getenv("PATH"));
    snprintf(desktop.without_browser, sizeof desktop.without_browser, "%s/nothing", folder);
}

static void remove_desktop(void)
{
    remove(desktop.pipe);
    char *end = strchr(desktop.with_browser, ':');
    *end = '\0';
    char path[100];
    snprintf(path, sizeof path, "%.80s/xdg-open", desktop.with_browser);
    remove(path);
    remove(desktop.with_browser);
}

/* What the browser was started with. */
struct started {
    char url[2048], streams[3][32], blocked[32];
    int group;
};

static struct started browser_started(void)
{
    struct started started = {0};
    FILE *pipe = fopen(desktop.pipe, "r");
    if (!pipe || fscanf(pipe, "%2047s %31s %31s %31s %31s %d", started.url, started.streams[0],
                        started.streams[1], started.streams[2], started.blocked,
                        &started.group) != 6)
        sandbox_die("the browser was not started as it should be");
    fclose(pipe);
    return started;
}

/* The user, on a thread of their own */

struct user {
    const char *decision;
    pthread_t thread;
    char *answer; /* what the browser shows in the end */
    struct started started;
};

static void *use_the_desktop(void *data)
{
    struct user *user = data;
    user->started = browser_started();
    char *redirect = sandbox_log_in_as(user->started.url, user->decision);
    user->answer = visit(redirect);
    free(redirect);
    return NULL;
}

static void begin_to_use_the_desktop(struct user *user, const char *decision)
{
    *user = (struct user){.decision = decision};
    pthread_create(&user->thread, NULL, use_the_desktop, user);
}

static void check_end_of_use(struct user *user, const char *page)
{
    pthread_join(user->thread, NULL);
    if (!strstr(user->answer, page))
        check_failed(__FILE__, __LINE__, "the page", user->answer, page);
    free(user->answer);
}

/* Neither of the desktop's: the callback hands them the attempt. */
struct visitor {
    void (*act)(struct visitor *visitor, const clef_login_attempt *attempt);
    bool acts_at_once; /* inside the callback */
    clef_login_attempt *attempt;
    clef_status opened; /* what act found */
    atomic_int calls, freed;
    pthread_t thread, caller;
    char uri[200];
};

static void *act_there(void *data)
{
    struct visitor *visitor = data;
    visitor->act(visitor, visitor->attempt);
    return NULL;
}

static void be_shown(void *data, const clef_login_attempt *attempt)
{
    struct visitor *visitor = data;
    visitor->caller = pthread_self();
    visitor->attempt = clef_login_attempt_clone(attempt);
    snprintf(visitor->uri, sizeof visitor->uri, "%s", clef_login_attempt_redirect_uri(attempt));
    visitor->calls++;
    if (visitor->acts_at_once)
        act_there(visitor);
    else if (visitor->act)
        pthread_create(&visitor->thread, NULL, act_there, visitor);
}

static void free_visitor(void *data)
{
    ((struct visitor *)data)->freed++;
}

static void check_visitor_ends(struct visitor *visitor)
{
    if (visitor->act && !visitor->acts_at_once)
        pthread_join(visitor->thread, NULL);
    clef_error *error = NULL;
    /* The clone outlives the login. */
    CHECK_STATUS(clef_login_attempt_paste(visitor->attempt, "code=x&state=x", &error),
                 CLEF_STATUS_ALREADY_USED);
    CHECK_STATUS(clef_login_attempt_open_browser(visitor->attempt, &error),
                 CLEF_STATUS_ALREADY_USED);
    clef_login_attempt_cancel(visitor->attempt);
    clef_login_attempt_free(visitor->attempt);
    CHECK_INT(visitor->calls, 1);
    CHECK_INT(visitor->freed, 1);
}

/* Logins */

static clef_credentials *credentials_for(const char *redirect_uri)
{
    clef_credentials *plain = sandbox_credentials(NULL, NULL), *credentials = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_with_redirect_uri(plain, redirect_uri, &credentials, &error));
    clef_credentials_free(plain);
    return credentials;
}

static clef_login_options *options_with(uint32_t flags, int64_t timeout_ms,
                                        struct visitor *visitor)
{
    clef_login_options *options = clef_login_options_new();
    clef_error *error = NULL;
    CHECK_OK(clef_login_options_set_flags(options, flags, &error));
    CHECK_OK(clef_login_options_set_timeout(options, timeout_ms, &error));
    if (visitor)
        CHECK_OK(clef_login_options_set_browser(options, be_shown, visitor, free_visitor, &error));
    return options;
}

/* A login whose user is this visitor, or that nobody sees; the token, where it works. */
static clef_refreshing_token *log_in_at(const char *redirect_uri, int64_t timeout_ms,
                                        struct visitor *visitor, clef_status status)
{
    clef_credentials *credentials = credentials_for(redirect_uri);
    clef_login_options *options = options_with(0, timeout_ms, visitor);
    clef_refreshing_token *token = NULL;
    clef_error *error = NULL;
    CHECK_STATUS(clef_login(credentials, NULL, options, &token, &error), status);
    CHECK((token != NULL) == (status == CLEF_STATUS_OK));
    clef_login_options_free(options);
    clef_credentials_free(credentials);
    if (visitor) {
        CHECK(pthread_equal(visitor->caller, pthread_self()));
        check_visitor_ends(visitor);
    }
    return token;
}

static void check_log_in(struct visitor *visitor, clef_status status)
{
    clef_refreshing_token_free(log_in_at(SANDBOX_REDIRECT_URI, GENEROUS_MS, visitor, status));
}

/* But for the one by which a sanitiser finds the names of functions. */
static void check_no_child_is_left(void)
{
    DIR *processes = opendir("/proc");
    if (!processes)
        sandbox_die("no /proc");
    for (struct dirent *process; (process = readdir(processes));) {
        char path[300], name[64] = "";
        int parent = 0;
        snprintf(path, sizeof path, "/proc/%s/stat", process->d_name);
        FILE *stat = fopen(path, "r");
        if (!stat)
            continue;
        int found = fscanf(stat, "%*d (%63[^)]) %*c %d", name, &parent);
        fclose(stat);
        if (found == 2 && parent == getpid() && !strstr(name, "symbolizer"))
            check_failed(__FILE__, __LINE__, "a child that is left", name, "none");
    }
    closedir(processes);
}

/* In the browser of the desktop */

static void check_desktop_login(const char *secret, uint32_t flags, bool uses_pkce)
{
    clef_credentials *credentials = sandbox_credentials(secret, NULL);
    clef_login_options *options = options_with(flags, -1, NULL);
    clef_scope_set *scopes = clef_scope_set_read(), *granted = NULL;
    clef_refreshing_token *token = NULL;
    clef_error *error = NULL;
    struct user user;
    int exchanges = sandbox_count("authorization_code");
    begin_to_use_the_desktop(&user, "approve");
    CHECK_OK(clef_login(credentials, scopes, flags ? options : NULL, &token, &error));
    check_end_of_use(&user, "You can close this window and go back to the app");
    check_no_child_is_left();
    CHECK_INT(sandbox_count("authorization_code"), exchanges + 1);
    CHECK_INT(clef_refreshing_token_uses_pkce(token), uses_pkce);
    CHECK_OK(clef_refreshing_token_scopes(token, &granted, &error));
    CHECK(clef_scope_set_equals(granted, scopes));
    CHECK_OK(clef_refreshing_token_refresh(token, &error));
    /* The next login may get another port. */
    clef_credentials *kept = clef_refreshing_token_credentials(token);
    CHECK_STRING(clef_credentials_redirect_uri(kept), SANDBOX_REDIRECT_URI);
    clef_credentials_free(kept);
    clef_scope_set_free(granted);
    clef_scope_set_free(scopes);
    clef_refreshing_token_free(token);
    clef_login_options_free(options);
    clef_credentials_free(credentials);
}

static void a_user_logs_in_with_pkce(void)
{
    check_desktop_login(NULL, 0, true);
    check_desktop_login(SANDBOX_CLIENT_SECRET, CLEF_AUTH_PKCE, true);
}

static void a_user_logs_in_with_a_secret(void)
{
    check_desktop_login(SANDBOX_CLIENT_SECRET, 0, false);
    check_desktop_login(SANDBOX_CLIENT_SECRET, CLEF_AUTH_SHOW_DIALOG, false);
}

static void a_user_refuses(void)
{
    struct user user;
    begin_to_use_the_desktop(&user, "deny");
    CHECK(log_in_at(SANDBOX_REDIRECT_URI, -1, NULL, CLEF_STATUS_ACCESS_DENIED) == NULL);
    check_end_of_use(&user, "Access was refused");
}

static void the_pages_may_be_the_programs_own(void)
{
    clef_credentials *credentials = sandbox_credentials(NULL, NULL);
    clef_login_options *options = clef_login_options_new();
    clef_refreshing_token *token = NULL;
    clef_error *error = NULL;
    struct user user;
    CHECK_OK(clef_login_options_set_page(options, "<h1>Fertig", "Schade", &error));
    begin_to_use_the_desktop(&user, "approve");
    CHECK_OK(clef_login(credentials, NULL, options, &token, &error));
    check_end_of_use(&user, "\r\n\r\n<h1>Fertig");
    clef_refreshing_token_free(token);
    clef_login_options_free(options);
    clef_credentials_free(credentials);
}

static void check_start(const struct started *started)
{
    for (int i = 0; i < 3; i++)
        CHECK_STRING(started->streams[i], "/dev/null");
    /* An emulator blocks signals of its own accord. */
    if (!is_watched())
        CHECK_STRING(started->blocked, "0000000000000000");
    CHECK(started->group != 0 && started->group != getpgrp());
}

static void a_browser_has_nothing_of_the_terminal(void)
{
    struct user user;
    begin_to_use_the_desktop(&user, "approve");
    clef_refreshing_token_free(log_in_at(SANDBOX_REDIRECT_URI, -1, NULL, CLEF_STATUS_OK));
    check_end_of_use(&user, "You can close this window");
    check_start(&user.started);
}

/* Shown by a callback */

static void try_the_wrong_state(struct visitor *visitor, const clef_login_attempt *attempt)
{
    char url[400];
    (void)visitor;
    snprintf(url, sizeof url, "%s?code=x&state=another", clef_login_attempt_redirect_uri(attempt));
    char *answer = visit(url);
    CHECK(strstr(answer, "HTTP/1.1 400 ") != NULL);
    free(answer);
    char *redirect = sandbox_log_in(clef_login_attempt_url(attempt));
    answer = visit(redirect);
    CHECK(strstr(answer, "HTTP/1.1 200 ") != NULL);
    free(answer);
    free(redirect);
}

static void the_wrong_state_is_turned_away_and_the_right_one_taken(void)
{
    struct visitor visitor = {.act = try_the_wrong_state};
    check_log_in(&visitor, CLEF_STATUS_OK);
}

static void paste_wrongly(const clef_login_attempt *attempt)
{
    clef_error *error = NULL;
    char url[2048];
    CHECK_STATUS(clef_login_attempt_paste(attempt, "code=x&state=another", &error),
                 CLEF_STATUS_STATE_MISMATCH);
    CHECK_STATUS(clef_login_attempt_paste(attempt, "error=access_denied&state=another", &error),
                 CLEF_STATUS_STATE_MISMATCH);
    CHECK_STATUS(clef_login_attempt_paste(attempt, "what is this?", &error),
                 CLEF_STATUS_MISSING_PARAMETER);
    CHECK_STATUS(clef_login_attempt_paste(attempt, clef_login_attempt_url(attempt), &error),
                 CLEF_STATUS_MISSING_PARAMETER);
    const char *state = strstr(clef_login_attempt_url(attempt), "&state=") + 1;
    snprintf(url, sizeof url, "%.*s&code=x&code=y", (int)strcspn(state, "&"), state);
    CHECK_STATUS(clef_login_attempt_paste(attempt, url, &error), CLEF_STATUS_REPEATED_PARAMETER);
}

static void paste_as(const clef_login_attempt *attempt, const char *decision)
{
    clef_error *error = NULL;
    char *redirect = sandbox_log_in_as(clef_login_attempt_url(attempt), decision);
    CHECK_OK(clef_login_attempt_paste(attempt, redirect, &error));
    CHECK_STATUS(clef_login_attempt_paste(attempt, redirect, &error), CLEF_STATUS_ALREADY_USED);
    free(redirect);
}

static void paste(struct visitor *visitor, const clef_login_attempt *attempt)
{
    (void)visitor;
    paste_wrongly(attempt);
    paste_as(attempt, "approve");
}

/* The one who waits answers this. */
static void see_that_it_listens(const clef_login_attempt *attempt)
{
    char url[400];
    snprintf(url, sizeof url, "%s/favicon.ico", clef_login_attempt_redirect_uri(attempt));
    char *answer = visit(url);
    CHECK(strstr(answer, "HTTP/1.1 404 ") != NULL);
    free(answer);
}

static void paste_while_it_listens(struct visitor *visitor, const clef_login_attempt *attempt)
{
    see_that_it_listens(attempt);
    paste(visitor, attempt);
}

static void paste_a_refusal(struct visitor *visitor, const clef_login_attempt *attempt)
{
    (void)visitor;
    see_that_it_listens(attempt);
    paste_as(attempt, "deny");
}

static void a_url_may_be_pasted_while_it_listens(void)
{
    struct visitor visitor = {.act = paste_while_it_listens};
    check_log_in(&visitor, CLEF_STATUS_OK);
    struct visitor refuses = {.act = paste_a_refusal};
    check_log_in(&refuses, CLEF_STATUS_ACCESS_DENIED);
}

static void a_url_may_be_pasted_in_the_callback(void)
{
    struct visitor visitor = {.act = paste, .acts_at_once = true};
    check_log_in(&visitor, CLEF_STATUS_OK);
}

static void where_nobody_can_listen_a_url_is_pasted(void)
{
    const char *uris[] = {CUSTOM_URI, "https://example.com/callback"};
    for (int i = 0; i < 2; i++) {
        struct visitor visitor = {.act = paste};
        clef_refreshing_token_free(log_in_at(uris[i], GENEROUS_MS, &visitor, CLEF_STATUS_OK));
        CHECK_STRING(visitor.uri, uris[i]);
    }
}

static void cancel_while_it_listens(struct visitor *visitor, const clef_login_attempt *attempt)
{
    (void)visitor;
    see_that_it_listens(attempt);
    clef_login_attempt_cancel(attempt);
}

static void cancel(struct visitor *visitor, const clef_login_attempt *attempt)
{
    (void)visitor;
    clef_login_attempt_cancel(attempt);
}

static void another_thread_cancels_it(void)
{
    struct visitor visitor = {.act = cancel_while_it_listens};
    check_log_in(&visitor, CLEF_STATUS_CANCELLED);
    struct visitor pasting = {.act = cancel};
    CHECK(log_in_at(CUSTOM_URI, -1, &pasting, CLEF_STATUS_CANCELLED) == NULL);
    struct visitor at_once = {.act = cancel, .acts_at_once = true};
    check_log_in(&at_once, CLEF_STATUS_CANCELLED);
}

static struct silent_port silent_service;

static void cancel_while_the_code_is_traded(struct visitor *visitor,
                                            const clef_login_attempt *attempt)
{
    clef_error *error = NULL;
    char url[400], byte;
    (void)visitor;
    const char *state = strstr(clef_login_attempt_url(attempt), "&state=") + 1;
    snprintf(url, sizeof url, "code=x&%.*s", (int)strcspn(state, "&"), state);
    CHECK_OK(clef_login_attempt_paste(attempt, url, &error));
    int connection = accept_at(&silent_service);
    CHECK_INT(read(connection, &byte, 1), 1);
    clef_login_attempt_cancel(attempt);
    while (read(connection, url, sizeof url) > 0)
        ;
    close(connection);
}

static void another_thread_cancels_the_exchange(void)
{
    silent_service = open_silent_port();
    clef_credentials *plain = credentials_for(CUSTOM_URI), *credentials = NULL;
    struct visitor visitor = {.act = cancel_while_the_code_is_traded};
    clef_login_options *options = options_with(0, -1, &visitor);
    clef_refreshing_token *token = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_with_accounts_url(plain, silent_service.url, &credentials, &error));
    CHECK_STATUS(clef_login(credentials, NULL, options, &token, &error), CLEF_STATUS_CANCELLED);
    clef_login_options_free(options);
    check_visitor_ends(&visitor);
    clef_credentials_free(credentials);
    clef_credentials_free(plain);
    close(silent_service.listener);
}

static void the_port_is_free_afterwards(void)
{
    struct visitor first = {.act = cancel_while_it_listens};
    check_log_in(&first, CLEF_STATUS_CANCELLED);
    struct visitor second = {.act = try_the_wrong_state};
    clef_refreshing_token_free(log_in_at(first.uri, GENEROUS_MS, &second, CLEF_STATUS_OK));
    CHECK_STRING(second.uri, first.uri);
}

static void nobody_comes(void)
{
    const char *uris[] = {SANDBOX_REDIRECT_URI, CUSTOM_URI};
    for (int i = 0; i < 2; i++) {
        struct visitor visitor = {0};
        CHECK(log_in_at(uris[i], 20, &visitor, CLEF_STATUS_TIMEOUT) == NULL);
    }
}

static void a_port_in_use_is_named(void)
{
    clef_redirect_listener *listener = NULL;
    clef_refreshing_token *token = NULL;
    clef_error *error = NULL;
    char port[10];
    CHECK_OK(clef_redirect_listener_new("http://127.0.0.1/callback", &listener, &error));
    const char *uri = clef_redirect_listener_uri(listener);
    snprintf(port, sizeof port, ":%d", atoi(strrchr(uri, ':') + 1));
    clef_credentials *credentials = credentials_for(uri);
    CHECK_INT(clef_login(credentials, NULL, NULL, &token, &error), CLEF_STATUS_ADDRESS_IN_USE);
    CHECK(strstr(clef_error_message(error), port) != NULL);
    clef_error_free(error);
    clef_credentials_free(credentials);
    clef_redirect_listener_free(listener);
}

/* Without a browser */

static void try_to_open(struct visitor *visitor, const clef_login_attempt *attempt)
{
    visitor->opened = clef_login_attempt_open_browser(attempt, NULL);
    paste(visitor, attempt);
}

static void a_browser_that_cannot_be_opened(void)
{
    clef_credentials *credentials = sandbox_credentials(NULL, NULL);
    clef_login_options *options = options_with(CLEF_LOGIN_NO_BROWSER, -1, NULL);
    clef_refreshing_token *token = NULL;
    clef_error *error = NULL;
    setenv("PATH", desktop.without_browser, 1);
    CHECK_INT(clef_login(credentials, NULL, NULL, &token, &error), CLEF_STATUS_NO_BROWSER);
    CHECK(strstr(clef_error_message(error), "show the URL") != NULL);
    CHECK(strstr(clef_error_message(error), "http") == NULL);
    clef_error_free(error);
    struct visitor visitor = {.act = try_to_open};
    check_log_in(&visitor, CLEF_STATUS_OK);
    CHECK_INT(visitor.opened, CLEF_STATUS_NO_BROWSER);
    setenv("PATH", desktop.with_browser, 1);
    CHECK_STATUS(clef_login(credentials, NULL, options, &token, &error), CLEF_STATUS_NO_BROWSER);
    check_no_child_is_left();
    clef_login_options_free(options);
    clef_credentials_free(credentials);
}

static void open_and_agree(struct visitor *visitor, const clef_login_attempt *attempt)
{
    visitor->opened = clef_login_attempt_open_browser(attempt, NULL);
}

static void a_callback_may_open_the_browser(void)
{
    struct visitor visitor = {.act = open_and_agree, .acts_at_once = true};
    struct user user;
    begin_to_use_the_desktop(&user, "approve");
    check_log_in(&visitor, CLEF_STATUS_OK);
    check_end_of_use(&user, "You can close this window");
    CHECK_INT(visitor.opened, CLEF_STATUS_OK);
}

/* In the background */

struct ended {
    atomic_int completions, freed;
    _Atomic clef_status status;
    pthread_t thread;
};

static void hear_end(void *data, const clef_operation *operation)
{
    struct ended *ended = data;
    ended->status = clef_operation_status(operation, NULL);
    ended->thread = pthread_self();
    ended->completions++;
}

static void free_ended(void *data)
{
    ((struct ended *)data)->freed++;
}

static clef_operation *start_login_at(const char *redirect_uri, const clef_login_options *options,
                                const clef_runtime *runtime, struct ended *ended)
{
    clef_credentials *credentials = credentials_for(redirect_uri);
    clef_operation *operation = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_login_start(credentials, NULL, options, runtime, ended ? hear_end : NULL, ended,
                              ended ? free_ended : NULL, &operation, &error));
    clef_credentials_free(credentials);
    return operation;
}

static clef_operation *start_login(const clef_login_options *options, const clef_runtime *runtime,
                                   struct ended *ended)
{
    return start_login_at(SANDBOX_REDIRECT_URI, options, runtime, ended);
}

static void check_gives_a_token(const clef_operation *operation)
{
    clef_refreshing_token *token = NULL;
    clef_token *plain = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_operation_wait(operation, GENEROUS_MS, &error));
    CHECK_OK(clef_operation_refreshing_token(operation, &token, &error));
    CHECK_STATUS(clef_operation_token(operation, &plain, &error), CLEF_STATUS_UNSUPPORTED);
    CHECK_OK(clef_refreshing_token_refresh(token, &error));
    clef_refreshing_token_free(token);
}

static bool waits_for_a_redirect(const char *name)
{
    return strcmp(name, "clef-waiter") == 0;
}

static void a_background_login_has_a_browser_too(void)
{
    clef_runtime *runtime = new_runtime();
    struct ended ended = {0};
    struct user user;
    begin_to_use_the_desktop(&user, "approve");
    clef_operation *operation = start_login(NULL, runtime, &ended);
    PUMP_UNTIL(runtime, ended.completions);
    check_end_of_use(&user, "You can close this window");
    check_start(&user.started);
    check_no_child_is_left();
    CHECK_INT(ended.status, CLEF_STATUS_OK);
    CHECK_INT(ended.freed, 1);
    CHECK(pthread_equal(ended.thread, pthread_self()));
    check_gives_a_token(operation);
    UNTIL(count_threads(waits_for_a_redirect) == 0);
    clef_operation_free(operation);
    clef_runtime_free(runtime);
}

static void a_program_without_callbacks_asks_for_the_url(void)
{
    clef_runtime *runtime = new_runtime();
    clef_login_options *options = options_with(CLEF_LOGIN_NO_BROWSER, -1, NULL);
    clef_error *error = NULL;
    for (int pasted = 0; pasted < 2; pasted++) {
        clef_operation *operation = start_login(options, runtime, NULL);
        char *url = NULL;
        CHECK_OK(clef_operation_url(operation, &url, &error));
        char *redirect = sandbox_log_in(url);
        CHECK_STATUS(clef_login_paste(operation, "code=x&state=another", &error),
                     CLEF_STATUS_STATE_MISMATCH);
        if (pasted)
            CHECK_OK(clef_login_paste(operation, redirect, &error));
        else
            free(visit(redirect));
        check_gives_a_token(operation);
        CHECK_STATUS(clef_login_paste(operation, redirect, &error), CLEF_STATUS_ALREADY_USED);
        free(redirect);
        clef_string_free(url);
        clef_operation_free(operation);
    }
    clef_login_options_free(options);
    clef_runtime_free(runtime);
}

static void the_pump_runs_the_callback(void)
{
    clef_runtime *runtime = new_runtime();
    struct visitor visitor = {.act = paste_while_it_listens};
    struct ended ended = {0};
    clef_login_options *options = options_with(0, -1, &visitor);
    clef_operation *operation = start_login(options, runtime, &ended);
    clef_login_options_free(options);
    CHECK_INT(clef_runtime_wait(runtime, GENEROUS_MS, NULL), CLEF_STATUS_OK);
    CHECK_INT(visitor.calls, 0);
    PUMP_UNTIL(runtime, ended.freed && visitor.freed);
    CHECK(pthread_equal(visitor.caller, pthread_self()));
    CHECK_INT(ended.status, CLEF_STATUS_OK);
    check_visitor_ends(&visitor);
    check_gives_a_token(operation);
    clef_operation_free(operation);
    clef_runtime_free(runtime);
}

static void who_waits_runs_the_callback(void)
{
    clef_runtime *runtime = new_runtime();
    struct visitor visitor = {.act = paste};
    clef_login_options *options = options_with(0, -1, &visitor);
    clef_operation *operation = start_login(options, runtime, NULL);
    clef_login_options_free(options);
    check_gives_a_token(operation);
    CHECK(pthread_equal(visitor.caller, pthread_self()));
    clef_operation_free(operation);
    clef_runtime_free(runtime);
    check_visitor_ends(&visitor);
}

static void a_login_that_nobody_pumps_ends_in_time(void)
{
    clef_runtime *runtime = new_runtime();
    struct visitor visitor = {0};
    clef_login_options *options = options_with(0, 20, &visitor);
    clef_operation *operation = start_login(options, runtime, NULL);
    clef_login_options_free(options);
    UNTIL(clef_operation_is_done(operation));
    CHECK_INT(clef_operation_status(operation, NULL), CLEF_STATUS_TIMEOUT);
    /* Its user is not shown a login that is over. */
    PUMP_UNTIL(runtime, visitor.freed);
    CHECK_INT(visitor.calls, 0);
    clef_operation_free(operation);
    clef_runtime_free(runtime);
    CHECK_INT(visitor.freed, 1);
}

static void a_paste_comes_before_the_callback(void)
{
    clef_runtime *runtime = new_runtime();
    struct visitor visitor = {0};
    clef_login_options *options = options_with(0, -1, &visitor);
    clef_error *error = NULL;
    char *url = NULL;
    clef_operation *operation = start_login(options, runtime, NULL);
    clef_login_options_free(options);
    CHECK_OK(clef_operation_url(operation, &url, &error));
    char *redirect = sandbox_log_in(url);
    CHECK_OK(clef_login_paste(operation, redirect, &error));
    UNTIL(clef_operation_is_done(operation));
    CHECK_INT(clef_operation_status(operation, NULL), CLEF_STATUS_OK);
    PUMP_UNTIL(runtime, visitor.freed);
    CHECK_INT(visitor.calls, 0);
    free(redirect);
    clef_string_free(url);
    clef_operation_free(operation);
    clef_runtime_free(runtime);
}

static void no_browser_in_the_background(void)
{
    clef_runtime *runtime = new_runtime();
    setenv("PATH", desktop.without_browser, 1);
    clef_operation *operation = start_login(NULL, runtime, NULL);
    UNTIL(clef_operation_is_done(operation));
    CHECK_INT(clef_operation_status(operation, NULL), CLEF_STATUS_NO_BROWSER);
    setenv("PATH", desktop.with_browser, 1);
    clef_operation_free(operation);
    clef_runtime_free(runtime);
}

static void a_cancelled_login_has_given_its_port_back(void)
{
    clef_runtime *runtime = new_runtime();
    clef_redirect_listener *listener = NULL;
    clef_error *error = NULL;
    char uri[100];
    /* A port that is free, most likely. */
    CHECK_OK(clef_redirect_listener_new(SANDBOX_REDIRECT_URI, &listener, &error));
    snprintf(uri, sizeof uri, "%s", clef_redirect_listener_uri(listener));
    clef_redirect_listener_free(listener);
    clef_login_options *options = options_with(CLEF_LOGIN_NO_BROWSER, -1, NULL);
    struct ended ended = {0};
    for (int i = 0; i < 20; i++) {
        clef_operation *operation = start_login_at(uri, options, runtime, &ended);
        if (i % 2)
            UNTIL(count_threads(waits_for_a_redirect) > 0);
        clef_operation_cancel(operation);
        CHECK_OK(clef_operation_wait(operation, GENEROUS_MS, &error));
        clef_operation_free(operation);
    }
    PUMP_UNTIL(runtime, ended.freed == 20);
    CHECK_INT(ended.completions, 20);
    CHECK_INT(ended.status, CLEF_STATUS_CANCELLED);
    UNTIL(count_threads(waits_for_a_redirect) == 0);
    clef_login_options_free(options);
    clef_runtime_free(runtime);
}

static clef_operation *cancelled_inside;

static void cancel_the_operation(struct visitor *visitor, const clef_login_attempt *attempt)
{
    (void)visitor, (void)attempt;
    clef_error *error = NULL;
    CHECK_STATUS(clef_operation_wait(cancelled_inside, -1, &error), CLEF_STATUS_WOULD_BLOCK);
    clef_operation_cancel(cancelled_inside);
    UNTIL(clef_operation_is_done(cancelled_inside));
}

static void a_callback_that_has_not_returned_holds_up_no_cancel(void)
{
    clef_runtime *runtime = new_runtime();
    struct visitor visitor = {.act = cancel_the_operation, .acts_at_once = true};
    struct ended ended = {0};
    clef_login_options *options = options_with(0, -1, &visitor);
    cancelled_inside = start_login(options, runtime, &ended);
    clef_login_options_free(options);
    PUMP_UNTIL(runtime, ended.freed);
    CHECK_INT(ended.status, CLEF_STATUS_CANCELLED);
    clef_operation_free(cancelled_inside);
    clef_runtime_free(runtime);
    check_visitor_ends(&visitor);
}

static void a_runtime_is_freed_while_logins_wait(void)
{
    clef_runtime *runtime = new_runtime();
    struct visitor visitor = {0}, unseen = {0};
    struct ended ended[4] = {0};
    clef_operation *operations[4];
    clef_login_options *hosted = options_with(CLEF_LOGIN_NO_BROWSER, -1, NULL);
    clef_login_options *seen = options_with(0, -1, &visitor);
    clef_login_options *not_seen = options_with(0, -1, &unseen);
    operations[0] = start_login(seen, runtime, &ended[0]);
    PUMP_UNTIL(runtime, visitor.calls);
    operations[1] = start_login(hosted, runtime, &ended[1]);
    UNTIL(count_threads(waits_for_a_redirect) == 2);
    operations[2] = start_login_at(CUSTOM_URI, hosted, runtime, &ended[2]);
    operations[3] = start_login(not_seen, runtime, &ended[3]);
    clef_login_options_free(hosted);
    clef_login_options_free(seen);
    clef_login_options_free(not_seen);
    int64_t before = monotonic_ms();
    clef_runtime_free(runtime);
    printf("freed after %d ms\n", (int)(monotonic_ms() - before));
    UNTIL(clef_threads() == 0);
    for (int i = 0; i < 4; i++) {
        CHECK_INT(ended[i].completions, 1);
        CHECK_INT(ended[i].freed, 1);
        CHECK_INT(ended[i].status, CLEF_STATUS_CANCELLED);
        clef_operation_free(operations[i]);
    }
    CHECK_INT(unseen.calls, 0);
    CHECK_INT(unseen.freed, 1);
    check_visitor_ends(&visitor);
}

/* The settings */

static void a_callback_that_is_replaced_is_freed(void)
{
    clef_error *error = NULL;
    struct visitor first = {0}, second = {0}, without = {0}, failing = {0};
    clef_login_options *options = options_with(0, -1, &first);
    CHECK_OK(clef_login_options_set_browser(options, be_shown, &second, free_visitor, &error));
    CHECK_INT(first.freed, 1);
    CHECK_OK(clef_login_options_set_browser(options, NULL, &without, free_visitor, &error));
    CHECK_INT(second.freed, 1);
    CHECK_INT(without.freed, 1);
    CHECK_STATUS(clef_login_options_set_browser(NULL, be_shown, &failing, free_visitor, &error),
                 CLEF_STATUS_INVALID_ARGUMENT);
    CHECK_INT(failing.freed, 1);
    clef_login_options_free(options);
    CHECK_INT(first.freed + second.freed + without.freed, 3);
}

int main(int count, char **arguments)
{
    if (count != 2)
        sandbox_die("give the URL of a sandbox");
    sandbox_url = arguments[1];
    set_up_desktop();
    setenv("PATH", desktop.with_browser, 1);
    RUN_BOUNDED(a_user_logs_in_with_pkce);
    RUN_BOUNDED(a_user_logs_in_with_a_secret);
    RUN_BOUNDED(a_user_refuses);
    RUN_BOUNDED(the_pages_may_be_the_programs_own);
    RUN_BOUNDED(a_browser_has_nothing_of_the_terminal);
    RUN_BOUNDED(the_wrong_state_is_turned_away_and_the_right_one_taken);
    RUN_BOUNDED(a_url_may_be_pasted_while_it_listens);
    RUN_BOUNDED(a_url_may_be_pasted_in_the_callback);
    RUN_BOUNDED(where_nobody_can_listen_a_url_is_pasted);
    RUN_BOUNDED(another_thread_cancels_it);
    RUN_BOUNDED(another_thread_cancels_the_exchange);
    RUN_BOUNDED(the_port_is_free_afterwards);
    RUN_BOUNDED(nobody_comes);
    RUN_BOUNDED(a_port_in_use_is_named);
    RUN_BOUNDED(a_browser_that_cannot_be_opened);
    RUN_BOUNDED(a_callback_may_open_the_browser);
    RUN_BOUNDED(a_background_login_has_a_browser_too);
    RUN_BOUNDED(a_program_without_callbacks_asks_for_the_url);
    RUN_BOUNDED(the_pump_runs_the_callback);
    RUN_BOUNDED(who_waits_runs_the_callback);
    RUN_BOUNDED(a_login_that_nobody_pumps_ends_in_time);
    RUN_BOUNDED(a_paste_comes_before_the_callback);
    RUN_BOUNDED(no_browser_in_the_background);
    RUN_BOUNDED(a_cancelled_login_has_given_its_port_back);
    RUN_BOUNDED(a_callback_that_has_not_returned_holds_up_no_cancel);
    RUN_BOUNDED(a_runtime_is_freed_while_logins_wait);
    RUN_BOUNDED(a_callback_that_is_replaced_is_freed);
    remove_desktop();
    return check_exit();
}
