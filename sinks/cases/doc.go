// Package cases reads the test cases of confit test, and compares actual with expected output.
// It runs nothing; each case states its command line.
package cases
