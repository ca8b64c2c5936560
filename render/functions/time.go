package functions

import (
	"errors"
	"math"
	"strings"
	"time"

	"confit/render/diag"
)

// times are the functions of times and durations. Each takes its time as an argument, and all times
// are in UTC: sprig's use the clock and the zone of the machine where an argument is no time.
func times(sprig map[string]any) map[string]any {
	round := sprig["durationRound"].(func(any) string)
	m := map[string]any{
		"date":           func(layout string, v any) (string, error) { return formatTime(layout, v, "UTC") },
		"dateInZone":     formatTime,
		"date_in_zone":   formatTime,
		"htmlDate":       func(v any) (string, error) { return formatTime(time.DateOnly, v, "UTC") },
		"htmlDateInZone": func(v any, zone string) (string, error) { return formatTime(time.DateOnly, v, zone) },
		"toDate":         parseTime,
		"mustToDate":     parseTime,
		"unixEpoch":      func(v any) (int64, error) { t, err := timeOf(v); return t.Unix(), err },
		"duration":       seconds,
		"durationRound":  func(v any) (any, error) { return roundDuration(v, round) },
	}
	for _, name := range []string{"dateModify", "date_modify", "mustDateModify", "must_date_modify"} {
		m[name] = addDuration
	}
	return m
}

// durations are the functions of Helm 4: a number counts seconds.
func durations() map[string]any {
	m := map[string]any{}
	for name, f := range map[string]func(d time.Duration) any{
		"mustToDuration":       func(d time.Duration) any { return d.String() },
		"durationNanoseconds":  func(d time.Duration) any { return d.Nanoseconds() },
		"durationMicroseconds": func(d time.Duration) any { return d.Microseconds() },
		"durationMilliseconds": func(d time.Duration) any { return d.Milliseconds() },
		"durationSeconds":      func(d time.Duration) any { return d.Seconds() },
		"durationMinutes":      func(d time.Duration) any { return d.Minutes() },
		"durationHours":        func(d time.Duration) any { return d.Hours() },
		"durationDays":         func(d time.Duration) any { return d.Hours() / 24 },
		"durationWeeks":        func(d time.Duration) any { return d.Hours() / 24 / 7 },
	} {
		m[name] = func(v any) (any, error) {
			d, err := durationOf(v)
			return f(d), err
		}
	}
	for name, f := range map[string]func(d, to time.Duration) time.Duration{"durationRoundTo": time.Duration.Round, "durationTruncateTo": time.Duration.Truncate} {
		m[name] = func(v, unit any) (string, error) {
			d, err := durationOf(v)
			to, wrong := durationOf(unit)
			return f(d, to).String(), errors.Join(err, wrong)
		}
	}
	return m
}

func formatTime(layout string, v any, zone string) (string, error) {
	if zone != "UTC" && zone != "GMT" && zone != "" {
		return "", diag.SafeError("the zone is UTC: others are data of the machine")
	}
	t, err := timeOf(v)
	return t.Format(layout), err
}

func addDuration(d string, v any) (*time.Time, error) {
	t, err := timeOf(v)
	by, wrong := time.ParseDuration(d)
	if wrong != nil {
		return nil, errNotDuration
	}
	t = t.Add(by)
	return &t, err
}

const errNotTime = diag.SafeError("not a time: give one of toDate, seconds since 1970, or text like 2006-01-02 or 2006-01-02T15:04:05Z")

// timeOf converts a time, seconds since 1970, or the text of a time.
func timeOf(v any) (time.Time, error) {
	switch v := v.(type) {
	case *time.Time:
		return *v, nil
	case string:
		for _, layout := range []string{time.RFC3339, time.DateOnly} {
			if t, err := time.Parse(layout, v); err == nil {
				return t.UTC(), nil
			}
		}
		return time.Time{}, errNotTime
	}
	n, err := Int(v)
	if err != nil {
		return time.Time{}, errNotTime
	}
	return time.Unix(n, 0).UTC(), nil
}

func parseTime(layout, s string) (*time.Time, error) {
	t, err := time.Parse(layout, s)
	if err != nil {
		return nil, diag.SafeError("the text is no time of that layout; a layout is the time 2006-01-02 15:04:05")
	}
	t = t.UTC()
	return &t, nil
}

const errNotDuration = diag.SafeError("not a duration like 1h30m")

// durationOf converts text like 1h30m, or seconds.
func durationOf(v any) (time.Duration, error) {
	if s, ok := v.(string); ok {
		if d, err := time.ParseDuration(strings.TrimSpace(s)); err == nil {
			return d, nil
		}
	}
	f, err := Float(v)
	if f *= float64(time.Second); err != nil || math.Abs(f) >= math.MaxInt64 {
		return 0, errNotDuration
	}
	return time.Duration(f), nil
}

// roundDuration rounds text like 1h30m, or nanoseconds.
func roundDuration(v any, round func(any) string) (any, error) {
	if s, ok := v.(string); ok {
		d, err := time.ParseDuration(s)
		if err != nil {
			return nil, errNotDuration
		}
		return round(int64(d)), nil
	}
	n, err := Int(v)
	if err != nil {
		return nil, errNotDuration
	}
	return round(n), nil
}

func seconds(v any) (any, error) {
	n, err := Int(v)
	if err != nil || n > math.MaxInt64/int64(time.Second) || n < math.MinInt64/int64(time.Second) {
		return nil, diag.SafeError("not a number of seconds")
	}
	return (time.Duration(n) * time.Second).String(), nil
}
