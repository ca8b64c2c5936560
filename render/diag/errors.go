package diag

// A SafeError error says the same whatever the values are, so it may be shown where a secret
// was read. No part of it is computed from them.
type SafeError string

func (f SafeError) Error() string { return string(f) }
