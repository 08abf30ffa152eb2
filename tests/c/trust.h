/* Whom a sender trusts: authorities that only a test knows. */
#ifndef TRUST_H
#define TRUST_H

#include "check.h"
#include "sandbox.h"

/* A certificate as PEM, to be freed. */
static inline char *read_certificate(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        sandbox_die("no certificate");
    char *pem = calloc(1, 65536);
    if (fread(pem, 1, 65535, file) == 0)
        sandbox_die("an empty certificate");
    fclose(file);
    return pem;
}

/* pem NULL: Mozilla's roots alone. */
static inline clef_sender *sender_that_trusts(const char *pem)
{
    clef_http_config *config = clef_http_config_new();
    clef_sender *sender = NULL;
    clef_error *error = NULL;
    if (pem)
        CHECK_OK(clef_http_config_add_ca_certificates(config, pem, &error));
    CHECK_OK(clef_sender_new_http(config, &sender, &error));
    clef_http_config_free(config);
    return sender;
}

#endif
