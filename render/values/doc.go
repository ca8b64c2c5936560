// Package values merges layers into the values of a run. Each leaf keeps its origin and the
// values that it overrode, and a sensitive path stays sensitive whatever overrides it. The
// package reads no file and no variable by itself.
//
//	merge.go    Merge: layers to Values
//	lists.go    lists that join instead of replace
//	env.go      environment variables to paths
//	newkeys.go  variables that match no value
//	set.go      the grammar of --set
//	reads.go    ReadSet: the leaves that an output has read
//	publickeys.go keys of a secret file that may be shown
//	explain.go  where a value came from
package values
