package console

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"confit/render/diag"
)

// A Finding is a problem, or a warning.
type Finding struct {
	Level string // error or warning
	*diag.Problem
}

// Findings writes findings as text, json or github. Where is the name of a file of a
// finding as the repository has it.
func (c *Console) Findings(w io.Writer, format string, all []Finding, where func(file string) string) error {
	switch format {
	case "json":
		records := make([]Record, len(all))
		for i, f := range all {
			records[i] = asRecord(f.Level, f.Problem)
		}
		return WriteJSON(w, records)
	case "github":
		return annotations(w, all, where)
	}
	var b strings.Builder
	for _, f := range all {
		c.Explain(f.Problem)
		b.WriteString(c.problem(f.Level, f.Problem))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// annotations writes workflow commands of GitHub, which annotate the changed lines.
func annotations(w io.Writer, all []Finding, where func(file string) string) error {
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	message := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	var errs []error
	for _, f := range all {
		at := f.Pos.Outer()
		lines := append([]string{f.Text}, notes(f.Problem)...)
		if f.Hint != "" {
			lines = append(lines, "hint: "+f.Hint)
		}
		for i, line := range lines {
			lines[i] = message.Replace(diag.EscapeLine(line))
		}
		file := property.Replace(diag.EscapeLine(where(at.File)))
		_, err := fmt.Fprintf(w, "::%s file=%s,line=%d,col=%d,title=%s::%s\n", f.Level, file, max(at.Line, 1), max(at.Col, 1), property.Replace(f.Code), strings.Join(lines, "%0A"))
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
