package clef

// #include "shim.h"
import "C"

import (
	"math"
	"time"
)

// Never is a time that does not come: the end of a client's grant. It is the last second of the year 9999, so that it
// can be compared, formatted and written as JSON.
var Never = time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC)

// unixTime is a time of the library's; the zero time where that is not known.
func unixTime(seconds C.int64_t) time.Time {
	switch {
	case seconds == C.CLEF_TIME_UNKNOWN:
		return time.Time{}
	case int64(seconds) >= Never.Unix():
		return Never
	}
	return time.Unix(int64(seconds), 0)
}

// unixSeconds is the library's number for a time.
func unixSeconds(t time.Time) C.int64_t {
	if t.IsZero() {
		return C.CLEF_TIME_UNKNOWN
	}
	return C.int64_t(t.Unix())
}

// seconds2duration is at most the longest duration, which stands for ever.
func seconds2duration(seconds int64) time.Duration {
	if seconds > int64(math.MaxInt64/time.Second) {
		return math.MaxInt64
	}
	return time.Duration(seconds) * time.Second
}

// milliseconds rounds up, so that a short time does not become none; below 0 is for ever.
func milliseconds(d time.Duration) C.int64_t {
	if d < 0 {
		return -1
	}
	whole := d / time.Millisecond
	if d%time.Millisecond > 0 {
		whole++
	}
	return C.int64_t(whole)
}
