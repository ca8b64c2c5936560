package format

import "testing"

// TestNeedsQuotes: the texts that some reader of YAML gives another type, or refuses.
func TestNeedsQuotes(t *testing.T) {
	for _, s := range []string{
		"", "~", "null", "Null", "y", "N", "yes", "No", "on", "OFF", "true", "False", "1", "-1", "+1", "1.5", ".5", "1e3", "0x1F", "0o17", "017",
		"1_000", "0b11", ".inf", "-.Inf", ".NaN", "1:30", "-190:20:30.15", "2026-01-02", "2026-1-2", "2026-99-99", "2026-01-02T03:04:05Z",
		"2001-12-14 21:59:43.10 -5", "2001-12-14t21:59:43.10-05:00", "=", "<<", "._1",
	} {
		if !NeedsQuotes(s) {
			t.Errorf("NeedsQuotes(%q) = false", s)
		}
	}
	for _, s := range []string{"a", "no way", "yes!", "truest", "nil", "v1", "1.2.3", "10.0.0.1", "12:30pm", "2026-01", "2026-01-02x", "1,000", "-", "--", "...", "x:30"} {
		if NeedsQuotes(s) {
			t.Errorf("NeedsQuotes(%q) = true", s)
		}
	}
}
