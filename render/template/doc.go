// Package template executes templates over a tree of values: the language of text/template, the
// functions of sprig and Helm, and the expressions of envsubst. It reads no file, no environment and
// no clock, and the same input always gives the same text.
//
// It keeps three invariants. A missing value never becomes text. Every error has its place in the
// template. Where a template read a secret, the shown text and the errors come from a second
// execution on masked values, which sees no secret.
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
//	unknown.go     fields that can never exist, such as a misspelled .Values
//	evalerror.go   errors with their place, missing values, hints
//	offset.go      the offset of a parsed node in the template
//	outputline.go  the template line that wrote a wrong line of the output
//	limits.go      limits of an execution
//	envsubst.go    ${NAME} expressions
//	funcs_*.go     the functions that work on nodes and missing values, a file for each kind; package
//	               functions has the others
package template
