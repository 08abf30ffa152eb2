/*
 * A node that logs the player in with their browser, once: from then on the token is stored, and
 * kept fresh. No frame waits for the network, the browser or the disk. What Godot wants to know of
 * a class is in godot.c.
 */
#include "godot.h"

#include <clef.h>

struct clef_login {
    struct godot_node node;
    char *client_id, *accounts_url;
    clef_runtime *runtime;
    clef_credentials *credentials;
    clef_token_store *store;
    clef_login_options *options;
    clef_operation *login;        /* NULL while there is none under way */
    clef_refreshing_token *token; /* NULL until there is one */
};

static void emit_failed(struct clef_login *self, clef_error *error)
{
    /* Cancelled by the game, or by its end: it knows. */
    if (clef_error_status(error) != CLEF_STATUS_CANCELLED)
        godot_emit(self, "failed", clef_error_message(error));
    clef_error_free(error);
}

/* Runs in clef_runtime_run_callbacks, as the next three do: so in this node's frame. */
static clef_status on_event(void *node, clef_event event, const clef_token *token,
                            const clef_error *error)
{
    (void)token, (void)error;
    if (event == CLEF_EVENT_LOGIN_REQUIRED) /* the player has withdrawn the access */
        godot_emit(node, "login_required", NULL);
    return CLEF_STATUS_OK;
}

static void take(struct clef_login *self, clef_refreshing_token *token)
{
    clef_refreshing_token_free(self->token);
    self->token = token;
    (void)clef_refreshing_token_set_listener(token, on_event, self, NULL, NULL);
    /* From now on the access token is at hand at any time. */
    (void)clef_refreshing_token_keep_fresh(token, self->runtime, NULL);
    godot_emit(self, "logged_in", NULL);
}

static void on_stored_token(void *node, const clef_operation *operation)
{
    struct clef_login *self = node;
    clef_refreshing_token *token = NULL;
    clef_error *error = NULL;
    if (clef_operation_refreshing_token(operation, &token, &error) == CLEF_STATUS_OK) {
        take(self, token);
    } else if (clef_error_remedy(error) == CLEF_REMEDY_LOG_IN) { /* as in the first run */
        clef_error_free(error);
        godot_emit(self, "login_required", NULL);
    } else {
        emit_failed(self, error);
    }
}

static void on_login(void *node, const clef_operation *operation)
{
    struct clef_login *self = node;
    clef_refreshing_token *token = NULL;
    clef_error *error = NULL;
    if (clef_operation_refreshing_token(operation, &token, &error) == CLEF_STATUS_OK)
        take(self, token);
    else
        emit_failed(self, error);
    clef_operation_free(self->login);
    self->login = NULL;
}

static void log_in(void *node)
{
    struct clef_login *self = node;
    clef_error *error = NULL;
    if (!self->login && clef_login_start(self->credentials, NULL, self->options, self->runtime,
                                         on_login, self, NULL, &self->login, &error))
        emit_failed(self, error);
}

static void cancel(void *node)
{
    clef_operation_cancel(((struct clef_login *)node)->login);
}

/* Empty while there is none. Ask anew before each request to the Web API: it never waits. */
static void access_token(void *node, GDExtensionStringPtr result)
{
    const struct clef_login *self = node;
    char *access_token = NULL;
    (void)clef_refreshing_token_try_access_token(self->token, &access_token, NULL);
    godot_set_string(result, access_token ? access_token : "");
    clef_string_free(access_token);
}

static void enter_tree(struct clef_login *self)
{
    bool is_elsewhere = self->accounts_url && *self->accounts_url;
    clef_credentials *spotify = NULL;
    clef_error *error = NULL;
    self->options = clef_login_options_new();
    if (clef_runtime_new(&self->runtime, &error) ||
        clef_credentials_new(self->client_id, NULL, "http://127.0.0.1/callback", NULL, &spotify,
                             &error) ||
        clef_credentials_with_accounts_url(
            spotify, is_elsewhere ? self->accounts_url : "https://accounts.spotify.com",
            &self->credentials, &error) ||
        clef_token_store_new_file(NULL, &self->store, &error) ||
        clef_login_options_set_store(self->options, self->store, NULL, &error) ||
        clef_refreshing_token_open_start(self->store, self->credentials, NULL, self->runtime,
                                         on_stored_token, self, NULL, NULL, &error))
        emit_failed(self, error);
    clef_credentials_free(spotify);
    godot_process(self);
}

static void exit_tree(struct clef_login *self)
{
    clef_runtime_free(self->runtime); /* ends a login that is under way, so it comes first */
    clef_refreshing_token_free(self->token);
    clef_operation_free(self->login);
    clef_login_options_free(self->options);
    clef_token_store_free(self->store);
    clef_credentials_free(self->credentials);
    self->runtime = NULL, self->token = NULL, self->login = NULL;
    self->options = NULL, self->store = NULL, self->credentials = NULL;
}

static void notify(void *node, int what)
{
    struct clef_login *self = node;
    if (what == GODOT_ENTER_TREE)
        enter_tree(self);
    else if (what == GODOT_PROCESS)
        clef_runtime_run_callbacks(self->runtime);
    else if (what == GODOT_EXIT_TREE)
        exit_tree(self);
}

const struct godot_class godot_class = {
    .name = "ClefLogin",
    .size = sizeof(struct clef_login),
    .notify = notify,
    .properties =
        (const struct godot_property[]){
            {"client_id", offsetof(struct clef_login, client_id)},
            {"accounts_url", offsetof(struct clef_login, accounts_url)}, /* empty: Spotify's */
            {0},
        },
    .methods =
        (const struct godot_method[]){
            {"log_in", .run = log_in},
            {"cancel", .run = cancel},
            {"access_token", .get = access_token},
            {0},
        },
    .signals =
        (const struct godot_signal[]){
            {"login_required", NULL},
            {"logged_in", NULL},
            {"failed", "message"},
            {0},
        },
};
