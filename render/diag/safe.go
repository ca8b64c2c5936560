package diag

// A SafeError has a text that depends on no value, so errors may show it after a secret was
// read.
type SafeError string

func (e SafeError) Error() string { return string(e) }
