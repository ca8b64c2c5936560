package harness

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// reserve is the part of a test's time in which it can still say what it waited for.
const reserve = 20 * time.Second

// Await waits for an event until the deadline of the test, however slow the machine is.
// An error of happened ends the wait: the event will not come.
func Await(t *testing.T, event string, happened func() (bool, error)) {
	t.Helper()
	ctx := Patient(t)
	for {
		yes, err := happened()
		switch {
		case err != nil:
			t.Fatalf("waiting for %s: %v", event, err)
		case yes:
			return
		case ctx.Err() != nil:
			t.Fatalf("waiting for %s: the test has no time left", event)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// Patient is a context that ends shortly before the test has to.
func Patient(t *testing.T) context.Context {
	deadline, limited := t.Deadline()
	if !limited {
		return t.Context()
	}
	ctx, cancel := context.WithDeadline(t.Context(), deadline.Add(-reserve))
	t.Cleanup(cancel)
	return ctx
}

// Stat gives the fields of /proc/PID/stat that follow the name of the command, the state
// first. A process that has ended is an error.
func Stat(pid int) ([]string, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	if fields[0] == "Z" || fields[0] == "X" {
		return nil, fmt.Errorf("process %d has ended", pid)
	}
	return fields, nil
}
