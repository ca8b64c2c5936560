// Package page makes one HTML page of a run: what a pod is made of, its files, their values, what
// changes, and the problems. The page asks for nothing: style and script are in it, and a policy
// lets the browser use no others. It is complete without the script, which only searches. A text
// of an input stays text in it, whoever wrote the text, and no byte of a secret reaches it: what
// it shows are values as values.Explained has them, and what content.Content lets anybody see.
//
//	page.go      Page, and the frame of the HTML
//	problems.go  problems with their source lines
//	pods.go      the containers of a pod, and their mounts
//	files.go     the files of a run, and what they were before
//	values.go    values with their origins
//	writer.go    escaped text, and how much of it a page takes
//	page.css     light and dark, narrow and wide
//	page.js      the search
package page
