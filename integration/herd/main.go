// Command herd starts many pods at once against one Git server of limited capacity, and
// prints how they fared: how many succeeded, how the starts spread, and what the server got.
// A request beyond the capacity is answered with 503 and Retry-After, as forges do.
package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"confit/integration/gitserver"
)

// A herd is pods that start together.
type herd struct {
	confit   string
	dir      string
	pods     int // in all
	atOnce   int // processes that this machine runs side by side
	capacity int // requests that the server answers side by side
	url      string

	server           http.Handler
	now, most        atomic.Int64 // requests that are being answered
	answered, turned atomic.Int64
}

func main() {
	h := &herd{}
	flag.StringVar(&h.confit, "confit", "confit", "the `program`")
	flag.IntVar(&h.pods, "pods", 1000, "`number` of pods")
	flag.IntVar(&h.atOnce, "at-once", 50, "`number` of processes side by side")
	flag.IntVar(&h.capacity, "capacity", 8, "`number` of requests that the server answers side by side")
	flag.Parse()
	if err := h.run(); err != nil {
		fmt.Fprintln(os.Stderr, "herd:", err)
		os.Exit(1)
	}
}

func (h *herd) run() (err error) {
	if h.dir, err = os.MkdirTemp("", "confit-herd"); err != nil {
		return err
	}
	defer os.RemoveAll(h.dir)
	repo, err := gitserver.NewRepo(filepath.Join(h.dir, "site.git"), gitserver.Commit{Files: gitserver.Tree{"values.yaml": {Data: "port: 8080\n"}}})
	if err != nil {
		return err
	}
	commit, err := repo.Hash("HEAD")
	if err != nil {
		return err
	}
	s, stop, err := gitserver.NewHTTP(h.dir, gitserver.HTTPOptions{Plain: true})
	if err != nil {
		return err
	}
	defer stop()
	h.server = s
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	limited := &http.Server{Handler: h}
	defer limited.Close()
	go func() { _ = limited.Serve(l) }()
	h.url = "http://" + l.Addr().String() + "/site.git"
	fmt.Printf("%d pods, %d at once; the server answers %d requests at once\n", h.pods, h.atOnce, h.capacity)
	return errors.Join(
		h.start("a branch", ""),
		h.start("the branch again, which has not moved", ""),
		h.start("a pinned commit", "    commit: "+commit+"\n"),
	)
}

// ServeHTTP turns away what is beyond the capacity.
func (h *herd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := h.now.Add(1)
	defer h.now.Add(-1)
	if now > int64(h.capacity) {
		h.turned.Add(1)
		w.Header().Set("Retry-After", "1")
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	}
	h.most.Store(max(h.most.Load(), now))
	h.answered.Add(1)
	h.server.ServeHTTP(w, r)
}

// start starts all pods and prints how they fared.
func (h *herd) start(title, pin string) error {
	h.most.Store(0)
	h.answered.Store(0)
	h.turned.Store(0)
	took := make([]time.Duration, h.pods)
	failed := make([]error, h.pods)
	var next atomic.Int64
	var wait sync.WaitGroup
	begin := time.Now()
	for range h.atOnce {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < h.pods; i = int(next.Add(1)) - 1 {
				start := time.Now()
				failed[i] = h.pod(i, pin)
				took[i] = time.Since(start)
			}
		})
	}
	wait.Wait()
	all := time.Since(begin)
	slices.Sort(took)
	bad := slices.DeleteFunc(failed, func(err error) bool { return err == nil })
	fmt.Printf("%s: %d of %d succeeded in %.1f s; a start took %d ms at the median, %d at 95 %%, %d at most\n", title, h.pods-len(bad), h.pods,
		all.Seconds(), took[h.pods/2].Milliseconds(), took[h.pods*95/100].Milliseconds(), took[h.pods-1].Milliseconds())
	fmt.Printf("  the server answered %d requests, %d at once at most, and turned %d away\n", h.answered.Load(), h.most.Load(), h.turned.Load())
	if len(bad) > 0 {
		return fmt.Errorf("%s: %d pods failed, the first with: %w", title, len(bad), bad[0])
	}
	return nil
}

// pod is one start: its own directory, which a later start finds again.
func (h *herd) pod(i int, pin string) error {
	dir := filepath.Join(h.dir, fmt.Sprintf("pod-%d", i))
	spec := fmt.Sprintf("version: 1\nsources:\n  - git: %s\n    allowHTTP: true\n    name: site\n    ref: main\n    read: [values.yaml]\n    startJitter: 2s\n%srender:\n  - {inline: \"{{ .Values.port }}\", to: port}\nsinks: [{dir: out}]\n", h.url, pin)
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "confit.yaml"), []byte(spec), 0o644)); err != nil {
		return err
	}
	cmd := exec.Command(h.confit, "render", "-q")
	cmd.Dir, cmd.Env = dir, []string{"HOME=/nowhere"}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "out/port")); err != nil || string(text) != "8080" {
		return fmt.Errorf("the output is %q, %w", text, err)
	}
	return nil
}
