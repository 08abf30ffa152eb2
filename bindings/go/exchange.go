package clef

// #include "shim.h"
import "C"

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// SendFunc carries one request: it ends the exchange once, before it returns; else that is a failure. The context is done
// once nobody waits for the answer any more.
type SendFunc func(ctx context.Context, exchange *Exchange)

// Exchange is one token request that waits for its answer. It ends once: what is said to it later is [ErrClosed].
type Exchange struct {
	mutex    sync.Mutex
	exchange *C.clef_exchange
}

func newExchange(exchange *C.clef_exchange) *Exchange {
	return &Exchange{exchange: exchange}
}

// Request is the request to carry, for an [http.RoundTripper]. Its body and its Authorization header are secret.
func (e *Exchange) Request(ctx context.Context) (*http.Request, error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.exchange == nil {
		return nil, ErrClosed
	}
	return httpRequest(ctx, C.clef_exchange_request(e.exchange))
}

// Respond ends the exchange with an answer, whatever its HTTP status, and closes its body.
func (e *Exchange) Respond(answer *http.Response) error {
	response, err := newResponse(answer)
	if err != nil {
		return err
	}
	defer C.clef_http_response_free(response)
	return e.end(func(exchange *C.clef_exchange) {
		C.clef_exchange_respond(exchange, response)
	})
}

// Forward has another sender carry the request after all.
func (e *Exchange) Forward(sender *Sender) error {
	return call(func(a *arguments, _ **C.clef_error) C.clef_status {
		if sender == nil {
			panic(refused{newError(ErrInvalidArgument, "sender must not be nil")})
		}
		to := a.sender(sender)
		if err := e.end(func(exchange *C.clef_exchange) { C.clef_exchange_forward(exchange, to) }); err != nil {
			panic(refused{err})
		}
		return C.CLEF_STATUS_OK
	})
}

// Fail ends the exchange without an answer. Status says why: [ErrTransport], [ErrTLS], [ErrTimeout], [ErrCancelled], [ErrIO],
// [ErrInvalidResponse], [ErrWouldBlock], [ErrUnsupported] or [ErrInternal]; any other counts as the first. Sent says that the
// request may have reached the service, and so may have spent its code or refresh token. Secrets of the request are taken
// out of the message.
func (e *Exchange) Fail(status Status, sent bool, message string) error {
	return call(func(a *arguments, _ **C.clef_error) C.clef_status {
		text := a.optional("message", message)
		var flags C.uint32_t
		if sent {
			flags = C.CLEF_EXCHANGE_SENT
		}
		err := e.end(func(exchange *C.clef_exchange) {
			C.clef_exchange_fail(exchange, C.clef_status(status), flags, text)
		})
		if err != nil {
			panic(refused{err})
		}
		return C.CLEF_STATUS_OK
	})
}

func (e *Exchange) end(how func(*C.clef_exchange)) error {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.exchange == nil {
		return ErrClosed
	}
	how(e.exchange)
	e.exchange = nil
	return nil
}

func (e *Exchange) isCancelled() bool {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.exchange != nil && bool(C.clef_exchange_is_cancelled(e.exchange))
}

// serve has the program carry a request, on a goroutine of its own.
func serve(send SendFunc, exchange *Exchange) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go cancelWhen(ctx, cancel, exchange.isCancelled)
	// After what the function has said, this does nothing.
	defer exchange.end(func(left *C.clef_exchange) { C.clef_exchange_free(left) })
	send(ctx, exchange)
}

// cancelWhen looks whether nobody waits any more, which the library does not tell by itself.
func cancelWhen(ctx context.Context, cancel context.CancelFunc, isCancelled func() bool) {
	ticker := time.NewTicker(contextInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if isCancelled() {
				cancel()
				return
			}
		}
	}
}

// carryWith has a RoundTripper carry requests.
func carryWith(carrier http.RoundTripper) SendFunc {
	return func(ctx context.Context, exchange *Exchange) {
		request, err := exchange.Request(ctx)
		if err != nil {
			_ = exchange.Fail(ErrInternal, false, messageOf(err))
			return
		}
		answer, err := carrier.RoundTrip(request)
		if err == nil {
			err = exchange.Respond(answer)
		}
		if err != nil {
			status, sent := failure(err)
			_ = exchange.Fail(status, sent, messageOf(err))
		}
	}
}

// failure says what kind a failure of a RoundTripper is, and whether the request may have reached the service.
func failure(err error) (Status, bool) {
	var (
		operation   *net.OpError
		lookup      *net.DNSError
		timeout     net.Error
		authority   x509.UnknownAuthorityError
		hostname    x509.HostnameError
		certificate x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &authority), errors.As(err, &hostname), errors.As(err, &certificate):
		return ErrTLS, false
	case errors.Is(err, context.Canceled):
		return ErrCancelled, true
	case errors.As(err, &lookup), errors.As(err, &operation) && operation.Op == "dial":
		return ErrTransport, false
	case errors.As(err, &timeout) && timeout.Timeout():
		return ErrTimeout, true
	}
	return statusOf(err, ErrTransport), true
}
