/*
 * A plugin for OBS Studio with a source "Spotify: now playing", whose properties log the user in,
 * once for all sources of this kind. It shows how far the login is; with the token at hand, ask
 * the Web API what is playing.
 *
 *     cc -std=gnu11 -shared -fPIC clef-now-playing.c $(pkg-config --cflags --libs libobs clef) -o clef-now-playing.so
 *
 * goes to ~/.config/obs-studio/plugins/clef-now-playing/bin/64bit. Your client id goes to
 * config.json in ~/.config/obs-studio/plugin_config/clef-now-playing: {"client_id": "..."}
 */
#include <clef.h>
#include <obs-module.h>
#include <util/threading.h>

OBS_DECLARE_MODULE()

#ifdef _WIN32
#define TEXT_SOURCE "text_gdiplus"
#else
#define TEXT_SOURCE "text_ft2_source_v2"
#endif

enum { OPENING, LOGGED_OUT, LOGGING_IN, LOGGED_IN };

static const char *const state_texts[] = {
    [OPENING] = "Spotify",
    [LOGGED_OUT] = "Log in to Spotify, in the properties of this source",
    [LOGGING_IN] = "Log in to Spotify, in the browser",
    [LOGGED_IN] = "Logged in to Spotify",
};

/* Only the button leaves LOGGED_OUT, and only callbacks leave the others. */
static volatile long state = OPENING;
static clef_runtime *runtime;
static clef_credentials *credentials;
static clef_token_store *store;
static clef_login_options *options;
static clef_operation *login;        /* the last one, for the button */
static clef_refreshing_token *token; /* NULL until there is one, for the graphics thread */

static void enter(long new_state)
{
    blog(LOG_INFO, "[clef-now-playing] %s", state_texts[new_state]);
    os_atomic_set_long(&state, new_state);
}

static void report(clef_error *error)
{
    blog(LOG_WARNING, "[clef-now-playing] %s: %s", clef_status_name(clef_error_status(error)),
         clef_error_message(error));
    clef_error_free(error);
}

/* Runs in clef_runtime_run_callbacks, as the next one does. */
static clef_status on_event(void *user_data, clef_event event, const clef_token *new_token,
                            const clef_error *error)
{
    (void)user_data, (void)new_token, (void)error;
    if (event == CLEF_EVENT_LOGIN_REQUIRED) /* the user has withdrawn the access */
        enter(LOGGED_OUT);
    return CLEF_STATUS_OK;
}

/* Of the stored token and of the login alike. */
static void on_token(void *user_data, const clef_operation *operation)
{
    (void)user_data;
    clef_refreshing_token *new_token = NULL;
    clef_error *error = NULL;
    clef_status status = clef_operation_refreshing_token(operation, &new_token, &error);
    if (status == CLEF_STATUS_OK) {
        clef_refreshing_token_free(token);
        token = new_token;
        (void)clef_refreshing_token_set_listener(token, on_event, NULL, NULL, NULL);
        /* From now on clef_refreshing_token_try_access_token has it at hand, on any thread. */
        (void)clef_refreshing_token_keep_fresh(token, runtime, NULL);
        enter(LOGGED_IN);
        return;
    }
    if (status == CLEF_STATUS_NOT_FOUND || status == CLEF_STATUS_CANCELLED)
        clef_error_free(error); /* as in the first run, and by the button or the end of OBS */
    else
        report(error);
    enter(LOGGED_OUT);
}

/* On the graphics thread, which must not wait: nor does it, since clef reads and writes the store
 * on a thread of its own. */
static void pump(void *unused, float seconds)
{
    (void)unused, (void)seconds;
    clef_runtime_run_callbacks(runtime);
}

static bool log_in_or_cancel(obs_properties_t *properties, obs_property_t *button, void *source)
{
    (void)properties, (void)button, (void)source;
    clef_error *error = NULL;
    if (os_atomic_load_long(&state) == LOGGING_IN) {
        clef_operation_cancel(login);
    } else if (os_atomic_load_long(&state) == LOGGED_OUT) {
        enter(LOGGING_IN);
        clef_operation_free(login);
        if (clef_login_start(credentials, NULL, options, runtime, on_token, NULL, NULL, &login,
                             &error)) {
            report(error);
            enter(LOGGED_OUT);
        }
    }
    return false; /* the properties are made anew when the source notices */
}

/* The source: a text. */

struct now_playing {
    obs_source_t *source, *text;
    long shown;
};

static const char *get_name(void *unused)
{
    (void)unused;
    return "Spotify: now playing";
}

static void *create(obs_data_t *settings, obs_source_t *source)
{
    (void)settings;
    struct now_playing *self = bzalloc(sizeof *self);
    self->source = source;
    self->text = obs_source_create_private(TEXT_SOURCE, NULL, NULL);
    self->shown = -1;
    return self;
}

static void destroy(void *data)
{
    struct now_playing *self = data;
    obs_source_release(self->text);
    bfree(self);
}

static void tick(void *data, float seconds)
{
    (void)seconds;
    struct now_playing *self = data;
    long now = os_atomic_load_long(&state);
    if (self->shown == now)
        return;
    self->shown = now;
    obs_data_t *settings = obs_data_create();
    obs_data_set_string(settings, "text", state_texts[now]);
    obs_source_update(self->text, settings);
    obs_data_release(settings);
    obs_source_update_properties(self->source);
}

static void render(void *data, gs_effect_t *effect)
{
    (void)effect;
    obs_source_video_render(((struct now_playing *)data)->text);
}

static uint32_t get_width(void *data)
{
    return obs_source_get_width(((struct now_playing *)data)->text);
}

static uint32_t get_height(void *data)
{
    return obs_source_get_height(((struct now_playing *)data)->text);
}

static obs_properties_t *get_properties(void *data)
{
    (void)data;
    long now = os_atomic_load_long(&state);
    obs_properties_t *properties = obs_properties_create();
    obs_properties_add_text(properties, "state", state_texts[now], OBS_TEXT_INFO);
    obs_property_t *button = obs_properties_add_button(
        properties, "log_in", now == LOGGING_IN ? "Cancel" : "Log in", log_in_or_cancel);
    obs_property_set_enabled(button, now == LOGGED_OUT || now == LOGGING_IN);
    return properties;
}

static struct obs_source_info now_playing = {
    .id = "clef_now_playing",
    .type = OBS_SOURCE_TYPE_INPUT,
    .output_flags = OBS_SOURCE_VIDEO | OBS_SOURCE_CUSTOM_DRAW,
    .icon_type = OBS_ICON_TYPE_TEXT,
    .get_name = get_name,
    .create = create,
    .destroy = destroy,
    .video_tick = tick,
    .video_render = render,
    .get_width = get_width,
    .get_height = get_height,
    .get_properties = get_properties,
};

/* The module. */

static bool begin(const char *client_id, const char *accounts_url, const char *token_folder)
{
    clef_credentials *spotify = NULL;
    clef_error *error = NULL;
    options = clef_login_options_new();
    bool failed =
        clef_runtime_new(&runtime, &error) ||
        clef_credentials_new(client_id, NULL, "http://127.0.0.1/callback", NULL, &spotify,
                             &error) ||
        clef_credentials_with_accounts_url(spotify, accounts_url, &credentials, &error) ||
        clef_token_store_new_file(token_folder, &store, &error) ||
        clef_login_options_set_store(options, store, NULL, &error) ||
        clef_refreshing_token_open_start(store, credentials, NULL, runtime, on_token, NULL, NULL,
                                         NULL, &error);
    if (failed)
        report(error);
    clef_credentials_free(spotify);
    return !failed;
}

static void end(void)
{
    /* OBS is not held up for longer; what is left of a refresh then is given up. */
    (void)clef_runtime_close(runtime, 2000, NULL);
    clef_runtime_free(runtime);
    clef_refreshing_token_free(token);
    clef_operation_free(login);
    clef_login_options_free(options);
    clef_token_store_free(store);
    clef_credentials_free(credentials);
}

bool obs_module_load(void)
{
    char *config_path = obs_module_config_path("config.json");
    char *token_folder = obs_module_config_path("tokens");
    obs_data_t *config = obs_data_create_from_json_file(config_path);
    if (!config)
        config = obs_data_create();
    obs_data_set_default_string(config, "accounts_url", "https://accounts.spotify.com");
    bool begins = begin(obs_data_get_string(config, "client_id"),
                        obs_data_get_string(config, "accounts_url"), token_folder);
    obs_data_release(config);
    bfree(token_folder);
    bfree(config_path);
    if (!begins) {
        end();
        return false;
    }
    obs_add_tick_callback(pump, NULL);
    obs_register_source(&now_playing);
    return true;
}

void obs_module_unload(void)
{
    obs_remove_tick_callback(pump, NULL);
    end();
}
