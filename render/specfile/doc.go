// Package specfile decodes the YAML of the spec into structs, and keeps the place of each
// field. It reports all mistakes at once. It knows no field by itself, and reads no file.
//
//	decode.go  Decode: YAML to structs, by their yaml tags
//	places.go  Places: the fields that an entry sets, and their places
//	size.go    Size and Count: notations for limits
package specfile
