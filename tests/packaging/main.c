/* Asks the accounts service whose URL it is given for a client token: a program of a user who only has what is
 * installed. */
#include <clef.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    clef_credentials *plain = NULL, *credentials = NULL;
    clef_token *token = NULL;
    clef_error *error = NULL;
    clef_status status;

    if (argc != 4) {
        fprintf(stderr, "usage: %s ACCOUNTS_URL CLIENT_ID CLIENT_SECRET\n", argv[0]);
        return 2;
    }
    status = clef_credentials_new(argv[2], argv[3], NULL, NULL, &plain, &error);
    if (status == CLEF_STATUS_OK)
        status = clef_credentials_with_accounts_url(plain, argv[1], &credentials, &error);
    if (status == CLEF_STATUS_OK)
        status = clef_credentials_request_client_token(credentials, &token, &error);
    if (status == CLEF_STATUS_OK)
        printf("clef %s has a %s token\n", clef_version_string(), clef_token_token_type(token));
    else
        fprintf(stderr, "%s: %s\n", clef_status_name(status), clef_error_message(error));
    clef_error_free(error);
    clef_token_free(token);
    clef_credentials_free(credentials);
    clef_credentials_free(plain);
    return status != CLEF_STATUS_OK;
}
