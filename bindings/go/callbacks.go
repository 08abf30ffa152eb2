package clef

// #include "shim.h"
import "C"

import (
	"fmt"
	"runtime/cgo"
	"runtime/debug"
	"unsafe"
)

// What C calls. A panic of the program's own code must not go through the frames of the library, which would leave that
// half done: it ends the program from a goroutine of its own, as one that nobody recovers.
func orPanicApart() {
	if thrown := recover(); thrown != nil {
		stack := debug.Stack()
		go panic(fmt.Sprintf("%v\n\nin a callback of clef:\n%s", thrown, stack))
		select {}
	}
}

//export clefGoRelease
func clefGoRelease(handle C.uintptr_t) {
	cgo.Handle(handle).Delete()
}

//export clefGoDone
func clefGoDone(handle C.uintptr_t) {
	ended := cgo.Handle(handle)
	close(ended.Value().(chan struct{}))
	ended.Delete()
}

//export clefGoSend
func clefGoSend(handle C.uintptr_t, exchange *C.clef_exchange) {
	send := cgo.Handle(handle).Value().(SendFunc)
	go serve(send, newExchange(exchange))
}

//export clefGoStore
func clefGoStore(handle C.uintptr_t, task *C.clef_store_task) {
	storage := cgo.Handle(handle).Value().(Storage)
	go runTask(storage, newStoreTask(task))
}

//export clefGoHear
func clefGoHear(handle, pumped C.uintptr_t, kind C.clef_event, token *C.clef_token, err *C.clef_error) C.clef_status {
	defer orPanicApart()
	defer leavePump(pumped)()
	listener := cgo.Handle(handle).Value().(Listener)
	event := Event{Kind: EventKind(kind), Err: readError(err)}
	if token != nil {
		event.Token = tokenFrom(C.clef_token_clone(token))
	}
	return C.clef_status(statusOf(listener(event), ErrStore))
}

//export clefGoShowLogin
func clefGoShowLogin(handle, pumped C.uintptr_t, attempt *C.clef_login_attempt) {
	defer orPanicApart()
	defer leavePump(pumped)()
	show := cgo.Handle(handle).Value().(func(*LoginAttempt))
	show(&LoginAttempt{newHandle(unsafe.Pointer(attempt), func(pointer unsafe.Pointer) {
		C.clef_login_attempt_free((*C.clef_login_attempt)(pointer))
	})})
}

// leavePump has another goroutine pump the runtime that this one pumps, until what it gives is called.
func leavePump(pumped C.uintptr_t) func() {
	if pumped == 0 {
		return func() {}
	}
	return cgo.Handle(pumped).Value().(*runtimeCore).calledBack()
}
