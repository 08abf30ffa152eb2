/*
 * A sender of your own: clef hands you each HTTP request, and you carry it, here with libcurl. For
 * programs whose HTTP has to go one way: through their proxy, their TLS, their logging.
 *
 *     cc custom_sender.c -lclef -lcurl -o custom_sender
 *     CLIENT_ID=... CLIENT_SECRET=... ./custom_sender
 */
#include <clef.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct answer {
    char body[65536]; /* a token answer has some 500 bytes */
    size_t body_length;
    struct curl_slist *headers;
};

static size_t on_body(char *data, size_t size, size_t count, void *user_data)
{
    struct answer *answer = user_data;
    if (size * count > sizeof answer->body - answer->body_length)
        return 0; /* too long: libcurl gives up */
    memcpy(answer->body + answer->body_length, data, size * count);
    answer->body_length += size * count;
    return size * count;
}

static size_t on_header(char *data, size_t size, size_t count, void *user_data)
{
    struct answer *answer = user_data;
    char line[1024];
    if (size * count < sizeof line && memchr(data, ':', size * count)) {
        memcpy(line, data, size * count);
        line[size * count] = '\0';
        line[strcspn(line, "\r\n")] = '\0';
        struct curl_slist *headers = curl_slist_append(answer->headers, line);
        if (!headers)
            return 0;
        answer->headers = headers;
    }
    return size * count;
}

/* Hands the answer to clef: status, headers, body. This ends the exchange. */
static void respond(clef_exchange *exchange, long status, const struct answer *answer)
{
    clef_http_response *response = NULL;
    if (clef_http_response_new((int32_t)status, (const uint8_t *)answer->body, answer->body_length,
                               &response, NULL) == CLEF_STATUS_OK) {
        for (const struct curl_slist *header = answer->headers; header; header = header->next) {
            char *value = strchr(header->data, ':');
            *value++ = '\0';
            /* A header that clef cannot take is one that it does not need. */
            (void)clef_http_response_add_header(response, header->data, value + strspn(value, " "),
                                                NULL);
        }
    }
    clef_exchange_respond(exchange, response);
    clef_http_response_free(response);
}

/* Several threads may be in here at a time, so nothing is shared between calls. */
static void send_with_curl(void *user_data, clef_exchange *exchange)
{
    (void)user_data;
    const clef_http_request *request = clef_exchange_request(exchange);
    struct answer answer = {.body_length = 0};
    struct curl_slist *headers = NULL;
    CURL *curl = curl_easy_init();
    CURLcode code = curl ? CURLE_OK : CURLE_FAILED_INIT;
    for (size_t i = 0; i < clef_http_request_header_count(request) && code == CURLE_OK; i++) {
        char line[4096];
        const char *name = clef_http_request_header_name(request, i);
        int length = snprintf(line, sizeof line, "%s: %s", name,
                              clef_http_request_header_value(request, i));
        struct curl_slist *longer =
            length < (int)sizeof line ? curl_slist_append(headers, line) : NULL;
        if (longer)
            headers = longer;
        else
            code = CURLE_OUT_OF_MEMORY;
    }

#define SET(option, value) (code = code != CURLE_OK ? code : curl_easy_setopt(curl, option, value))
    size_t body_length = 0;
    SET(CURLOPT_POSTFIELDS, clef_http_request_body(request, &body_length));
    SET(CURLOPT_POSTFIELDSIZE, (long)body_length);
    SET(CURLOPT_URL, clef_http_request_url(request));
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_FOLLOWLOCATION, 0L); /* a redirect must not carry secrets elsewhere */
    SET(CURLOPT_CONNECTTIMEOUT_MS, 10000L);
    SET(CURLOPT_TIMEOUT_MS, 30000L);
    SET(CURLOPT_NOSIGNAL, 1L); /* other threads may be at work */
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, &answer);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, &answer);
    if (code == CURLE_OK)
        code = curl_easy_perform(curl);

    long status = 0, bytes_sent = 0;
    if (code == CURLE_OK)
        code = curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK) {
        respond(exchange, status, &answer);
    } else {
        /* A code or a refresh token that was sent may be spent: clef must not send it again. */
        bool is_sent =
            curl && (curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &bytes_sent) != CURLE_OK ||
                     bytes_sent > 0);
        char message[256];
        snprintf(message, sizeof message, "libcurl: %s (%s)", curl_easy_strerror(code),
                 is_sent ? "the request was sent" : "nothing was sent");
        clef_exchange_fail(exchange,
                           code == CURLE_OPERATION_TIMEDOUT ? CLEF_STATUS_TIMEOUT
                           : code == CURLE_PEER_FAILED_VERIFICATION ? CLEF_STATUS_TLS
                                                                    : CLEF_STATUS_TRANSPORT,
                           is_sent ? CLEF_EXCHANGE_SENT : 0, message);
    }
    curl_slist_free_all(headers);
    curl_slist_free_all(answer.headers);
    curl_easy_cleanup(curl);
}

int main(void)
{
    const char *client_id = getenv("CLIENT_ID");
    const char *client_secret = getenv("CLIENT_SECRET");
    const char *accounts_url = getenv("ACCOUNTS_URL"); /* the sandbox, say; see sandbox/ */
    if (!client_id || !client_secret) {
        fprintf(stderr, "Set CLIENT_ID and CLIENT_SECRET\n");
        return EXIT_FAILURE;
    }
    if (!accounts_url)
        accounts_url = "https://accounts.spotify.com";
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        fprintf(stderr, "libcurl does not start\n");
        return EXIT_FAILURE;
    }

    int exit_status = EXIT_FAILURE;
    clef_error *error = NULL;
    clef_sender *sender = NULL;
    clef_credentials *plain = NULL, *credentials = NULL;
    clef_token *token = NULL;

    /* Here the call itself answers. You may also keep the exchange, and answer it later. */
    if (clef_sender_new_custom(send_with_curl, NULL, NULL, 31000, &sender, &error) !=
            CLEF_STATUS_OK ||
        clef_credentials_new(client_id, client_secret, NULL, sender, &plain, &error) !=
            CLEF_STATUS_OK ||
        clef_credentials_with_accounts_url(plain, accounts_url, &credentials, &error) !=
            CLEF_STATUS_OK ||
        clef_credentials_request_client_token(credentials, &token, &error) != CLEF_STATUS_OK)
        goto done;
    printf("Access token, carried by libcurl: %.4s..., for %lld seconds\n",
           clef_token_access_token(token), (long long)clef_token_expires_in(token));
    exit_status = EXIT_SUCCESS;

done:
    if (error)
        fprintf(stderr, "%s: %s\n", clef_status_name(clef_error_status(error)),
                clef_error_message(error));
    clef_error_free(error);
    clef_sender_free(sender);
    clef_credentials_free(plain);
    clef_credentials_free(credentials);
    clef_token_free(token);
    curl_global_cleanup();
    return exit_status;
}
