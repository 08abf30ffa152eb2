package clef

// #include "shim.h"
import "C"

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"
	"unsafe"
)

// mostOfABody is more than the library reads of an answer: 1 MiB.
const mostOfABody = 1<<20 + 1

// TokenRequest is a token request that is not sent yet, from one of the Prepare methods. Send it, once; or carry it
// yourself: [TokenRequest.HTTPRequest], then [TokenRequest.Finish].
type TokenRequest struct {
	handle *handle
}

// Send sends the request through the sender of its credentials. Once: then it is [ErrAlreadyUsed].
func (r *TokenRequest) Send(ctx context.Context) (*Token, error) {
	return run(ctx, func(a *arguments, runtime *C.clef_runtime, ended C.uintptr_t, operation **C.clef_operation,
		err **C.clef_error) C.clef_status {
		return C.clef_go_http_request_start(r.pointer(a), runtime, ended, operation, err)
	}, (*operation).token)
}

// HTTPRequest is the request for an [http.Client] of your own, which must follow no redirect. Its body and its
// Authorization header are secret.
func (r *TokenRequest) HTTPRequest(ctx context.Context) (*http.Request, error) {
	if err := r.handle.use(); err != nil {
		return nil, err
	}
	defer r.handle.done()
	return httpRequest(ctx, (*C.clef_http_request)(r.handle.pointer))
}

// MayRepeat says whether the request may be sent again after it may have reached the service: false with a code or a
// refresh token, which the first try may have spent.
func (r *TokenRequest) MayRepeat() bool {
	return get(r.handle, func(pointer unsafe.Pointer) bool {
		return bool(C.clef_http_request_may_repeat((*C.clef_http_request)(pointer)))
	})
}

// Finish reads the answer to a request that you carried yourself, and closes its body. It was sent just after sentAt, from
// which the token's lifetime counts; the zero time is now. It may be called again, for the answer to another try.
func (r *TokenRequest) Finish(sentAt time.Time, answer *http.Response) (*Token, error) {
	response, err := newResponse(answer)
	if err != nil {
		return nil, err
	}
	defer C.clef_http_response_free(response)
	return newToken(func(a *arguments, token **C.clef_token, err **C.clef_error) C.clef_status {
		return C.clef_http_request_finish(r.pointer(a), unixSeconds(sentAt), response, token, err)
	})
}

// Close frees the request, which is wiped.
func (r *TokenRequest) Close() error {
	r.handle.close()
	return nil
}

func (r *TokenRequest) pointer(a *arguments) *C.clef_http_request {
	return (*C.clef_http_request)(a.use(r.handle))
}

func newRequest(make func(a *arguments, request **C.clef_http_request, err **C.clef_error) C.clef_status) (*TokenRequest, error) {
	var request *C.clef_http_request
	err := call(func(a *arguments, err **C.clef_error) C.clef_status {
		return make(a, &request, err)
	})
	if err != nil {
		return nil, err
	}
	return &TokenRequest{newHandle(unsafe.Pointer(request), func(pointer unsafe.Pointer) {
		C.clef_http_request_free((*C.clef_http_request)(pointer))
	})}, nil
}

func sendPrepared(ctx context.Context, prepare func() (*TokenRequest, error)) (*Token, error) {
	request, err := prepare()
	if err != nil {
		return nil, err
	}
	defer request.Close()
	return request.Send(ctx)
}

// httpRequest copies a request that is borrowed.
func httpRequest(ctx context.Context, request *C.clef_http_request) (*http.Request, error) {
	var length C.size_t
	bytes := C.clef_http_request_body(request, &length)
	body := C.GoStringN(bytes, C.int(length))
	copied, err := http.NewRequestWithContext(ctx, C.GoString(C.clef_http_request_method(request)),
		C.GoString(C.clef_http_request_url(request)), strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	for i := C.size_t(0); i < C.clef_http_request_header_count(request); i++ {
		copied.Header.Add(C.GoString(C.clef_http_request_header_name(request, i)),
			C.GoString(C.clef_http_request_header_value(request, i)))
	}
	return copied, nil
}

// newResponse copies an answer for the library, and closes its body.
func newResponse(answer *http.Response) (*C.clef_http_response, error) {
	var body []byte
	if answer.Body != nil {
		defer answer.Body.Close()
		var err error
		if body, err = io.ReadAll(io.LimitReader(answer.Body, mostOfABody)); err != nil {
			return nil, err
		}
	}
	var response *C.clef_http_response
	err := call(func(a *arguments, err **C.clef_error) C.clef_status {
		var first *C.uint8_t
		if len(body) > 0 {
			first = (*C.uint8_t)(unsafe.Pointer(&body[0]))
		}
		return C.clef_http_response_new(C.int32_t(answer.StatusCode), first, C.size_t(len(body)), &response, err)
	})
	if err != nil {
		return nil, err
	}
	for name, values := range answer.Header {
		for _, value := range values {
			// Such as those that are not UTF-8: the library reads none of them.
			_ = call(func(a *arguments, err **C.clef_error) C.clef_status {
				return C.clef_http_response_add_header(response, a.text("name", name), a.text("value", value), err)
			})
		}
	}
	return response, nil
}
