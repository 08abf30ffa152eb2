/*
 * A game with SDL2 whose player logs in while it runs: the window shows whether there is a token, and no frame waits for
 * the network, the browser or the disk. The next run has the token that is stored.
 *
 *     cc game.c $(pkg-config --cflags --libs sdl2 clef) -o game && CLIENT_ID=... ./game
 *
 * L logs in, Escape or the window's button ends it.
 */
#include <SDL.h>
#include <clef.h>
#include <stdio.h>
#include <stdlib.h>

struct game {
    clef_runtime *runtime;
    clef_credentials *credentials;
    clef_token_store *store;
    clef_login_options *options;
    clef_refreshing_token *token; /* NULL until there is one */
    bool is_logging_in;
};

static void report(clef_error *error)
{
    fprintf(stderr, "%s: %s\n", clef_status_name(clef_error_status(error)),
            clef_error_message(error));
    clef_error_free(error);
}

/* Runs in clef_runtime_run_callbacks, so in a frame: of the stored token and of the login alike. */
static void on_token(void *user_data, const clef_operation *operation)
{
    struct game *game = user_data;
    clef_error *error = NULL;
    game->is_logging_in = false;
    if (clef_operation_refreshing_token(operation, &game->token, &error) == CLEF_STATUS_OK) {
        /* From now on the access token is at hand at any time. */
        (void)clef_refreshing_token_keep_fresh(game->token, game->runtime, NULL);
        puts("Logged in");
    } else if (clef_error_remedy(error) == CLEF_REMEDY_LOG_IN) {
        clef_error_free(error);
        puts("Press L to log in");
    } else if (clef_error_status(error) == CLEF_STATUS_CANCELLED) {
        clef_error_free(error); /* the game ended meanwhile */
    } else {
        report(error);
    }
    fflush(stdout);
}

static void log_in(struct game *game)
{
    clef_error *error = NULL;
    if (game->is_logging_in || game->token)
        return;
    game->is_logging_in = clef_login_start(game->credentials, NULL, game->options, game->runtime,
                                           on_token, game, NULL, NULL, &error) == CLEF_STATUS_OK;
    if (error)
        report(error);
}

static void frame(SDL_Renderer *renderer, const struct game *game)
{
    SDL_Color colour = game->token           ? (SDL_Color){30, 160, 80, 255}
                       : game->is_logging_in ? (SDL_Color){200, 160, 40, 255}
                                             : (SDL_Color){60, 60, 60, 255};
    SDL_SetRenderDrawColor(renderer, colour.r, colour.g, colour.b, colour.a);
    SDL_RenderClear(renderer);
    SDL_RenderPresent(renderer);
}

int main(int argc, char **argv)
{
    (void)argc, (void)argv;
    const char *sandbox = getenv("ACCOUNTS_URL"); /* to try it without an account */
    struct game game = {.options = clef_login_options_new()};
    clef_credentials *spotify = NULL;
    clef_error *error = NULL;
    int failed = clef_runtime_new(&game.runtime, &error) ||
                 clef_credentials_new(getenv("CLIENT_ID"), NULL, "http://127.0.0.1/callback", NULL,
                                      &spotify, &error) ||
                 clef_credentials_with_accounts_url(
                     spotify, sandbox ? sandbox : "https://accounts.spotify.com",
                     &game.credentials, &error) ||
                 clef_token_store_new_file(NULL, &game.store, &error) ||
                 clef_login_options_set_store(game.options, game.store, NULL, &error) ||
                 clef_refreshing_token_open_start(game.store, game.credentials, NULL, game.runtime,
                                                  on_token, &game, NULL, NULL, &error);
    if (!failed && SDL_Init(SDL_INIT_VIDEO) == 0) {
        SDL_Window *window = SDL_CreateWindow("clef", SDL_WINDOWPOS_CENTERED,
                                              SDL_WINDOWPOS_CENTERED, 320, 200, 0);
        SDL_Renderer *renderer = SDL_CreateRenderer(window, -1, SDL_RENDERER_PRESENTVSYNC);
        for (bool goes_on = true; goes_on;) {
            for (SDL_Event event; SDL_PollEvent(&event);) {
                if (event.type == SDL_KEYDOWN && event.key.keysym.sym == SDLK_l)
                    log_in(&game);
                goes_on = goes_on && event.type != SDL_QUIT &&
                          !(event.type == SDL_KEYDOWN && event.key.keysym.sym == SDLK_ESCAPE);
            }
            clef_runtime_run_callbacks(game.runtime);
            frame(renderer, &game);
            SDL_Delay(1); /* where there is no display to wait for */
        }
        SDL_DestroyRenderer(renderer);
        SDL_DestroyWindow(window);
        SDL_Quit();
    } else if (!failed) {
        fprintf(stderr, "%s\n", SDL_GetError());
        failed = 1;
    }
    if (error)
        report(error);

    clef_runtime_free(game.runtime); /* ends a login that is under way */
    clef_refreshing_token_free(game.token);
    clef_login_options_free(game.options), clef_token_store_free(game.store);
    clef_credentials_free(game.credentials), clef_credentials_free(spotify);
    return failed;
}
