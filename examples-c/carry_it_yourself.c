/*
 * Carries a token request without a sender: clef writes the request and reads the answer, and never
 * touches the network. For hosts that have HTTP of their own and no place for a blocking call: game
 * engines, consoles, browsers.
 *
 * To stay short it uses a plain socket, so it only reaches a service on this machine: the sandbox.
 *
 *     cc carry_it_yourself.c -lclef -o carry_it_yourself
 *     export ACCOUNTS_URL=http://127.0.0.1:8888    # cargo run -p clef-sandbox -- --port 8888
 *     CLIENT_ID=sandbox-client CLIENT_SECRET=sandbox-secret ./carry_it_yourself
 */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <clef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Your host's HTTPS goes here. Gives the HTTP status, 0 for none, and the whole answer. */
static int carry(const clef_http_request *request, char *answer, size_t size)
{
    char host[64], path[256];
    unsigned short port = 0;
    int status = 0;
    struct sockaddr_in address = {.sin_family = AF_INET};
    const char *url = clef_http_request_url(request);
    if (sscanf(url, "http://%63[0-9.]:%hu%255s", host, &port, path) != 3 ||
        inet_pton(AF_INET, host, &address.sin_addr) != 1)
        return 0;
    address.sin_port = htons(port);
    int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection < 0)
        return 0;
    FILE *stream = fdopen(connection, "r+");
    if (!stream || connect(connection, (struct sockaddr *)&address, sizeof address) != 0)
        goto done;

    /* Method, URL, headers and body: send them as they are. */
    size_t body_length = 0;
    const char *body = clef_http_request_body(request, &body_length);
    fprintf(stream, "%s %s HTTP/1.0\r\nHost: %s:%hu\r\nContent-Length: %zu\r\n",
            clef_http_request_method(request), path, host, port, body_length);
    for (size_t i = 0; i < clef_http_request_header_count(request); i++)
        fprintf(stream, "%s: %s\r\n", clef_http_request_header_name(request, i),
                clef_http_request_header_value(request, i));
    fputs("\r\n", stream);
    fwrite(body, 1, body_length, stream);
    if (fflush(stream) != 0)
        goto done;
    answer[fread(answer, 1, size - 1, stream)] = '\0'; /* HTTP/1.0: it ends with the connection */
    if (ferror(stream) || !strstr(answer, "\r\n\r\n") ||
        sscanf(answer, "HTTP/1.%*d %d", &status) != 1)
        status = 0;

done:
    if (stream)
        fclose(stream);
    else
        close(connection);
    return status;
}

int main(void)
{
    const char *accounts_url = getenv("ACCOUNTS_URL");
    const char *client_id = getenv("CLIENT_ID");
    const char *client_secret = getenv("CLIENT_SECRET");
    if (!accounts_url || !client_id || !client_secret) {
        fprintf(stderr, "Set ACCOUNTS_URL (http://127.0.0.1:...), CLIENT_ID and CLIENT_SECRET\n");
        return EXIT_FAILURE;
    }

    int exit_status = EXIT_FAILURE;
    clef_error *error = NULL;
    clef_credentials *plain = NULL, *credentials = NULL;
    clef_http_request *request = NULL;
    clef_http_response *response = NULL;
    clef_token *token = NULL;

    /* 1. Prepare the request. Each kind of token request has such a call. */
    if (clef_credentials_new(client_id, client_secret, NULL, NULL, &plain, &error) !=
            CLEF_STATUS_OK ||
        clef_credentials_with_accounts_url(plain, accounts_url, &credentials, &error) !=
            CLEF_STATUS_OK ||
        clef_credentials_prepare_client_token(credentials, &request, &error) != CLEF_STATUS_OK)
        goto done;

    /* 2. Carry it. The token's lifetime counts from just before. */
    static char answer[65536];
    int64_t sent_at = (int64_t)time(NULL);
    int http_status = carry(request, answer, sizeof answer);
    if (http_status == 0) {
        fprintf(stderr, "No answer from %s\n", clef_http_request_url(request));
        goto done;
    }

    /* 3. Hand the answer over, whatever its status: errors are for clef to read too. */
    char *body = strstr(answer, "\r\n\r\n") + 4;
    if (clef_http_response_new(http_status, (const uint8_t *)body, strlen(body), &response,
                               &error) != CLEF_STATUS_OK)
        goto done;
    body[-2] = '\0';
    for (char *line = strchr(answer, '\n') + 1, *end; (end = strchr(line, '\r')); line = end + 2) {
        *end = '\0';
        char *colon = strchr(line, ':');
        if (!colon)
            continue;
        *colon = '\0';
        if (clef_http_response_add_header(response, line, colon + 1 + strspn(colon + 1, " "),
                                          &error) != CLEF_STATUS_OK)
            goto done;
    }

    /* 4. And get the token. */
    if (clef_http_request_finish(request, sent_at, response, &token, &error) != CLEF_STATUS_OK)
        goto done;
    printf("HTTP %d; access token %.4s..., for %lld seconds\n", http_status,
           clef_token_access_token(token), (long long)clef_token_expires_in(token));
    exit_status = EXIT_SUCCESS;

done:
    if (error)
        fprintf(stderr, "%s: %s\n", clef_status_name(clef_error_status(error)),
                clef_error_message(error));
    clef_error_free(error);
    clef_credentials_free(plain);
    clef_credentials_free(credentials);
    clef_http_request_free(request);
    clef_http_response_free(response);
    clef_token_free(token);
    return exit_status;
}
