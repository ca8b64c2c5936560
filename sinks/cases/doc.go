// Package cases reads the test cases of confit test, and compares what came of them with what
// must come. It runs none: a case says the command line that it stands for.
package cases
