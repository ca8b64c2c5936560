// Package syntax reads the text of templates without executing it: how deep it nests, and what to
// write instead of what the parser refuses. It knows the names of other tools. It reads no values.
//
//	nesting.go     TooNested: the limit of nested blocks, before the parser recurses
//	mistake.go     Explain: the place and the remedy of a syntax error
//	path.go        paths of values as template code
//	functions.go   functions that are not offered
//	othertools.go  functions of other tools, and what to write instead
package syntax
