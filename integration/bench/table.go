package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// A Table is printed as GitHub's Markdown, in columns that line up in a
// terminal too. The first column is text, the others are numbers.
type Table struct {
	Head []string
	Rows [][]string
}

func (t *Table) add(cells ...string) { t.Rows = append(t.Rows, cells) }

// Print writes the table and an empty line.
func (t *Table) Print(w io.Writer) {
	widths := make([]int, len(t.Head))
	for _, row := range append([][]string{t.Head}, t.Rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell), 4)
		}
	}
	line(w, t.Head, widths)
	rule := make([]string, len(t.Head))
	for i, n := range widths {
		rule[i] = strings.Repeat("-", n)
		if i > 0 {
			rule[i] = rule[i][1:] + ":"
		}
	}
	line(w, rule, widths)
	for _, row := range t.Rows {
		line(w, row, widths)
	}
	fmt.Fprintln(w)
}

func line(w io.Writer, cells []string, widths []int) {
	for i, cell := range cells {
		pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
		if i == 0 {
			fmt.Fprintf(w, "| %s%s |", cell, pad)
			continue
		}
		fmt.Fprintf(w, " %s%s |", pad, cell)
	}
	fmt.Fprintln(w)
}

// ms has the digits that a time of that size deserves.
func ms(v float64) string {
	if v < 100 {
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

func times(v float64) string {
	if v == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", v)
}
