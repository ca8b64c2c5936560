// Package diag holds errors that a user can act on: a place, a sentence, a hint. Their texts
// hold names and positions, and never a value of a source. Quoted is the one place that
// makes untrusted text safe for terminals and CI logs.
//
// The package uses the standard library only, so that every package can report a Problem.
//
//	problem.go   Problem, its causes, and how to list those of an error
//	position.go  Pos and Spot: places in files
//	panic.go     panics as problems
//	safe.go      SafeError: texts that do not depend on values
//	quote.go     untrusted text on terminals
//	escape.go    messages that steer no terminal and no CI agent
//	text.go      articles, plurals, lists
//	nearest.go   did you mean?
//	activity.go  what a run is busy with
//	budget.go    the memory that a run may take
//	parallel.go  calls at the same time
//	regexp.go    regular expressions that are compiled on first use
package diag
