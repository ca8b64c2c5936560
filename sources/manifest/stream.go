package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"unicode/utf8"

	"confit/render/diag"
)

const maxDocuments = 20_000 // of all files together

// A File is a file of objects.
type File struct {
	Name string // for places
	Data []byte
}

// Read reads the objects of all files, on every core. It reports the problems of all
// documents at once.
func Read(files []File, budget *diag.Budget) (*Set, error) {
	var docs []document
	var all []error
	for _, f := range files {
		cut, err := f.documents()
		docs, all = append(docs, cut...), append(all, err)
	}
	if len(docs) > maxDocuments {
		return nil, &diag.Problem{
			Cause: diag.CauseLimit, Code: "manifest-count", Pos: docs[maxDocuments].pos(1, 1),
			Text: fmt.Sprintf("the manifests have more than %d documents", maxDocuments), Hint: "give confit only the manifests of a few applications",
		}
	}
	objects, errs := make([][]*Object, len(docs)), make([]error, len(docs))
	workers := min(runtime.GOMAXPROCS(0), len(docs))
	diag.Parallel(workers, func(w int) {
		for i := w; i < len(docs); i += workers {
			errs[i] = diag.CatchPanic(func() (err error) {
				objects[i], err = docs[i].objects(budget)
				return err
			})
		}
	})
	s := &Set{index: map[key][]*Object{}}
	for i := range docs {
		for _, o := range objects[i] {
			all = append(all, s.add(o))
		}
	}
	return s, errors.Join(append(all, errs...)...)
}

// A document is one document of a file.
type document struct {
	file string
	line int // of the file, in which the text begins; from 1
	text []byte
	json bool
}

// pos is the place of a line and a column of the document.
func (d *document) pos(line, col int) diag.Pos {
	return diag.Pos{File: d.file, Line: d.line + max(line, 1) - 1, Col: col}
}

// documents cuts a file where kubectl does: at each line that begins with ---, and between
// JSON values.
func (f File) documents() ([]document, error) {
	data := bytes.TrimPrefix(f.Data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		line := 1
		for i := 0; i < len(data); {
			r, size := utf8.DecodeRune(data[i:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			if r == '\n' {
				line++
			}
			i += size
		}
		return nil, &diag.Problem{Cause: diag.CauseData, Code: "not-utf8", Pos: diag.Pos{File: f.Name, Line: line}, Text: "not UTF-8 text", Hint: "save the file as UTF-8"}
	}
	if start := bytes.TrimLeft(data, " \t\r\n"); len(start) > 0 && start[0] == '{' {
		return f.jsonDocuments(data)
	}
	return f.yamlDocuments(data, 1)
}

// yamlDocuments cuts YAML that begins in a line of the file.
func (f File) yamlDocuments(data []byte, line int) ([]document, error) {
	var docs []document
	begin, beginLine := 0, line
	line--
	end := func(at int) {
		if text := data[begin:at]; !isBlank(text) {
			docs = append(docs, document{file: f.Name, line: beginLine, text: text})
		}
	}
	for at := 0; at < len(data); {
		next := len(data)
		if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
			next = at + i + 1
		}
		line++
		if rest, ok := bytes.CutPrefix(data[at:next], []byte("---")); ok {
			if rest = bytes.TrimSpace(rest); len(rest) > 0 && rest[0] != '#' {
				return docs, &diag.Problem{Cause: diag.CauseData, Code: "manifest-syntax", Pos: diag.Pos{File: f.Name, Line: line, Col: 5}, Text: "text after ---, which kubectl refuses", Hint: "begin the document in the next line"}
			}
			end(at)
			begin, beginLine = next, line+1
		} else if bytes.HasPrefix(data[at:next], []byte("%")) && isBlank(data[begin:at]) {
			begin, beginLine = next, line+1 // a directive, like %YAML 1.2
		}
		at = next
	}
	end(len(data))
	return docs, nil
}

// isBlank tells whether a text has only comments, blanks and document ends.
func isBlank(text []byte) bool {
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && string(line) != "..." {
			return false
		}
	}
	return true
}

// jsonDocuments cuts a file of JSON values. What follows the first of them may be YAML, and
// so may all of a file that only looks like JSON.
func (f File) jsonDocuments(data []byte) ([]document, error) {
	var docs []document
	dec := json.NewDecoder(bytes.NewReader(data))
	for {
		begin := int(dec.InputOffset())
		begin += len(data[begin:]) - len(bytes.TrimLeft(data[begin:], " \t\r\n"))
		line := 1 + bytes.Count(data[:begin], []byte("\n"))
		var value json.RawMessage
		err := dec.Decode(&value)
		switch {
		case errors.Is(err, io.EOF):
			return docs, nil
		case err != nil && len(docs) <= 1 && !looksLikeJSON(data[begin:]):
			rest, err := f.yamlDocuments(data[begin:], line)
			return append(docs, rest...), err
		case err != nil:
			if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
				line = 1 + bytes.Count(data[:min(int(syntax.Offset), len(data))], []byte("\n"))
			}
			return docs, &diag.Problem{Cause: diag.CauseData, Code: "manifest-syntax", Pos: diag.Pos{File: f.Name, Line: line}, Text: "not valid JSON", Hint: "check the commas, quotes and brackets around this line"}
		}
		docs = append(docs, document{file: f.Name, line: line, text: data[begin:dec.InputOffset()], json: true})
	}
}

// looksLikeJSON tells whether a text begins with { and a quoted key.
func looksLikeJSON(text []byte) bool {
	inside, ok := bytes.CutPrefix(text, []byte("{"))
	return ok && bytes.HasPrefix(bytes.TrimLeft(inside, " \t\r\n"), []byte(`"`))
}
