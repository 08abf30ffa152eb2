package clef

// #include "shim.h"
import "C"

import (
	"context"
	"errors"
	"runtime/cgo"
	"unsafe"
)

// operation is one piece of work under way in a runtime.
type operation struct {
	handle *handle
	// runtime would end the work if it were garbage collected.
	runtime *Runtime
	// ended is closed by the pump, once the operation is done.
	ended chan struct{}
}

// beginning calls a …_start function of C: what it is handed last are its runtime, the handle by which Go hears of the
// end, and its outputs.
type beginning func(a *arguments, runtime *C.clef_runtime, ended C.uintptr_t, operation **C.clef_operation,
	err **C.clef_error) C.clef_status

// begin begins a piece of work.
func begin(ctx context.Context, start beginning) (*operation, error) {
	if err := ctx.Err(); err != nil {
		return nil, contextError(err)
	}
	r, err := runtimeOf(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.core.use(); err != nil {
		return nil, err
	}
	defer r.core.handle.done()
	o := &operation{runtime: r, ended: make(chan struct{})}
	ended := cgo.NewHandle(o.ended)
	var begun *C.clef_operation
	err = call(func(a *arguments, err **C.clef_error) C.clef_status {
		return start(a, r.core.runtime, C.uintptr_t(ended), &begun, err)
	})
	if err != nil {
		// Then nobody hears of its end.
		ended.Delete()
		return nil, err
	}
	o.handle = newHandle(unsafe.Pointer(begun), func(pointer unsafe.Pointer) {
		C.clef_operation_free((*C.clef_operation)(pointer))
	})
	return o, nil
}

func (o *operation) pointer() *C.clef_operation {
	return (*C.clef_operation)(o.handle.pointer)
}

// cancel has the operation end soon.
func (o *operation) cancel() {
	if o.handle.use() == nil {
		C.clef_operation_cancel(o.pointer())
		o.handle.done()
	}
}

// wait waits for the end, which it brings about once ctx is done.
func (o *operation) wait(ctx context.Context) error {
	if err := o.handle.use(); err != nil {
		return err
	}
	defer o.handle.done()
	select {
	case <-o.ended:
	case <-ctx.Done():
		o.cancel()
		<-o.ended
	}
	err := call(func(_ *arguments, err **C.clef_error) C.clef_status {
		return C.clef_operation_status(o.pointer(), err)
	})
	if cause := ctx.Err(); cause != nil && errors.Is(err, ErrCancelled) {
		return contextError(cause)
	}
	return err
}

// run begins a piece of work, waits for it, and reads its result.
func run[T any](ctx context.Context, start beginning, read func(*operation) (T, error)) (result T, err error) {
	o, err := begin(ctx, start)
	if err != nil {
		return result, err
	}
	defer o.handle.close()
	if err := o.wait(ctx); err != nil {
		return result, err
	}
	return read(o)
}

func (o *operation) accessToken() (string, error) {
	var text *C.char
	err := call(func(_ *arguments, err **C.clef_error) C.clef_status {
		return C.clef_operation_access_token(o.pointer(), &text, err)
	})
	if err != nil {
		return "", err
	}
	return take(text), nil
}

func (o *operation) token() (*Token, error) {
	return newToken(func(_ *arguments, token **C.clef_token, err **C.clef_error) C.clef_status {
		return C.clef_operation_token(o.pointer(), token, err)
	})
}

func (o *operation) refreshingToken() (*RefreshingToken, error) {
	return newRefreshingToken(func(_ *arguments, token **C.clef_refreshing_token, err **C.clef_error) C.clef_status {
		return C.clef_operation_refreshing_token(o.pointer(), token, err)
	})
}

// outcome is what a call gives.
type outcome[T any] struct {
	result T
	err    error
}

// detached waits for a call that nobody can cancel, but only as long as ctx lets it: the call goes on then, and discard
// gets its result.
func detached[T any](ctx context.Context, work func() (T, error), discard func(T)) (result T, err error) {
	if err := ctx.Err(); err != nil {
		return result, contextError(err)
	}
	if ctx.Done() == nil || bool(C.clef_go_is_called_back()) {
		return work()
	}
	outcomes := make(chan outcome[T])
	go func() {
		var o outcome[T]
		o.result, o.err = work()
		select {
		case outcomes <- o:
		case <-ctx.Done():
			if o.err == nil {
				discard(o.result)
			}
		}
	}()
	select {
	case o := <-outcomes:
		return o.result, o.err
	case <-ctx.Done():
		return result, contextError(ctx.Err())
	}
}
