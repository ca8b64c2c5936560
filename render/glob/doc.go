// Package glob matches file paths against patterns, and folds the case of paths. It reads no
// directory.
package glob
