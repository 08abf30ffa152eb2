package clef

// #include <stdlib.h>
// #include "shim.h"
import "C"

import (
	"strings"
	"unsafe"
)

// arguments holds what one call of C borrows, until it has returned.
type arguments struct {
	texts  []*C.char
	scopes []*C.clef_scope_set
	used   []*handle
}

// refused is thrown by an argument that cannot be handed to C, and caught by the call.
type refused struct{ err error }

// call has f call C with arguments, and gives its error. What f uses of a is valid until it returns.
func call(f func(a *arguments, err **C.clef_error) C.clef_status) (outcome error) {
	var a arguments
	defer a.release()
	defer func() {
		if thrown := recover(); thrown != nil {
			refusal, ok := thrown.(refused)
			if !ok {
				panic(thrown)
			}
			outcome = refusal.err
		}
	}()
	var err *C.clef_error
	return check(f(&a, &err), err)
}

func (a *arguments) release() {
	for _, text := range a.texts {
		C.clef_go_string_free(text)
	}
	for _, set := range a.scopes {
		C.clef_scope_set_free(set)
	}
	for _, h := range a.used {
		h.done()
	}
}

// text is a copy of s, which is wiped later.
func (a *arguments) text(name, s string) *C.char {
	if strings.IndexByte(s, 0) >= 0 {
		panic(refused{newError(ErrInvalidArgument, name+" must not have a NUL in it")})
	}
	text := C.CString(s)
	a.texts = append(a.texts, text)
	return text
}

// optional is NULL for "".
func (a *arguments) optional(name, s string) *C.char {
	if s == "" {
		return nil
	}
	return a.text(name, s)
}

// set is NULL for an empty one.
func (a *arguments) set(name string, s ScopeSet) *C.clef_scope_set {
	if s.text == "" {
		return nil
	}
	return a.wholeSet(name, s)
}

func (a *arguments) wholeSet(name string, s ScopeSet) *C.clef_scope_set {
	var set *C.clef_scope_set
	var err *C.clef_error
	if refusal := check(C.clef_scope_set_parse(a.text(name, s.text), &set, &err), err); refusal != nil {
		panic(refused{refusal})
	}
	a.scopes = append(a.scopes, set)
	return set
}

func (a *arguments) use(h *handle) unsafe.Pointer {
	if err := h.use(); err != nil {
		panic(refused{err})
	}
	a.used = append(a.used, h)
	return h.pointer
}

func (a *arguments) credentials(c *Credentials) *C.clef_credentials {
	if c == nil {
		panic(refused{newError(ErrInvalidArgument, "credentials must not be nil")})
	}
	return (*C.clef_credentials)(a.use(c.handle))
}

func (a *arguments) token(t *Token) *C.clef_token {
	if t == nil {
		panic(refused{newError(ErrInvalidArgument, "token must not be nil")})
	}
	return (*C.clef_token)(a.use(t.handle))
}

func (a *arguments) store(s *TokenStore) *C.clef_token_store {
	if s == nil {
		panic(refused{newError(ErrInvalidArgument, "store must not be nil")})
	}
	return (*C.clef_token_store)(a.use(s.handle))
}

// sender is NULL for nil: the built-in one.
func (a *arguments) sender(s *Sender) *C.clef_sender {
	if s == nil {
		return nil
	}
	return (*C.clef_sender)(a.use(s.handle))
}

// take gives what C has made as a string, and wipes it there.
func take(text *C.char) string {
	defer C.clef_string_free(text)
	return C.GoString(text)
}
