// Package tree holds the values of a configuration. A value is a Node, which other packages
// read through methods only, so that nobody bypasses the masking of secrets or the tracking
// of reads. Setters are for packages that build or merge trees. A number keeps the digits
// that were written.
//
//	node.go       Node: a map, a list or a scalar, and its place
//	build.go      constructors, and setters for building and merging
//	path.go       Path: Helm's grammar of paths, and Find
//	mistake.go    texts that cannot be meant as paths
//	sensitive.go  which nodes are sensitive
//	scalar.go     types of plain scalars, as in YAML 1.2
//	style.go      texts that YAML has without quotes
//	infer.go      types of texts that override nothing
//	number.go     Num, and conversions and comparisons of numbers
//	plain.go      nodes and the values of templates, seen alike
package tree
