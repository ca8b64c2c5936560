// Package rendertest makes random templates and values for the tests of render and of the
// packages below it. The product does not import it.
//
//	gen.go     random templates
//	expr.go    random expressions
//	values.go  random values, and values of Go literals and YAML
package rendertest
