package gitserver

import (
	"strings"
	"sync"
	"time"
)

// A Request is what a client asked of a server.
type Request struct {
	Time          time.Time
	Method        string // or the command, over SSH
	Path          string // with the query
	Status        int    // of HTTP or of the command; -1 before there is one
	Authorization string // the header; over SSH the user
}

// A Log has what clients did since the start or the last Forget.
type Log struct {
	mu       sync.Mutex
	conns    int
	requests []*Request
}

// Requests are those so far, in order of arrival.
func (l *Log) Requests() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []Request
	for _, r := range l.requests {
		all = append(all, *r)
	}
	return all
}

// Count is how many requests have part in their path, such as Listing or Fetch.
func (l *Log) Count(part string) int {
	n := 0
	for _, r := range l.Requests() {
		if strings.Contains(r.Path, part) {
			n++
		}
	}
	return n
}

// Conns is how many connections were made, with or without a request.
func (l *Log) Conns() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conns
}

// Forget starts anew.
func (l *Log) Forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns, l.requests = 0, nil
}

func (l *Log) connected() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns++
}

// add notes a request and gives the function to call with its status.
func (l *Log) add(r Request) (done func(status int)) {
	r.Time, r.Status = time.Now(), -1
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests = append(l.requests, &r)
	return func(status int) {
		l.mu.Lock()
		defer l.mu.Unlock()
		r.Status = status
	}
}

// A crew is what runs for a server. It takes no one new once it was dismissed.
type crew struct {
	mu   sync.Mutex
	over bool
	at   sync.WaitGroup
}

func (c *crew) enter() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		c.at.Add(1)
	}
	return !c.over
}

func (c *crew) leave() { c.at.Done() }

// dismiss calls end and waits until all have left.
func (c *crew) dismiss(end func()) {
	c.mu.Lock()
	c.over = true
	c.mu.Unlock()
	end()
	c.at.Wait()
}
