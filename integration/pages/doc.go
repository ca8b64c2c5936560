// Package pages holds the documentation to the program. It reads the Markdown pages of the
// repository and runs what they show: it writes the files, executes the commands, and compares
// the output. It imports nothing of the product.
//
//	markdown.go   a page: its headings, links, prose and blocks of code
//	session.go    a directory and a shell in which the blocks of a page run
//
// A page marks its blocks in the info string, which readers do not see:
//
//	```yaml file=confit.yaml    the block is this file; the text before it names the file
//	```sh file=old.sh fresh     the same, in a new and empty directory
//	```console                  lines with "$ " are commands, the others are what they print
//	```console status=65        the last command ends with this exit status
//	```console same             it prints what the last command of the block before printed
//
// In what a command prints, a line … stands for any lines, and … within a line for any text.
// UPDATE=1 writes the output into the pages.
package pages
