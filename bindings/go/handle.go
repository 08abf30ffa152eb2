package clef

import (
	"runtime"
	"sync/atomic"
	"unsafe"
)

// handle owns one object of the library. It counts those who use it, so that whoever closes it meanwhile has it freed
// by the last of them.
type handle struct {
	// uses is how many calls are under way, plus closed once it was closed.
	uses    atomic.Int64
	pointer unsafe.Pointer
	free    func(unsafe.Pointer)
}

const closed = 1 << 62

func newHandle(pointer unsafe.Pointer, free func(unsafe.Pointer)) *handle {
	h := &handle{pointer: pointer, free: free}
	runtime.SetFinalizer(h, (*handle).close)
	return h
}

// use keeps the object from being freed until done is called.
func (h *handle) use() error {
	if h == nil {
		return ErrClosed
	}
	for {
		uses := h.uses.Load()
		if uses >= closed {
			return ErrClosed
		}
		if h.uses.CompareAndSwap(uses, uses+1) {
			return nil
		}
	}
}

// done also keeps h reachable up to here, so that no finaliser frees what a call uses.
func (h *handle) done() {
	if h.uses.Add(-1) == closed {
		h.free(h.pointer)
	}
}

// close may be called any number of times, by any goroutine.
func (h *handle) close() {
	if h == nil {
		return
	}
	for {
		uses := h.uses.Load()
		if uses >= closed {
			return
		}
		if h.uses.CompareAndSwap(uses, uses+closed) {
			runtime.SetFinalizer(h, nil)
			if uses == 0 {
				h.free(h.pointer)
			}
			return
		}
	}
}

// get reads something of the object; nothing of one that is closed.
func get[T any](h *handle, read func(unsafe.Pointer) T) (value T) {
	if h.use() != nil {
		return value
	}
	defer h.done()
	return read(h.pointer)
}
