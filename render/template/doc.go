// Package template executes templates over a tree of values: the language of text/template, the
// functions of sprig and Helm, and the expressions of envsubst. It reads no file, no environment and
// no clock, and the same input always gives the same text.
//
// It keeps three invariants. A missing value never becomes text. Every error has the place in the
// template. The text and the errors for a reader without access are those of a second, masked
// execution, which sees no secret.
//
// The map of the package:
//
//	engine.go      Engine, Options, the table of functions
//	run.go         Run, Substitute and Encode: one execution, and the masked one
//	parse.go       Source, Parse, ParsePartials, syntax errors
//	eval.go        statements: text, actions, if, with, template
//	range.go       range
//	expr.go        pipelines, operands, fields
//	call.go        calls of functions and their arguments
//	gofunction.go  calls of plain Go functions, without reflection where possible
//	convert.go     values to plain Go values; reads of leaves
//	truth.go       truth and emptiness
//	files.go       .Files
//	filenames.go   the files that a text asks .Files for
//	version.go     methods of versions
//	unknown.go     names that a dot can never have
//	evalerror.go   errors with their place, missing values, hints
//	place.go       nodes of the parser to offsets
//	fault.go       faults of the output to template lines
//	limits.go      limits of an execution
//	envsubst.go    ${NAME} expressions
//	funcs_*.go     the functions that work on nodes and missing values, a file for each kind; package
//	               functions has the others
package template
