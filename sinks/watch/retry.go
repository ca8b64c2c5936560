package watch

import "time"

// A Retry says when something that failed is tried again: after waits that double.
type Retry struct {
	Least, Wait time.Duration
	at          time.Time // zero for never
}

const mostWait = time.Minute

// Failed sets the time of the next try.
func (r *Retry) Failed() {
	r.Wait = min(max(2*r.Wait, r.Least), mostWait)
	r.at = time.Now().Add(r.Wait)
}

// Now sets it to now.
func (r *Retry) Now() { r.Wait, r.at = 0, time.Now() }

// Reset notes a success: there is nothing to try again.
func (r *Retry) Reset() { r.Wait, r.at = 0, time.Time{} }

// Due tells whether it is time for the next try.
func (r *Retry) Due() bool { return !r.at.IsZero() && !time.Now().Before(r.at) }
