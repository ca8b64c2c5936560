package browser

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
)

// A tab is a page of a headless Chromium, which the test drives over its DevTools protocol: JSON
// messages with a NUL behind each, on two pipes.
type tab struct {
	t       *testing.T
	to      io.Writer
	from    *bufio.Reader
	session string
	id      int
	events  []event
}

// An event is a message that no call has asked for.
type event struct {
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

type object = map[string]any

// openTab starts a Chromium with one empty page.
func openTab(t *testing.T) *tab {
	t.Helper()
	theirIn, to, err := os.Pipe()
	must(t, err)
	from, theirOut, err := os.Pipe()
	must(t, err)
	cmd := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
		"--disable-background-networking", "--disable-component-update", "--no-first-run", "--remote-debugging-pipe", "--user-data-dir="+t.TempDir())
	cmd.ExtraFiles = []*os.File{theirIn, theirOut} // 3 and 4
	must(t, cmd.Start())
	must(t, theirIn.Close())
	must(t, theirOut.Close())
	b := &tab{t: t, to: to, from: bufio.NewReader(from)}
	t.Cleanup(func() {
		_, _ = io.WriteString(to, `{"id": 0, "method": "Browser.close"}`+"\x00")
		_, _ = io.Copy(io.Discard, from) // until the last process has gone, so that its directory can go
		_ = cmd.Wait()                   // of a browser that was told to go
		_, _ = to.Close(), from.Close()
	})
	var target struct{ TargetID string }
	b.ask(&target, "Target.createTarget", object{"url": "about:blank"})
	var attached struct{ SessionID string }
	b.ask(&attached, "Target.attachToTarget", object{"targetId": target.TargetID, "flatten": true})
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil)
	}
	return b
}

// call calls a method and waits for its result.
func (b *tab) call(method string, params object) json.RawMessage {
	b.t.Helper()
	b.id++
	message := object{"id": b.id, "method": method, "params": params}
	if b.session != "" {
		message["sessionId"] = b.session
	}
	data, err := json.Marshal(message)
	must(b.t, err)
	_, err = b.to.Write(append(data, 0))
	must(b.t, err)
	for {
		var answer struct {
			ID     int
			Result json.RawMessage
			Error  json.RawMessage
		}
		must(b.t, json.Unmarshal(b.next(), &answer))
		if answer.ID == b.id {
			if answer.Error != nil {
				b.t.Fatalf("%s: %s", method, answer.Error)
			}
			return answer.Result
		}
	}
}

// next reads a message, and keeps it if it is an event.
func (b *tab) next() []byte {
	b.t.Helper()
	data, err := b.from.ReadBytes(0)
	must(b.t, err)
	data = bytes.TrimSuffix(data, []byte{0})
	var e event
	must(b.t, json.Unmarshal(data, &e))
	if e.Method != "" {
		b.events = append(b.events, e)
	}
	return data
}

// ask is call, with the result decoded.
func (b *tab) ask(result any, method string, params object) {
	b.t.Helper()
	must(b.t, json.Unmarshal(b.call(method, params), result))
}

// open shows a file. It forgets the events of earlier ones.
func (b *tab) open(file string) {
	b.t.Helper()
	b.events = nil
	b.call("Page.navigate", object{"url": "file://" + file})
	for {
		for _, e := range b.events {
			if e.Method == "Page.loadEventFired" {
				return
			}
		}
		b.next()
	}
}

// eval gives the value of an expression in the page, also where the page may run no script.
func (b *tab) eval(result any, expression string) {
	b.t.Helper()
	var r struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	b.ask(&r, "Runtime.evaluate", object{"expression": expression, "returnByValue": true, "awaitPromise": true})
	if r.ExceptionDetails != nil {
		b.t.Fatalf("%.100s: %s", expression, r.ExceptionDetails)
	}
	if result != nil {
		must(b.t, json.Unmarshal(r.Result.Value, result))
	}
}

// press presses a key. A key that writes something has a text.
func (b *tab) press(key, text string) {
	b.t.Helper()
	codes := map[string]int{"Tab": 9, "Escape": 27, "/": 191}
	b.call("Input.dispatchKeyEvent", object{"type": "keyDown", "key": key, "text": text, "windowsVirtualKeyCode": codes[key]})
	b.call("Input.dispatchKeyEvent", object{"type": "keyUp", "key": key, "windowsVirtualKeyCode": codes[key]})
}

// look sets how the page is looked at.
func (b *tab) look(width int, scheme string, scripts bool) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", object{"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false})
	b.call("Emulation.setEmulatedMedia", object{"features": []object{{"name": "prefers-color-scheme", "value": scheme}}})
	b.call("Emulation.setScriptExecutionDisabled", object{"value": !scripts})
}

// complaints are the errors of the page, violations of its policy, and requests but for itself.
func (b *tab) complaints() (all []string) {
	requests := 0
	for _, e := range b.events {
		switch e.Method {
		case "Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Network.loadingFailed":
			all = append(all, fmt.Sprintf("%s %s", e.Method, e.Params))
		case "Network.requestWillBeSent":
			if requests++; requests > 1 {
				all = append(all, fmt.Sprintf("%s %s", e.Method, e.Params))
			}
		}
	}
	return all
}
