package sinks

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"confit/render/content"
)

// Runs that put files aside come and go while others publish, and while the directory and
// its state are not there yet, or not any more: nobody is disturbed.
func TestSpoolsAtOnce(t *testing.T) {
	for round := range 30 {
		d := Dir{Path: filepath.Join(t.TempDir(), "out"), LockTimeout: time.Minute, SourceCache: cacheOf("cache")}
		var wg sync.WaitGroup
		for run := range 8 {
			wg.Go(func() {
				s := d.NewSpool()
				defer s.Close()
				id := content.BlobID{byte(run)}
				if err := s.Put(id, []byte("text")); err != nil {
					t.Errorf("round %d: Put: %v", round, err)
				}
				if run%2 == 0 {
					return // it fails
				}
				_, err := d.Apply(context.Background(), []content.Output{{Path: "a", Mode: 0o644, Content: content.FromBlob(s.Blob(id, 4), false)}})
				if err != nil {
					t.Errorf("round %d: Apply: %v", round, err)
				}
			})
		}
		wg.Wait()
		if got, err := os.ReadFile(filepath.Join(d.Path, "a")); string(got) != "text" {
			t.Fatalf("round %d: a = %q, %v", round, got, err)
		}
		if names := stateNames(t, d.Path); len(names) != 2 {
			t.Errorf("round %d: the state holds %v", round, names)
		}
	}
}
