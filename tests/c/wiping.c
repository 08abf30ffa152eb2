/*
 * Memory that is freed has no secret in it any more. The program's own free() looks, which the library calls too; so
 * this runs neither under valgrind nor with a sanitiser, which bring their own.
 */
#include "files.h"

#include <arpa/inet.h>
#include <glob.h>
#include <malloc.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENT_SECRET "WIPE-client-secret"
#define ACCESS_TOKEN "WIPE-access-token"
#define REFRESH_TOKEN "WIPE-refresh-token"
#define CODE "WIPE-code"
#define VERIFIER "WIPE-verifier-of-which-forty-three-characters-are-needed"
#define STATE "WIPE-state"
#define JSON                                                                                      \
    "{\"access_token\":\"" ACCESS_TOKEN "\",\"refresh_token\":\"" REFRESH_TOKEN                   \
    "\",\"expires_in\":3600,\"own\":\"WIPE-unknown-member\"}"

static bool is_watching;
static int found;

extern void __libc_free(void *block);
extern void *__libc_realloc(void *block, size_t size);

static bool has_secret(const void *block)
{
    return is_watching && block && memmem(block, malloc_usable_size((void *)block), "WIPE-", 5);
}

void free(void *block)
{
    found += has_secret(block);
    __libc_free(block);
}

void *realloc(void *block, size_t size)
{
    bool had = has_secret(block);
    void *moved = __libc_realloc(block, size);
    found += had && moved != block;
    return moved;
}

static clef_credentials *credentials(void)
{
    clef_credentials *made = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_new("id", CLIENT_SECRET, "http://127.0.0.1/callback", NULL, &made,
                                  &error));
    return made;
}

static clef_token *token(void)
{
    clef_token *made = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_token_from_json(JSON, 0, &made, &error));
    return made;
}

/* Else all the others would pass whatever the library does. */
static void a_secret_that_is_not_wiped_is_found(void)
{
    char *copy = strdup(STATE);
    found = 0;
    free(copy);
    CHECK_INT(found, 1);
    found = 0;
}

static void tokens_are_wiped(void)
{
    clef_token *made = token(), *changed = NULL;
    clef_error *error = NULL;
    char *json = NULL;
    CHECK_OK(clef_token_with_authorised_at(made, 1, &changed, &error));
    CHECK_OK(clef_token_to_json(changed, &json, &error));
    CHECK(strstr(json, "WIPE-unknown-member") != NULL);
    clef_string_free(json);
    clef_token_free(made);
    clef_token_free(changed);
    CHECK_INT(found, 0);
}

/* Though a string's end was overwritten, all of it is wiped. */
static void strings_are_wiped_whole(void)
{
    clef_token *made = token();
    clef_error *error = NULL;
    char *json = NULL;
    CHECK_OK(clef_token_to_json(made, &json, &error));
    json[0] = '\0';
    clef_string_free(json);
    clef_token_free(made);
    CHECK_INT(found, 0);
}

static void requests_are_wiped(void)
{
    clef_credentials *made = credentials();
    clef_error *error = NULL;
    clef_http_request *request = NULL;
    CHECK_OK(clef_credentials_prepare_pkce_token(made, CODE, VERIFIER, &request, &error));
    clef_http_request_free(request);
    CHECK_OK(clef_credentials_prepare_user_token(made, CODE, &request, &error));
    clef_http_request_free(request);
    CHECK_OK(clef_credentials_prepare_refresh_user_token(made, REFRESH_TOKEN, &request, &error));
    clef_http_request_free(request);
    clef_credentials_free(made);
    CHECK_INT(found, 0);
}

static void answers_are_wiped(void)
{
    clef_credentials *made = credentials();
    clef_token *old = token(), *refreshed = NULL;
    clef_error *error = NULL;
    clef_http_request *request = NULL;
    clef_http_response *response = NULL;
    CHECK_OK(clef_credentials_prepare_refresh(made, old, &request, &error));
    CHECK_OK(clef_http_response_new(200, (const uint8_t *)JSON, strlen(JSON), &response, &error));
    CHECK_OK(clef_http_request_finish(request, 0, response, &refreshed, &error));
    clef_http_response_free(response);
    static const char REFUSAL[] = "{\"error\":\"invalid_grant\",\"error_description\":\"no " REFRESH_TOKEN "\"}";
    CHECK_OK(clef_http_response_new(400, (const uint8_t *)REFUSAL, strlen(REFUSAL), &response,
                                    &error));
    clef_token *none = NULL;
    CHECK_STATUS(clef_http_request_finish(request, 0, response, &none, &error),
                 CLEF_STATUS_LOGIN_REQUIRED);
    clef_http_response_free(response);
    clef_http_request_free(request);
    clef_token_free(old);
    clef_token_free(refreshed);
    clef_credentials_free(made);
    CHECK_INT(found, 0);
}

static void logins_are_wiped(void)
{
    clef_credentials *made = credentials();
    clef_error *error = NULL;
    clef_user_auth *auth = NULL;
    clef_http_request *request = NULL;
    char *url = NULL, *verifier = NULL, *code = NULL;
    CHECK_OK(clef_user_auth_resume(made, STATE, VERIFIER, CLEF_AUTH_PKCE, &auth, &error));
    CHECK_OK(clef_user_auth_prepare_token_from_url(auth, "/?code=" CODE "&state=" STATE, &request,
                                                   &error));
    clef_http_request_free(request);
    clef_user_auth_free(auth);
    CHECK_OK(clef_credentials_pkce_user_authorisation(made, NULL, STATE, 32, 0, &url, &verifier,
                                                      &error));
    clef_string_free(url);
    clef_string_free(verifier);
    CHECK_OK(clef_parse_code_from_url("/?state=" STATE "&code=" CODE "%21", &code, &error));
    clef_string_free(code);
    CHECK_STATUS(clef_parse_code_from_url("/?error=x&error_description=" STATE "&state=" STATE,
                                          &code, &error),
                 CLEF_STATUS_OAUTH);
    clef_credentials_free(made);
    CHECK_INT(found, 0);
}

static void self_refreshing_tokens_are_wiped(void)
{
    clef_credentials *made = credentials();
    clef_token *first = token();
    clef_refreshing_token *refreshing = NULL;
    clef_error *error = NULL;
    char *text = NULL;
    CHECK_OK(clef_refreshing_token_new(first, made, &refreshing, &error));
    CHECK_OK(clef_refreshing_token_access_token(refreshing, &text, &error));
    clef_string_free(text);
    CHECK_OK(clef_refreshing_token_refresh_token(refreshing, &text, &error));
    clef_string_free(text);
    clef_refreshing_token_free(refreshing);
    clef_token_free(first);
    clef_credentials_free(made);
    CHECK_INT(found, 0);
}

/* Says this to the listener, and that it is all; the connection is to be closed. */
static int say(const clef_redirect_listener *listener, const char *text)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    const char *port = strrchr(clef_redirect_listener_uri(listener), ':') + 1;
    address.sin_port = htons((unsigned short)atoi(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_INT(connect(connection, (struct sockaddr *)&address, sizeof address), 0);
    CHECK_INT(write(connection, text, strlen(text)), strlen(text));
    shutdown(connection, SHUT_WR);
    return connection;
}

static void redirects_are_wiped(void)
{
    clef_redirect_listener *listener = NULL;
    clef_error *error = NULL;
    char *url = NULL;
    CHECK_OK(clef_redirect_listener_new("http://127.0.0.1", &listener, &error));
    const int connections[] = {
        say(listener, "GET /?code=" CODE "&state=" STATE),
        say(listener, "GET /?state=" STATE "%21&code=" CODE " HTTP/1.0\r\n\r\n"),
        say(listener, "GET /x HTTP/1.0\r\n\r\n?code=" CODE),
        say(listener, "GET /?state=" STATE "&code=" CODE " HTTP/1.0\r\n\r\n"),
    };
    CHECK_OK(clef_redirect_listener_wait(listener, STATE, 30000, &url, &error));
    CHECK(strstr(url, CODE) != NULL);
    clef_string_free(url);
    clef_redirect_listener_free(listener);
    for (size_t i = 0; i < sizeof connections / sizeof *connections; i++)
        close(connections[i]);
    CHECK_INT(found, 0);
}

/* Also where what is stored cannot be read. */
static void stored_tokens_are_wiped(void)
{
    char directory[] = "/tmp/clef-wiping-XXXXXX", *bytes;
    CHECK(mkdtemp(directory) != NULL);
    clef_credentials *made = credentials();
    clef_token *first = token(), *loaded = NULL;
    clef_token_store *store = NULL;
    clef_accounts *accounts = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_token_store_new_file(directory, &store, &error));
    CHECK_OK(clef_token_store_save(store, made, NULL, first, &error));
    CHECK_OK(clef_token_store_save(store, made, NULL, first, &error));
    CHECK_OK(clef_token_store_load(store, made, NULL, &loaded, &error));
    CHECK_STRING(clef_token_access_token(loaded), ACCESS_TOKEN);
    clef_token_free(loaded);
    CHECK_OK(clef_token_store_accounts(store, made, &accounts, &error));
    CHECK_INT(clef_accounts_len(accounts), 1);
    clef_accounts_free(accounts);
    CHECK_INT(found, 0);

    glob_t files;
    char pattern[64];
    size_t size;
    snprintf(pattern, sizeof pattern, "%s/*.json", directory);
    CHECK_INT(glob(pattern, 0, NULL, &files), 0);
    bytes = file_bytes(files.gl_pathv[0], &size);
    const char ends[] = {' ', '\0', (char)0xff};
    for (size_t i = 0; i < sizeof ends; i++) {
        bytes[size - 2] = ends[i];
        write_file(files.gl_pathv[0], bytes, size, 0600);
        CHECK_STATUS(clef_token_store_load(store, made, NULL, &loaded, &error), CLEF_STATUS_STORE);
        CHECK_STATUS(clef_token_store_save(store, made, NULL, first, &error), CLEF_STATUS_STORE);
        CHECK_OK(clef_token_store_accounts(store, made, &accounts, &error));
        clef_accounts_free(accounts);
    }
    memset(bytes, 0, size);
    free(bytes);
    globfree(&files);
    remove_tree(directory);
    clef_token_store_free(store);
    clef_token_free(first);
    clef_credentials_free(made);
    CHECK_INT(found, 0);
}

int main(void)
{
    is_watching = true;
    RUN(a_secret_that_is_not_wiped_is_found);
    RUN(tokens_are_wiped);
    RUN(strings_are_wiped_whole);
    RUN(requests_are_wiped);
    RUN(answers_are_wiped);
    RUN(logins_are_wiped);
    RUN(self_refreshing_tokens_are_wiped);
    RUN(redirects_are_wiped);
    RUN(stored_tokens_are_wiped);
    return check_exit();
}
