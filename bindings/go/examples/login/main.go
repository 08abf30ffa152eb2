// Login logs the user in with their browser and asks the Web API who they are.
//
//	CLIENT_ID=… go run ./examples/login
package main

import (
	"context"
	"log"
	"os"

	"clef"
)

const callback = "http://127.0.0.1/callback" // as it is registered with the service

func showMe(ctx context.Context, clientID, accountsURL, apiURL string) error {
	credentials, err := clef.NewCredentials(clientID, clef.WithRedirectURI(callback), clef.WithAccountsURL(accountsURL))
	if err != nil {
		return err
	}
	token, err := clef.Login(ctx, credentials, nil) // opens the browser
	if err != nil {
		return err
	}
	answer, err := token.Client(ctx).Get(apiURL + "/v1/me") // with a token that is fresh
	if err != nil {
		return err
	}
	return answer.Write(os.Stdout)
}

func main() {
	accounts, api := os.Getenv("ACCOUNTS_URL"), os.Getenv("API_URL") // to try it without an account
	if accounts == "" {
		accounts, api = clef.AccountsURL, "https://api.spotify.com"
	}
	if err := showMe(context.Background(), os.Getenv("CLIENT_ID"), accounts, api); err != nil {
		log.Fatal(err)
	}
}
