// Package render turns layers of values and templates into files, in memory. It is pure: it
// touches no disk, network, clock or environment, so that the same input gives the same
// bytes. A value that a source marks as secret never reaches an error text or the masked form
// of an output.
//
//	entry.go    Entry: one item of the spec's render section
//	kind.go     the kinds of entries, and the checks of an entry
//	when.go     when: and other paths of an entry
//	mode.go     modes of files
//	check.go    checks of rendered files
//	render.go   Render: entries to jobs, jobs to outputs
//	execute.go  one job: a template, a copy, values
//	syntax.go   templates that do not parse
//	unused.go   warnings about values and sources that nothing uses
//	names.go    names in templates and schemas, including branches that are not executed
//
// docs/architecture.md has the packages below it, and which of them imports which.
package render
