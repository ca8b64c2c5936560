// Package console writes the messages of a run: problems, notices, details and progress
// to stderr. It formats them; it neither decides the exit status nor ends the process, and no failing write of a message changes a run. No message reaches a
// terminal or a CI log with a control character, a second line or a workflow command,
// even where its author did not quote.
//
//	console.go      the Console, and messages that are no problems
//	problem.go      a problem as text and as JSON
//	colour.go       colours on a terminal
//	stdout.go       stdout, with errors of its own
//	stderr.go       stderr, away from the runtime's fatal errors
//	termination.go  the termination log of the kubelet
package console
