/* Speaks to the sandbox from a C test: plain HTTP over a socket, one request a connection. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <arpa/inet.h>
#include <clef.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SANDBOX_CLIENT_ID "sandbox-client"
#define SANDBOX_CLIENT_SECRET "sandbox-secret"
#define SANDBOX_REDIRECT_URI "http://127.0.0.1/callback"

/* "http://127.0.0.1:PORT", as the driver gives it. */
static const char *sandbox_url;

static inline void sandbox_die(const char *what)
{
    fprintf(stderr, "sandbox: %s\n", what);
    exit(2);
}

/* Sends a request with these headers, each ended by CRLF; gives the whole answer, to be freed. */
static inline char *sandbox_request_with(const char *method, const char *target,
                                         const char *headers, const char *body)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    const char *port = strrchr(sandbox_url, ':');
    address.sin_port = htons((unsigned short)atoi(port + 1));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof address) != 0)
        sandbox_die("cannot connect");

    size_t size = strlen(target) + strlen(headers) + strlen(body) + 512;
    char *request = malloc(size);
    int length = snprintf(request, size,
                          "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                          "%sContent-Length: %zu\r\n\r\n%s",
                          method, target, headers, strlen(body), body);
    for (int sent = 0; sent < length;) {
        ssize_t step = write(connection, request + sent, (size_t)(length - sent));
        if (step <= 0)
            sandbox_die("cannot write");
        sent += (int)step;
    }
    free(request);

    size_t used = 0, room = 4096;
    char *answer = malloc(room);
    ssize_t step;
    while ((step = read(connection, answer + used, room - used - 1)) > 0) {
        used += (size_t)step;
        if (room - used < 2048)
            answer = realloc(answer, room *= 2);
    }
    answer[used] = '\0';
    close(connection);
    return answer;
}

/* Sends a request to the sandbox; gives the whole answer, to be freed. */
static inline char *sandbox_request(const char *method, const char *target, const char *type,
                                    const char *body)
{
    char headers[200];
    snprintf(headers, sizeof headers, "Content-Type: %s\r\n", type);
    return sandbox_request_with(method, target, headers, body);
}

static inline void sandbox_admin(const char *method, const char *target, const char *json)
{
    char *answer = sandbox_request(method, target, "application/json", json);
    if (strncmp(answer, "HTTP/1.1 2", 10) != 0) {
        fprintf(stderr, "%s %s %s\n%s\n", method, target, json, answer);
        sandbox_die("the admin request was refused");
    }
    free(answer);
}

/* sandbox_settings("{\"expires_in\": 1}") */
static inline void sandbox_settings(const char *json)
{
    sandbox_admin("POST", "/sandbox/settings", json);
}

/* sandbox_fault("{\"kind\": \"respond\", \"status\": 503, \"body\": \"busy\"}") */
static inline void sandbox_fault(const char *json)
{
    sandbox_admin("POST", "/sandbox/faults", json);
}

static inline void sandbox_clear_faults(void)
{
    sandbox_admin("DELETE", "/sandbox/faults", "");
}

static inline void sandbox_reset(void)
{
    sandbox_admin("POST", "/sandbox/reset", "{}");
}

/* How many token requests the sandbox received; grant_type NULL for all. */
static inline int sandbox_count(const char *grant_type)
{
    char target[200];
    snprintf(target, sizeof target, "/sandbox/count?path=/api/token%s%s",
             grant_type ? "&grant_type=" : "", grant_type ? grant_type : "");
    char *answer = sandbox_request("GET", target, "application/json", "");
    const char *count = strstr(answer, "\"count\":");
    if (!count)
        sandbox_die("no count");
    int number = atoi(count + strlen("\"count\":"));
    free(answer);
    return number;
}

/* The user agrees at this authorisation URL; gives the URL they are redirected to, to be freed. */
static inline char *sandbox_log_in_as(const char *authorisation_url, const char *decision)
{
    const char *path = strstr(authorisation_url, "/authorize");
    if (!path)
        sandbox_die("not an authorisation URL");
    size_t size = strlen(path) + 64;
    char *target = malloc(size);
    snprintf(target, size, "%s&sandbox_auto=%s", path, decision);
    char *answer = sandbox_request("GET", target, "text/plain", "");
    free(target);
    char *location = strstr(answer, "\r\nlocation: ");
    if (!location)
        location = strstr(answer, "\r\nLocation: ");
    if (!location) {
        fprintf(stderr, "%s\n", answer);
        sandbox_die("no redirect");
    }
    location += strlen("\r\nlocation: ");
    location[strcspn(location, "\r")] = '\0';
    char *redirect = strdup(location);
    free(answer);
    return redirect;
}

static inline char *sandbox_log_in(const char *authorisation_url)
{
    return sandbox_log_in_as(authorisation_url, "approve");
}

/* Credentials for the sandbox; client_secret and sender nullable. */
static inline clef_credentials *sandbox_credentials(const char *client_secret,
                                                    const clef_sender *sender)
{
    clef_credentials *plain = NULL, *credentials = NULL;
    if (clef_credentials_new(SANDBOX_CLIENT_ID, client_secret, SANDBOX_REDIRECT_URI, sender, &plain,
                             NULL) != CLEF_STATUS_OK ||
        clef_credentials_with_accounts_url(plain, sandbox_url, &credentials, NULL) != CLEF_STATUS_OK)
        sandbox_die("no credentials");
    clef_credentials_free(plain);
    return credentials;
}

/* A user's token by a login with these credentials; flags as of clef_user_auth_new. */
static inline clef_token *sandbox_user_token(const clef_credentials *credentials,
                                             const clef_scope_set *scopes, uint32_t flags)
{
    clef_user_auth *auth = NULL;
    clef_token *token = NULL;
    if (clef_user_auth_new(credentials, scopes, flags, &auth, NULL) != CLEF_STATUS_OK)
        sandbox_die("no login");
    char *redirect = sandbox_log_in(clef_user_auth_url(auth));
    clef_error *error = NULL;
    if (clef_user_auth_request_token_from_url(auth, redirect, &token, &error) != CLEF_STATUS_OK) {
        fprintf(stderr, "%s\n", clef_error_message(error));
        sandbox_die("no token");
    }
    free(redirect);
    clef_user_auth_free(auth);
    return token;
}

#endif
