package clef

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"runtime"
	"runtime/cgo"
	"sync"
	"unsafe"
)

// Runtime does the work that calls wait for, on threads of the library and a goroutine of its own. Listeners and login
// callbacks are called by that goroutine; while one is at work, another goroutine takes over.
//
// Most programs need none: the package has one, which starts when something has to wait for the first time and lasts as
// long as the program. One of your own can be closed, which ends all that it does: put it into contexts with
// [WithRuntime].
type Runtime struct {
	core *runtimeCore
}

// runtimeCore is apart from Runtime, so that its goroutines do not keep that reachable.
type runtimeCore struct {
	handle  *handle
	runtime *C.clef_runtime
	// self is how C names it to Go.
	self cgo.Handle

	mutex sync.Mutex
	// closing is set once, and nothing pumps anew from then on.
	closing bool
	started bool
	// waiting is how many goroutines pump and are not held up by a callback.
	waiting int
	pumps   sync.WaitGroup
}

// NewRuntime makes a runtime. It starts no thread and no goroutine yet. Close it.
func NewRuntime() (*Runtime, error) {
	core := &runtimeCore{}
	err := call(func(_ *arguments, err **C.clef_error) C.clef_status {
		return C.clef_runtime_new(&core.runtime, err)
	})
	if err != nil {
		return nil, err
	}
	core.self = cgo.NewHandle(core)
	core.handle = newHandle(unsafe.Pointer(core.runtime), func(pointer unsafe.Pointer) {
		// Closed before, so this calls nobody and waits for nothing but the library's threads.
		C.clef_runtime_free((*C.clef_runtime)(pointer))
		core.self.Delete()
	})
	// The core names itself, so it is closed with what has it.
	runtime.SetFinalizer(core.handle, nil)
	r := &Runtime{core}
	runtime.SetFinalizer(r, func(r *Runtime) { go r.core.close(-1) })
	return r, nil
}

// Close ends all that the runtime does: it fails with [ErrCancelled], and nothing can be begun any more. Where a refresh
// token may have reached the service, its answer is waited for, within the timeout of its sender. In a callback of the
// runtime it takes effect once that has returned.
func (r *Runtime) Close() error {
	runtime.SetFinalizer(r, nil)
	if bool(C.clef_go_is_called_back()) {
		go r.core.close(-1)
		return nil
	}
	return r.core.close(-1)
}

// Shutdown is [Runtime.Close] with an end: once ctx is done it gives up waiting, fails with the error of the context,
// and may be called again. In a callback it does as [Runtime.Close] does.
func (r *Runtime) Shutdown(ctx context.Context) error {
	if bool(C.clef_go_is_called_back()) {
		return r.Close()
	}
	outcome := make(chan error, 1)
	go func() {
		for {
			err := r.core.close(100)
			if !errors.Is(err, ErrTimeout) || ctx.Err() != nil {
				outcome <- err
				return
			}
		}
	}()
	select {
	case err := <-outcome:
		if err == nil || ctx.Err() == nil {
			return err
		}
	case <-ctx.Done():
	}
	return contextError(ctx.Err())
}

// KeepFresh has the runtime refresh the token ahead of time, so that nobody who asks for its access token waits for the
// network. It ends with the runtime, with [RefreshingToken.StopKeepingFresh], when nobody has the token any more, and
// when the user has to log in again.
//
// A token is refreshed one and a half to two minutes before its end, or at about half its life where it is short.
// Failures are told to the listener, and tried again after 5 seconds, then twice as long each time up to 5 minutes.
func (r *Runtime) KeepFresh(token *RefreshingToken) error {
	if err := r.core.use(); err != nil {
		return err
	}
	defer r.core.handle.done()
	return call(func(a *arguments, err **C.clef_error) C.clef_status {
		return C.clef_refreshing_token_keep_fresh(a.refreshing(token), r.core.runtime, err)
	})
}

// use starts the pump, where that is not done yet; handle.done ends it.
func (c *runtimeCore) use() error {
	if c == nil {
		return ErrClosed
	}
	if err := c.handle.use(); err != nil {
		return err
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if !c.started && !c.closing {
		c.started = true
		c.addPump()
	}
	return nil
}

// addPump is called with the mutex.
func (c *runtimeCore) addPump() {
	c.waiting++
	c.pumps.Add(1)
	go c.pump()
}

func (c *runtimeCore) pump() {
	defer c.pumps.Done()
	for C.clef_runtime_wait(c.runtime, -1, nil) == C.CLEF_STATUS_OK {
		C.clef_go_run_callbacks(c.runtime, C.uintptr_t(c.self))
		if c.isSpare() {
			return
		}
	}
}

// isSpare says whether another one pumps too, now that the callback that held this one up is over.
func (c *runtimeCore) isSpare() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.waiting > 1 {
		c.waiting--
		return true
	}
	return false
}

// calledBack has another goroutine pump while this one, in a callback, may take its time; until the function that it
// gives is called.
func (c *runtimeCore) calledBack() func() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.waiting--
	if c.waiting == 0 && !c.closing {
		c.addPump()
	}
	return func() {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		c.waiting++
	}
}

// close is C.clef_runtime_close; then it waits until nobody uses the runtime, and frees it.
func (c *runtimeCore) close(timeoutMs C.int64_t) error {
	if c == nil || c.handle.use() != nil {
		return nil
	}
	c.mutex.Lock()
	c.closing = true
	c.mutex.Unlock()
	err := call(func(_ *arguments, err **C.clef_error) C.clef_status {
		return C.clef_runtime_close(c.runtime, timeoutMs, err)
	})
	if err == nil {
		c.pumps.Wait()
		c.handle.close()
	}
	c.handle.done()
	return err
}

type runtimeKey struct{}

// WithRuntime has what is called with the context wait for this runtime's work, in place of the package's own.
func WithRuntime(ctx context.Context, r *Runtime) context.Context {
	return context.WithValue(ctx, runtimeKey{}, r)
}

var shared struct {
	once    sync.Once
	runtime *Runtime
	err     error
}

// sharedRuntime is the package's own.
func sharedRuntime() (*Runtime, error) {
	shared.once.Do(func() { shared.runtime, shared.err = NewRuntime() })
	return shared.runtime, shared.err
}

// runtimeOf is the runtime whose work is waited for with this context.
func runtimeOf(ctx context.Context) (*Runtime, error) {
	if r, ok := ctx.Value(runtimeKey{}).(*Runtime); ok && r != nil {
		return r, nil
	}
	return sharedRuntime()
}
