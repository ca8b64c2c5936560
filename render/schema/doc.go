// Package schema checks values against a JSON Schema (2020-12). It evaluates the nodes
// themselves, so that each violation has the line that set the value, and compares numbers
// with all their digits. Its messages quote no value.
//
// The libraries for it compile meta-schemas at each start, which takes milliseconds, or quote
// values (docs/decisions/003-schema.md).
//
//	schema.go     Parse and Validate
//	keywords.go   mistakes in a schema itself: the value that each keyword takes
//	eval.go       evaluation of a value: keywords for all types, for texts and numbers
//	parts.go      evaluation of lists and maps
//	checkfile.go  evaluation of a rendered file
package schema
