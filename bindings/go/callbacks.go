package clef

// #include "shim.h"
import "C"

import (
	"fmt"
	"runtime/cgo"
	"runtime/debug"
	"unsafe"
)

// runCallback runs the program's own code, for C. Neither a panic nor runtime.Goexit must go through the frames of the
// library, which would leave that half done: it ends the program from a goroutine of its own, as a panic that nobody
// recovers.
func runCallback(pumped C.uintptr_t, callback func()) {
	hasReturned := false
	defer func() {
		if hasReturned {
			return
		}
		thrown := recover()
		if thrown == nil {
			thrown = "runtime.Goexit"
		}
		stack := debug.Stack()
		go panic(fmt.Sprintf("%v\n\nin a callback of clef:\n%s", thrown, stack))
		select {}
	}()
	defer leavePump(pumped)()
	callback()
	hasReturned = true
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
func clefGoHear(handle, pumped C.uintptr_t, kind C.clef_event, token *C.clef_token, err *C.clef_error) (answer C.clef_status) {
	listener := cgo.Handle(handle).Value().(Listener)
	event := Event{Kind: EventKind(kind), Err: readError(err)}
	if token != nil {
		event.Token = tokenFrom(C.clef_token_clone(token))
	}
	runCallback(pumped, func() { answer = C.clef_status(statusOf(listener(event), ErrStore)) })
	return answer
}

//export clefGoShowLogin
func clefGoShowLogin(handle, pumped C.uintptr_t, attempt *C.clef_login_attempt) {
	show := cgo.Handle(handle).Value().(func(*LoginAttempt))
	shown := &LoginAttempt{newHandle(unsafe.Pointer(attempt), func(pointer unsafe.Pointer) {
		C.clef_login_attempt_free((*C.clef_login_attempt)(pointer))
	})}
	runCallback(pumped, func() { show(shown) })
}

// leavePump has another goroutine pump the runtime that this one pumps, until what it gives is called.
func leavePump(pumped C.uintptr_t) func() {
	if pumped == 0 {
		return func() {}
	}
	return cgo.Handle(pumped).Value().(*runtimeCore).calledBack()
}
