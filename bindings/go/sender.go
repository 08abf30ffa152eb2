package clef

// #include "shim.h"
import "C"

import (
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/cgo"
	"time"
	"unsafe"
)

// Sender carries token requests to the service. Give it to credentials with [WithSender]; without one they have the
// library's own HTTP with the usual settings.
type Sender struct {
	handle *handle
}

// HTTPConfig are the settings of the library's own HTTP. The zero value has the usual ones.
type HTTPConfig struct {
	// ConnectTimeout is how long connecting may take, TLS included: 10 seconds where it is 0, for ever where it is negative.
	ConnectTimeout time.Duration
	// Timeout is how long a request may take: 30 seconds where it is 0, for ever where it is negative.
	Timeout time.Duration
	// Proxy is "http://[user:password@]host:port"; none where it is "". Secret: it is not printed.
	Proxy string
	// ProxyFromEnvironment takes the proxy from ALL_PROXY, HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
	ProxyFromEnvironment bool
	// CACertificates are trusted beside Mozilla's roots: texts of PEM files.
	CACertificates []string
	// PlatformCertificates trusts what the system trusts too. It is read when the sender is made, with SSL_CERT_FILE and
	// SSL_CERT_DIR from the environment.
	PlatformCertificates bool
	// UserAgent is what the header of that name says; "clef/" and the version where it is "".
	UserAgent string
}

// String shows no secret.
func (c HTTPConfig) String() string {
	return fmt.Sprintf("clef.HTTPConfig{ConnectTimeout: %s, Timeout: %s, Proxy: %s, ProxyFromEnvironment: %t, "+
		"CACertificates: %d, PlatformCertificates: %t, UserAgent: %q}",
		c.ConnectTimeout, c.Timeout, masked(c.Proxy), c.ProxyFromEnvironment, len(c.CACertificates),
		c.PlatformCertificates, c.UserAgent)
}

// GoString shows no secret.
func (c HTTPConfig) GoString() string { return c.String() }

// MarshalJSON writes what [HTTPConfig.String] gives.
func (c HTTPConfig) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// Format prints what [HTTPConfig.String] gives, whatever the verb.
func (c HTTPConfig) Format(state fmt.State, _ rune) { fmt.Fprint(state, c.String()) }

// NewHTTPSender makes a sender that speaks HTTP and TLS itself. It reads no file and follows no redirect; connections are
// kept alive and shared by everything that uses the sender.
func NewHTTPSender(config HTTPConfig) (*Sender, error) {
	settings := C.clef_http_config_new()
	defer C.clef_http_config_free(settings)
	if err := config.fill(settings); err != nil {
		return nil, err
	}
	return newSender(func(_ *arguments, sender **C.clef_sender, err **C.clef_error) C.clef_status {
		return C.clef_sender_new_http(settings, sender, err)
	})
}

func (c HTTPConfig) fill(settings *C.clef_http_config) error {
	return call(func(a *arguments, err **C.clef_error) C.clef_status {
		if c.ConnectTimeout != 0 {
			if status := C.clef_http_config_set_connect_timeout(settings, milliseconds(c.ConnectTimeout), err); status != 0 {
				return status
			}
		}
		if c.Timeout != 0 {
			if status := C.clef_http_config_set_timeout(settings, milliseconds(c.Timeout), err); status != 0 {
				return status
			}
		}
		if c.ProxyFromEnvironment {
			if status := C.clef_http_config_set_proxy_from_environment(settings, err); status != 0 {
				return status
			}
		}
		if c.Proxy != "" {
			if status := C.clef_http_config_set_proxy(settings, a.text("Proxy", c.Proxy), err); status != 0 {
				return status
			}
		}
		for _, pem := range c.CACertificates {
			if status := C.clef_http_config_add_ca_certificates(settings, a.text("CACertificates", pem), err); status != 0 {
				return status
			}
		}
		if c.PlatformCertificates {
			if status := C.clef_http_config_add_platform_certificates(settings, err); status != 0 {
				return status
			}
		}
		if c.UserAgent != "" {
			return C.clef_http_config_set_user_agent(settings, a.text("UserAgent", c.UserAgent), err)
		}
		return C.CLEF_STATUS_OK
	})
}

// NewRetryingSender makes a sender that sends through inner, and up to retries times more after a passing failure. It waits
// as long as the service asks, else half a second, then twice as long each time; but never longer than maxWait in all, for
// one request; below 0 is for ever.
//
// A request with a code or a refresh token is repeated only when nothing was sent, or after HTTP 429 or 503.
func NewRetryingSender(inner *Sender, retries uint32, maxWait time.Duration) (*Sender, error) {
	if inner == nil {
		var err error
		if inner, err = NewHTTPSender(HTTPConfig{}); err != nil {
			return nil, err
		}
		defer inner.Close()
	}
	return newSender(func(a *arguments, sender **C.clef_sender, err **C.clef_error) C.clef_status {
		return C.clef_sender_new_retrying(a.sender(inner), C.uint32_t(retries), milliseconds(maxWait), sender, err)
	})
}

// NewRoundTripperSender makes a sender that has carrier carry the requests: an [http.Transport], which may have a proxy or a
// log of yours around it; nil is [http.DefaultTransport]. It must follow no redirect, as no RoundTripper does. See
// [NewFuncSender] for the timeout.
func NewRoundTripperSender(carrier http.RoundTripper, timeout time.Duration) (*Sender, error) {
	if carrier == nil {
		carrier = http.DefaultTransport
	}
	return NewFuncSender(carryWith(carrier), timeout)
}

// usualTimeout is that of the library's own HTTP.
const usualTimeout = 30 * time.Second

// NewFuncSender makes a sender that has send carry the requests, each on a goroutine of its own. Who waits for the answer
// waits for at most timeout, 30 seconds where that is 0, for ever below: then it is [ErrTimeout], and a later answer is
// dropped.
//
// The function must not own credentials or tokens that use this sender: then none of them would be garbage collected. And it
// must not ask a token for its access token whose refresh it carries: it would wait for itself.
func NewFuncSender(send SendFunc, timeout time.Duration) (*Sender, error) {
	if send == nil {
		return nil, newError(ErrInvalidArgument, "send must not be nil")
	}
	if timeout == 0 {
		timeout = usualTimeout
	}
	return newSender(func(_ *arguments, sender **C.clef_sender, err **C.clef_error) C.clef_status {
		return C.clef_go_sender_new_custom(C.uintptr_t(cgo.NewHandle(send)), milliseconds(timeout), sender, err)
	})
}

// Close frees the sender. It lives on while credentials, requests or other senders use it.
func (s *Sender) Close() error {
	s.handle.close()
	return nil
}

func newSender(make func(a *arguments, sender **C.clef_sender, err **C.clef_error) C.clef_status) (*Sender, error) {
	var sender *C.clef_sender
	err := call(func(a *arguments, err **C.clef_error) C.clef_status {
		return make(a, &sender, err)
	})
	if err != nil {
		return nil, err
	}
	return &Sender{newHandle(unsafe.Pointer(sender), func(pointer unsafe.Pointer) {
		C.clef_sender_free((*C.clef_sender)(pointer))
	})}, nil
}
