// Package readers has other programs read the files that confit writes: Go libraries, PHP,
// Python, Node and a shell. Each reads from a file what the values hold, or confit refuses to
// write it. It is a module of its own: none of these libraries is part of confit.
package readers
