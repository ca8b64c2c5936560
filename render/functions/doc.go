// Package functions has the functions of templates that are plain Go: they take and return plain
// values, and know nothing of nodes, missing values or secrets. They never read a clock, and an
// argument that makes no sense is an error.
//
//	functions.go  All: the functions by name, and their limits
//	strict.go     functions of text that sprig has with silent errors, or without limits
//	regex.go      regular expressions
//	number.go     conversions of numbers
//	time.go       times and durations
package functions
