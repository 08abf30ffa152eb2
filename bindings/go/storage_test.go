package clef_test

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"clef"
)

// memory is a storage with versions, leases and fences.
type memory struct {
	mutex     sync.Mutex
	entries   map[string]*entry
	conflicts int
}

type entry struct {
	value, account string
	version        int
	fence          int64
	lockedUntil    time.Time
}

func (m *memory) entry(key clef.StoreKey) *entry {
	if m.entries == nil {
		m.entries = map[string]*entry{}
	}
	if m.entries[key.Key] == nil {
		m.entries[key.Key] = &entry{account: key.Account}
	}
	return m.entries[key.Key]
}

func (m *memory) Load(_ context.Context, key clef.StoreKey) (value, version string, err error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	e := m.entry(key)
	if e.value == "" {
		return "", "", clef.ErrNotFound
	}
	return e.value, strconv.Itoa(e.version), nil
}

func (m *memory) Save(_ context.Context, key clef.StoreKey, value string, change clef.Change) (version string, err error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	e := m.entry(key)
	stored := ""
	if e.value != "" {
		stored = strconv.Itoa(e.version)
	}
	if change.Version != stored || change.Fence < e.fence {
		m.conflicts++
		return "", clef.ErrBusy
	}
	e.value, e.version, e.fence = value, e.version+1, change.Fence
	return strconv.Itoa(e.version), nil
}

func (m *memory) Remove(_ context.Context, key clef.StoreKey, _ clef.Change) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.entry(key).value = ""
	return nil
}

func (m *memory) Accounts(_ context.Context, key clef.StoreKey) ([]string, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var accounts []string
	for name, e := range m.entries {
		if strings.HasPrefix(name, key.Key) && e.value != "" {
			accounts = append(accounts, e.account)
		}
	}
	return accounts, nil
}

func (m *memory) Lock(_ context.Context, key clef.StoreKey, timeToLive time.Duration) (int64, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	e := m.entry(key)
	if time.Now().Before(e.lockedUntil) {
		return 0, clef.ErrBusy
	}
	e.lockedUntil = time.Now().Add(timeToLive)
	return e.fence + 1, nil
}

func (m *memory) Unlock(_ context.Context, key clef.StoreKey, _ int64) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.entry(key).lockedUntil = time.Time{}
	return nil
}

func TestStorageOfOnesOwn(t *testing.T) {
	reset(t)
	storage := &memory{}
	credentials, store := newCredentials(), must(clef.NewStore(storage))
	defer store.Close()
	_, err := store.Open(ctx, credentials, "anna")
	if failed := expectStatus(t, err, clef.ErrNotFound); failed.Remedy != clef.RemedyLogIn {
		t.Error(failed)
	}
	if err := store.Save(ctx, credentials, "anna", expired(userToken(t))); err != nil {
		t.Fatal(err)
	}
	// Two programs, one refresh.
	other := must(clef.NewStore(storage))
	defer other.Close()
	first := must(store.Open(ctx, credentials, "anna"))
	defer first.Close()
	second := must(other.Open(ctx, newCredentials(), "anna"))
	defer second.Close()
	if must(first.AccessToken(ctx)) != must(second.AccessToken(ctx)) || count(t, "refresh_token") != 1 {
		t.Errorf("%d refreshes", count(t, "refresh_token"))
	}
	for i := 0; i < 2; i++ {
		if err := first.Refresh(ctx); err != nil {
			t.Error(err)
		}
	}
	if storage.conflicts != 0 {
		t.Errorf("%d saves do not stand on what is stored", storage.conflicts)
	}
	if accounts := must(store.Accounts(ctx, credentials)); len(accounts) != 1 || accounts[0] != "anna" {
		t.Errorf("%v", accounts)
	}
	if token := must(store.Load(ctx, credentials, "anna")); token.AccessToken != must(first.AccessToken(ctx)) {
		t.Error("what is stored is another")
	}
	attached := must(clef.NewRefreshingToken(userToken(t), credentials))
	defer attached.Close()
	if err := attached.Attach(ctx, store, "ben"); err != nil {
		t.Error(err)
	}
	if err := store.Remove(ctx, credentials, "anna"); err != nil {
		t.Error(err)
	}
	if accounts := must(store.Accounts(ctx, credentials)); len(accounts) != 1 || accounts[0] != "ben" {
		t.Errorf("%v", accounts)
	}
}

// plain is a storage without locks and lists, which fails like this.
type plain struct{ err error }

func (p plain) Load(context.Context, clef.StoreKey) (string, string, error) { return "", "", p.err }
func (p plain) Save(context.Context, clef.StoreKey, string, clef.Change) (string, error) {
	return "", p.err
}
func (p plain) Remove(context.Context, clef.StoreKey, clef.Change) error { return p.err }

func TestStorageFails(t *testing.T) {
	credentials := newCredentials()
	for status, err := range map[clef.Status]error{
		clef.ErrStore:     errors.New("the disk is full"),
		clef.ErrTransport: clef.ErrTransport,
		clef.ErrTimeout:   context.DeadlineExceeded,
	} {
		store := must(clef.NewStore(plain{err}))
		_, failed := store.Load(ctx, credentials, "")
		if failed := expectStatus(t, failed, status); status == clef.ErrStore && !strings.Contains(failed.Message, "disk is full") {
			t.Error(failed)
		}
		expectStatus(t, store.Remove(ctx, credentials, ""), status)
		store.Close()
	}
	store := must(clef.NewStore(plain{}))
	_, err := store.Accounts(ctx, credentials)
	expectStatus(t, err, clef.ErrUnsupported)
}

// The end of a context is told to a storage that takes its time.
type slow struct{ plain }

func (slow) Load(ctx context.Context, _ clef.StoreKey) (string, string, error) {
	select {
	case <-ctx.Done():
		return "", "", ctx.Err()
	case <-time.After(20 * time.Second):
		return "", "", errors.New("nobody cancels")
	}
}

func TestContextEndsTheWaitingForAStorage(t *testing.T) {
	store := must(clef.NewStore(slow{}))
	ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	for _, call := range []func() error{
		func() error { _, err := store.Open(ctx, newCredentials(), ""); return err },
		func() error { _, err := store.Load(ctx, newCredentials(), ""); return err },
	} {
		begun := time.Now()
		if err := call(); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) > 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	}
}

func TestKeyringIsNotBuiltIn(t *testing.T) {
	_, err := clef.NewKeyringStore("")
	expectStatus(t, err, clef.ErrUnsupported)
}

// silent is a storage that ends its goroutine, as a test does that fails.
type silent struct{ memory }

func (*silent) Load(context.Context, clef.StoreKey) (value, version string, err error) {
	runtime.Goexit()
	return
}

func TestStorageWithoutAnAnswer(t *testing.T) {
	store := must(clef.NewStore(&silent{}))
	defer store.Close()
	_, err := store.Load(ctx, newCredentials(), "")
	expectStatus(t, err, clef.ErrStore)
}
