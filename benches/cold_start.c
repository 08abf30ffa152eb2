/* How long a process takes from loading a library to its first token request being on the wire.
 *
 * Arguments: what is measured; the https URL of the service; a PEM file with its authority; a PEM
 * file with that and everything that the system trusts; the path of libclef. Prints nanoseconds:
 * of the loading alone, and of all.
 */
#include <clef.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int64_t begin, loaded, last_sent;

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void die(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(2);
}

/* In front of the system's own: the last that is sent before the answer is read is the request. */
ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
    ssize_t sent = sendto(fd, bytes, length, flags, NULL, 0);
    last_sent = now();
    return sent;
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    static ssize_t (*system_write)(int, const void *, size_t);
    if (!system_write)
        *(void **)&system_write = dlsym(RTLD_NEXT, "write");
    ssize_t sent = system_write(fd, bytes, length);
    if (fd > STDERR_FILENO)
        last_sent = now();
    return sent;
}

static void *load(const char *file)
{
    begin = now();
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    loaded = now();
    if (!library)
        die(dlerror());
    return library;
}

#define FUNCTION(name) __typeof__(name) *p_##name = (__typeof__(name) *)dlsym(library, #name)

static char *text_of(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = calloc(1, 1 << 20);
    if (!file || fread(text, 1, (1 << 20) - 1, file) == 0)
        die("no certificate");
    fclose(file);
    return text;
}

static void with_clef(const char *file, const char *url, const char *pem, int uses_platform)
{
    void *library = load(file);
    FUNCTION(clef_http_config_new);
    FUNCTION(clef_http_config_add_ca_certificates);
    FUNCTION(clef_http_config_add_platform_certificates);
    FUNCTION(clef_sender_new_http);
    FUNCTION(clef_credentials_new);
    FUNCTION(clef_credentials_with_accounts_url);
    FUNCTION(clef_credentials_request_client_token);
    FUNCTION(clef_error_message);
    clef_http_config *config = p_clef_http_config_new();
    clef_sender *sender = NULL;
    clef_credentials *here = NULL, *there = NULL;
    clef_token *token = NULL;
    clef_error *error = NULL;
    if ((uses_platform ? p_clef_http_config_add_platform_certificates(config, &error)
                       : p_clef_http_config_add_ca_certificates(config, pem, &error)) ||
        p_clef_sender_new_http(config, &sender, &error) ||
        p_clef_credentials_new("sandbox-client", "sandbox-secret", NULL, sender, &here, &error) ||
        p_clef_credentials_with_accounts_url(here, url, &there, &error) ||
        p_clef_credentials_request_client_token(there, &token, &error))
        die(p_clef_error_message(error));
}

static size_t drop(char *bytes, size_t size, size_t count, void *data)
{
    (void)bytes, (void)data;
    return size * count;
}

static void with_curl(const char *url, const char *pem_file)
{
    void *library = load("libcurl.so.4");
    FUNCTION(curl_easy_init);
    FUNCTION(curl_easy_setopt);
    FUNCTION(curl_easy_perform);
    FUNCTION(curl_easy_strerror);
    char token_url[200];
    snprintf(token_url, sizeof token_url, "%s/api/token", url);
    CURL *curl = p_curl_easy_init();
    p_curl_easy_setopt(curl, CURLOPT_URL, token_url);
    p_curl_easy_setopt(curl, CURLOPT_CAINFO, pem_file);
    p_curl_easy_setopt(curl, CURLOPT_USERPWD, "sandbox-client:sandbox-secret");
    p_curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "grant_type=client_credentials");
    p_curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    p_curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    p_curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    CURLcode outcome = p_curl_easy_perform(curl);
    if (outcome != CURLE_OK)
        die(p_curl_easy_strerror(outcome));
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    const char *what = argv[1], *url = argv[2], *own = argv[3], *all = argv[4], *file = argv[5];
    char *pem = text_of(own);
    setenv("SSL_CERT_FILE", all, 1);
    if (strcmp(what, "clef, compiled-in roots") == 0)
        with_clef(file, url, pem, 0);
    else if (strcmp(what, "clef, the platform's too") == 0)
        with_clef(file, url, pem, 1);
    else if (strcmp(what, "curl, one root") == 0)
        with_curl(url, own);
    else if (strcmp(what, "curl, the platform's") == 0)
        with_curl(url, all);
    else
        die("nothing to measure");
    printf("%lld %lld\n", (long long)(loaded - begin), (long long)(last_sent - begin));
    return 0;
}
