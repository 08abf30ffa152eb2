package clef

// #include "shim.h"
import "C"

import (
	"context"
	"runtime/cgo"
	"unsafe"
)

// TokenStore keeps tokens where the next run of the program, or another process, finds them: one for each accounts service,
// client id and account. An account is a name of your own for one of your users, at most 256 bytes; "" is for a program with
// one user.
type TokenStore struct {
	handle *handle
}

// NewFileStore keeps tokens in the directory path, each in a file that only this user may read. Path "" is the directory of
// the platform, such as $XDG_STATE_HOME/clef or ~/.local/state/clef. Nothing is made before there is something to store.
//
// A file is replaced as a whole, so neither a crash nor a full disk loses the token that was there, and processes lock it
// against each other.
func NewFileStore(path string) (*TokenStore, error) {
	return newStore(func(a *arguments, store **C.clef_token_store, err **C.clef_error) C.clef_status {
		return C.clef_token_store_new_file(a.optional("path", path), store, err)
	})
}

// NewKeyringStore keeps tokens in the keyring of the desktop, under the name of your program; service "" is "clef".
// [ErrUnsupported] where the library was built without it.
func NewKeyringStore(service string) (*TokenStore, error) {
	return newStore(func(a *arguments, store **C.clef_token_store, err **C.clef_error) C.clef_status {
		return C.clef_token_store_new_keyring(a.optional("service", service), store, err)
	})
}

// NewStore keeps tokens in a storage of your own, such as Redis or a database behind a fleet of servers. What takes longer
// than 30 seconds is [ErrTimeout].
func NewStore(storage Storage) (*TokenStore, error) {
	if storage == nil {
		return nil, newError(ErrInvalidArgument, "storage must not be nil")
	}
	return newStore(func(_ *arguments, store **C.clef_token_store, err **C.clef_error) C.clef_status {
		return C.clef_go_token_store_new_custom(C.uintptr_t(cgo.NewHandle(storage)), store, err)
	})
}

// Open opens the token that is stored for an account, refreshed first where it is about to expire. Each new token is stored
// before anybody sees it. Any number of processes may open the same account: they take turns to refresh it, and what one has
// got the others use.
//
// [ErrNotFound] where nothing is stored, and [ErrLoginRequired] where the grant has ended; both have the remedy
// [RemedyLogIn]: see [OpenOrLogin].
func (s *TokenStore) Open(ctx context.Context, credentials *Credentials, account string) (*RefreshingToken, error) {
	return run(ctx, func(a *arguments, runtime *C.clef_runtime, ended C.uintptr_t, operation **C.clef_operation,
		err **C.clef_error) C.clef_status {
		return C.clef_go_open_start(a.store(s), a.credentials(credentials), a.optional("account", account), runtime, ended,
			operation, err)
	}, (*operation).refreshingToken)
}

// Load gives the token of an account as it was stored, expired or not: for a look. To use it, [TokenStore.Open] it.
func (s *TokenStore) Load(ctx context.Context, credentials *Credentials, account string) (*Token, error) {
	return detached(ctx, func() (*Token, error) {
		return newToken(func(a *arguments, token **C.clef_token, err **C.clef_error) C.clef_status {
			return C.clef_token_store_load(a.store(s), a.credentials(credentials), a.optional("account", account), token, err)
		})
	}, func(token *Token) { token.Close() })
}

// Save stores the token of an account in place of the one that is there, a newer one too. A token that refreshes itself is
// better attached: see [RefreshingToken.Attach]. The end of ctx ends the waiting, not the storing.
func (s *TokenStore) Save(ctx context.Context, credentials *Credentials, account string, token *Token) error {
	return detachedCall(ctx, func(a *arguments, err **C.clef_error) C.clef_status {
		return C.clef_token_store_save(a.store(s), a.credentials(credentials), a.optional("account", account),
			a.token(token), err)
	})
}

// Remove forgets the token of an account, which logs the user out; that none is stored is no error. It does not end the
// grant. The end of ctx ends the waiting, not the removing.
func (s *TokenStore) Remove(ctx context.Context, credentials *Credentials, account string) error {
	return detachedCall(ctx, func(a *arguments, err **C.clef_error) C.clef_status {
		return C.clef_token_store_remove(a.store(s), a.credentials(credentials), a.optional("account", account), err)
	})
}

// Accounts are those that a token is stored for, with the accounts URL and the client id of the credentials, sorted.
func (s *TokenStore) Accounts(ctx context.Context, credentials *Credentials) ([]string, error) {
	return detached(ctx, func() ([]string, error) {
		var accounts *C.clef_accounts
		err := call(func(a *arguments, err **C.clef_error) C.clef_status {
			return C.clef_token_store_accounts(a.store(s), a.credentials(credentials), &accounts, err)
		})
		if err != nil {
			return nil, err
		}
		defer C.clef_accounts_free(accounts)
		names := make([]string, int(C.clef_accounts_len(accounts)))
		for i := range names {
			names[i] = C.GoString(C.clef_accounts_get(accounts, C.size_t(i)))
		}
		return names, nil
	}, func([]string) {})
}

// Close frees the store; what is stored stays, and tokens that were opened from it go on storing.
func (s *TokenStore) Close() error {
	s.handle.close()
	return nil
}

func newStore(make func(a *arguments, store **C.clef_token_store, err **C.clef_error) C.clef_status) (*TokenStore, error) {
	var store *C.clef_token_store
	err := call(func(a *arguments, err **C.clef_error) C.clef_status {
		return make(a, &store, err)
	})
	if err != nil {
		return nil, err
	}
	return &TokenStore{newHandle(unsafe.Pointer(store), func(pointer unsafe.Pointer) {
		C.clef_token_store_free((*C.clef_token_store)(pointer))
	})}, nil
}
