// Package report writes the findings of validate in the formats of CI platforms. It neither
// finds nor judges anything: all formats are made from one Report, each in a file of its own.
// The text of a finding is escaped in each of them, whoever wrote it.
//
//	report.go       Report, Finding and the table of the formats
//	targets.go      the flag --report: a format, and the file that it goes to
//	codes.go        the codes of problems, each with a sentence
//	fingerprint.go  what a finding is known by when lines move
//	file.go         whole files, and the summary of a GitHub step
//	github.go       workflow commands of GitHub
//	sarif.go        SARIF 2.1.0, for code scanning
//	junit.go        JUnit XML
//	gitlab.go       GitLab code quality
//	json.go         JSON
//	markdown.go     Markdown
package report
