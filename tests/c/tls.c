/* https: whose certificates are trusted, what an error says, and that connections are kept.
 *
 * Arguments: the sandbox's http URL; its https URLs with a good certificate, one for another name
 * and an expired one; the path of its authority's certificate, which SSL_CERT_FILE has to name too.
 */
#include "tokens.h"
#include "trust.h"
#include <stdatomic.h>

/* Windows lets no function stand in front of the system's: there connections are not counted. */
#ifndef _WIN32
#include <dlfcn.h>
#endif

static const char *good_url, *wrong_name_url, *expired_url;
static char *ca_pem;

/* Stands in front of the system's own, for the library too, to count its connections. With __extension__, for
 * glibc declares it with a union that ISO C does not know. */
static atomic_int connections;

#ifndef _WIN32
__extension__ int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    int (*system_connect)(int, const struct sockaddr *, socklen_t);
    *(void **)&system_connect = dlsym(RTLD_NEXT, "connect");
    if (address->sa_family == AF_INET &&
        ntohs(((const struct sockaddr_in *)address)->sin_port) == atoi(strrchr(good_url, ':') + 1))
        connections++;
    return system_connect(fd, address, length);
}
#endif

static clef_credentials *credentials_at(const char *url, const clef_sender *sender)
{
    clef_credentials *here = sandbox_credentials(SANDBOX_CLIENT_SECRET, sender), *there = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_credentials_with_accounts_url(here, url, &there, &error));
    clef_credentials_free(here);
    return there;
}

/* Nothing is sent to whom is not trusted, and the old token is still there. */
static void check_not_trusted(const char *url, const char *pem, const char *says)
{
    clef_sender *sender = sender_that_trusts(pem);
    clef_credentials *credentials = credentials_at(url, sender);
    clef_credentials *here = sandbox_credentials(SANDBOX_CLIENT_SECRET, NULL);
    clef_token *token = logged_in(here, 0);
    char *before = json_of(token);
    clef_refreshing_token *refreshing_token = refreshing(token, credentials);
    clef_error *error = NULL;
    int asked = sandbox_count(NULL);

    CHECK_INT(clef_refreshing_token_refresh(refreshing_token, &error), CLEF_STATUS_TLS);
    CHECK_INT(clef_error_remedy(error), CLEF_REMEDY_RETRY_LATER);
    CHECK_INT(clef_error_http_status(error), 0);
    const char *message = clef_error_message(error);
    if (!message || !strstr(message, says) || !strstr(message, "127.0.0.1"))
        check_failed(__FILE__, __LINE__, "the message", message, says);
    clef_error_free(error);
    check_unchanged(refreshing_token, before);
    CHECK_INT(sandbox_count(NULL), asked);

    clef_refreshing_token_free(refreshing_token);
    clef_string_free(before);
    clef_token_free(token);
    clef_credentials_free(here);
    clef_credentials_free(credentials);
    clef_sender_free(sender);
}

static void an_unknown_authority_is_not_trusted(void)
{
    check_not_trusted(good_url, NULL, "the issuer is unknown");
}

/* The environment names the authority all the time: the test before sees that nobody looks there
 * who was not asked to. */
static void what_the_platform_trusts_is_trusted_when_asked_for(void)
{
    clef_http_config *config = clef_http_config_new();
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    CHECK_OK(clef_http_config_add_platform_certificates(config, &error));
    CHECK_OK(clef_sender_new_http(config, &sender, &error));
    clef_http_config_free(config);
    clef_credentials *credentials = credentials_at(good_url, sender);
    clef_token *token = NULL;
    CHECK_OK(clef_credentials_request_client_token(credentials, &token, &error));
    clef_token_free(token);
    clef_credentials_free(credentials);
    clef_sender_free(sender);
}

static void a_platform_without_certificates_is_an_error(void)
{
    char *before = strdup(getenv("SSL_CERT_FILE"));
    setenv("SSL_CERT_FILE", "/no/such/file", 1);
    clef_http_config *config = clef_http_config_new();
    clef_error *error = NULL;
    CHECK_INT(clef_http_config_add_platform_certificates(config, &error), CLEF_STATUS_IO);
    CHECK_INT(clef_error_remedy(error), CLEF_REMEDY_FIX_SETTINGS);
    CHECK(strstr(clef_error_message(error), "/no/such/file") != NULL);
    clef_error_free(error);
    clef_http_config_free(config);
    setenv("SSL_CERT_FILE", before, 1);
    free(before);
}

static void a_certificate_for_another_name_is_not_trusted(void)
{
    check_not_trusted(wrong_name_url, ca_pem, "another name");
}

static void an_expired_certificate_is_not_trusted(void)
{
    check_not_trusted(expired_url, ca_pem, "expired");
}

/* Plain HTTP on a port that is asked for TLS. */
static void what_is_not_tls_is_not_trusted(void)
{
    char url[100];
    snprintf(url, sizeof url, "https%s", sandbox_url + strlen("http"));
    clef_sender *sender = sender_that_trusts(ca_pem);
    clef_credentials *credentials = credentials_at(url, sender);
    clef_token *token = NULL;
    clef_error *error = NULL;
    CHECK_STATUS(clef_credentials_request_client_token(credentials, &token, &error),
                 CLEF_STATUS_TLS);
    clef_credentials_free(credentials);
    clef_sender_free(sender);
}

static void a_whole_login_over_one_connection(void)
{
    clef_sender *sender = sender_that_trusts(ca_pem);
    connections = 0;
    for (uint32_t flags = 0; flags <= CLEF_AUTH_PKCE; flags += CLEF_AUTH_PKCE) {
        clef_credentials *credentials = credentials_at(good_url, sender);
        clef_token *token = logged_in(credentials, flags);
        clef_refreshing_token *refreshing_token = refreshing(token, credentials);
        clef_error *error = NULL;
        for (int i = 0; i < 3; i++)
            CHECK_OK(clef_refreshing_token_refresh(refreshing_token, &error));
        char *access_token = NULL;
        CHECK_OK(clef_refreshing_token_access_token(refreshing_token, &access_token, &error));
        CHECK(strcmp(access_token, clef_token_access_token(token)) != 0);
        clef_string_free(access_token);
        clef_refreshing_token_free(refreshing_token);
        clef_token_free(token);
        clef_credentials_free(credentials);
    }
#ifndef _WIN32
    CHECK_INT(connections, 1);
#endif
    clef_sender_free(sender);
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    sandbox_url = argv[1];
    good_url = argv[2];
    wrong_name_url = argv[3];
    expired_url = argv[4];
    ca_pem = read_certificate(argv[5]);
    RUN(an_unknown_authority_is_not_trusted);
    RUN(what_the_platform_trusts_is_trusted_when_asked_for);
    RUN(a_platform_without_certificates_is_an_error);
    RUN(a_certificate_for_another_name_is_not_trusted);
    RUN(an_expired_certificate_is_not_trusted);
    RUN(what_is_not_tls_is_not_trusted);
    RUN(a_whole_login_over_one_connection);
    free(ca_pem);
    return check_exit();
}
