package remote

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// The first connections of a rollout are spread. A slow machine can only spread them more.
func TestStartJitter(t *testing.T) {
	const clients, jitter = 20, time.Second
	var mu sync.Mutex
	var arrived []time.Time
	srv, auth := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		arrived = append(arrived, time.Now())
		w.WriteHeader(http.StatusNotFound)
	}))
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			r := &Remote{URL: srv.URL + "/a.git", Auth: auth, StartJitter: jitter}
			_ = r.Fetch(context.Background(), nil, nil) // 404 comes before pick
		})
	}
	wg.Wait()
	if len(arrived) != clients {
		t.Fatalf("%d of %d arrived", len(arrived), clients)
	}
	first, last := slices.MinFunc(arrived, time.Time.Compare), slices.MaxFunc(arrived, time.Time.Compare)
	if spread := last.Sub(first); spread < jitter/5 {
		t.Errorf("all arrive within %v", spread)
	}
}
