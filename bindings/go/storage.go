package clef

// #include "shim.h"
import "C"

import (
	"context"
	"sync"
	"time"
)

// Storage is a store of your own. Its methods are called on goroutines of their own, by several at a time; the context is
// done once nobody waits for the answer any more. They must not use the store that they are for.
//
// A storage that several processes share is a [Locker] too, or has versions, or both. An error is what the call that waits
// gives, with its status where it is one of this package, else [ErrStore]. No message of it should have the value in it.
type Storage interface {
	// Load gives what is stored under the key, and its version. [ErrNotFound] where nothing is.
	//
	// The version names this state of it: any text that changes with each save, such as a number or a hash; "" for a storage
	// without versions.
	Load(ctx context.Context, key StoreKey) (value, version string, err error)
	// Save stores the value under the key: some 2,000 bytes of text, secret. It gives the version of that. [ErrBusy] where
	// the change does not stand on what is stored now.
	Save(ctx context.Context, key StoreKey, value string, change Change) (version string, err error)
	// Remove removes what is stored under the key, but keeps its fence and version, so that they go on growing. That nothing
	// is stored is no failure. [ErrBusy] where something was changed under a later fence.
	Remove(ctx context.Context, key StoreKey, change Change) error
}

// Lister is a [Storage] that can tell which accounts it has. Without it [TokenStore.Accounts] is [ErrUnsupported].
type Lister interface {
	// Accounts gives the accounts of all keys that begin with the key's text.
	Accounts(ctx context.Context, key StoreKey) ([]string, error)
}

// Locker is a [Storage] with leases, so that one process refreshes a token at a time.
type Locker interface {
	// Lock takes the lock of the key for this long, at once or not at all: [ErrBusy] where another has it. It gives the
	// fence of the lease: a number above 0 that grows with each lease of the key; 0 for a storage without fences.
	Lock(ctx context.Context, key StoreKey, timeToLive time.Duration) (fence int64, err error)
	// Unlock gives the lock back, if it still is that of the fence.
	Unlock(ctx context.Context, key StoreKey, fence int64) error
}

// StoreKey is what something is stored under.
type StoreKey struct {
	// Key is the whole of it in one text of printable ASCII without a space, which is unique.
	Key string
	// AccountsURL, ClientID and Account are its parts.
	AccountsURL, ClientID, Account string
}

// Change is what a change of the storage stands on.
type Change struct {
	// Version must still be the one that is stored, for a save to replace it; "" where nothing may be stored yet, or it had
	// no version.
	Version string
	// Fence is that of the lease; a storage that was changed under a later one turns the change away. 0 without a lease.
	Fence int64
}

// storeTask is one thing that a storage has to do.
type storeTask struct {
	mutex sync.Mutex
	task  *C.clef_store_task
}

func newStoreTask(task *C.clef_store_task) *storeTask {
	return &storeTask{task: task}
}

func (t *storeTask) isCancelled() bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.task != nil && bool(C.clef_store_task_is_cancelled(t.task))
}

// end ends the task with what answer sets.
func (t *storeTask) end(err error, answer func(a *arguments, task *C.clef_store_task, err **C.clef_error) C.clef_status) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if err == nil && answer != nil {
		err = call(func(a *arguments, err **C.clef_error) C.clef_status { return answer(a, t.task, err) })
	}
	if err == nil {
		C.clef_store_task_done(t.task)
	} else {
		status := statusOf(err, ErrStore)
		if call(func(a *arguments, _ **C.clef_error) C.clef_status {
			C.clef_store_task_fail(t.task, C.clef_status(status), a.text("message", messageOf(err)))
			return C.CLEF_STATUS_OK
		}) != nil {
			C.clef_store_task_free(t.task)
		}
	}
	t.task = nil
}

func (t *storeTask) free() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	C.clef_store_task_free(t.task)
	t.task = nil
}

// runTask has the program do what the task says, on a goroutine of its own.
func runTask(storage Storage, t *storeTask) {
	// Read before anybody else looks at the task: it is for one thread at a time.
	key := StoreKey{
		Key:         C.GoString(C.clef_store_task_key(t.task)),
		AccountsURL: C.GoString(C.clef_store_task_accounts_url(t.task)),
		ClientID:    C.GoString(C.clef_store_task_client_id(t.task)),
		Account:     C.GoString(C.clef_store_task_account(t.task)),
	}
	change := Change{
		Version: C.GoString(C.clef_store_task_version(t.task)),
		Fence:   int64(C.clef_store_task_fence(t.task)),
	}
	kind, value := C.clef_store_task_kind(t.task), C.GoString(C.clef_store_task_value(t.task))
	timeToLive := time.Duration(C.clef_store_task_time_to_live_ms(t.task)) * time.Millisecond

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go cancelWhen(ctx, cancel, t.isCancelled)
	// After an answer, this does nothing: it is for a storage that ends its goroutine.
	defer t.free()
	lister, lists := storage.(Lister)
	locker, locks := storage.(Locker)
	switch {
	case kind == C.CLEF_STORE_TASK_LOAD:
		t.load(storage.Load(ctx, key))
	case kind == C.CLEF_STORE_TASK_SAVE:
		t.saved(storage.Save(ctx, key, value, change))
	case kind == C.CLEF_STORE_TASK_REMOVE:
		t.end(storage.Remove(ctx, key, change), nil)
	case kind == C.CLEF_STORE_TASK_LIST && lists:
		t.list(lister.Accounts(ctx, key))
	case kind == C.CLEF_STORE_TASK_LOCK && locks:
		t.lock(ctx, locker, key, timeToLive)
	case kind == C.CLEF_STORE_TASK_UNLOCK && locks:
		t.end(locker.Unlock(ctx, key, change.Fence), nil)
	default:
		t.end(newError(ErrUnsupported, "this storage cannot do that"), nil)
	}
}

func (t *storeTask) saved(version string, err error) {
	t.end(err, func(a *arguments, task *C.clef_store_task, err **C.clef_error) C.clef_status {
		if version == "" {
			return C.CLEF_STATUS_OK
		}
		return C.clef_store_task_set_version(task, a.text("version", version), err)
	})
}

func (t *storeTask) load(value, version string, err error) {
	t.end(err, func(a *arguments, task *C.clef_store_task, err **C.clef_error) C.clef_status {
		return C.clef_store_task_set_value(task, a.text("value", value), a.optional("version", version), err)
	})
}

func (t *storeTask) list(accounts []string, err error) {
	t.end(err, func(a *arguments, task *C.clef_store_task, err **C.clef_error) C.clef_status {
		for _, account := range accounts {
			if status := C.clef_store_task_add_account(task, a.text("account", account), err); status != C.CLEF_STATUS_OK {
				return status
			}
		}
		return C.CLEF_STATUS_OK
	})
}

// lock gives a lock back that nobody waits for any more: it would be in the way until its time to live is up.
func (t *storeTask) lock(ctx context.Context, locker Locker, key StoreKey, timeToLive time.Duration) {
	if t.isCancelled() {
		t.end(newError(ErrCancelled, "nobody waits for the lock"), nil)
		return
	}
	fence, err := locker.Lock(ctx, key, timeToLive)
	if err == nil && t.isCancelled() {
		_ = locker.Unlock(context.Background(), key, fence)
		err = newError(ErrCancelled, "nobody waits for the lock")
	}
	t.end(err, func(_ *arguments, task *C.clef_store_task, err **C.clef_error) C.clef_status {
		if fence == 0 {
			return C.CLEF_STATUS_OK
		}
		return C.clef_store_task_set_fence(task, C.int64_t(fence), err)
	})
}
