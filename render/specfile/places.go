package specfile

import (
	"confit/render/diag"
)

// Places records which fields an entry of the spec sets, and the place of each.
type Places struct {
	Pos      diag.Pos
	Base     string // the folder at which relative paths of the entry start
	Fields   map[string]Field
	reported map[string]bool // misspelt fields, and fields with an invalid value
	invalid  bool            // the entry is no map
}

// A Field is the place of a field and of its value.
type Field struct {
	diag.Pos
	value diag.Spot
	block bool // the value is a literal block, whose text begins in the next line
}

// At is the place of a field, or of the entry for a field that is not set.
//
//go:noinline
func (p Places) At(field string) diag.Pos {
	if f, ok := p.Fields[field]; ok {
		return f.Pos
	}
	return p.Pos
}

// Reported tells whether Decode has reported a field as misspelt or invalid. Such a field is
// empty, and that is no second mistake.
//
//go:noinline
func (p Places) Reported(field string) bool { return p.invalid || p.reported[field] }

// ValueAt is the place of the value of a field. The text of a block begins in the line after
// that place.
//
//go:noinline
func (p Places) ValueAt(field string) (at diag.Spot, block bool) {
	f := p.Fields[field]
	return f.value, f.block
}

// Has tells whether the spec sets a field.
//
//go:noinline
func (p Places) Has(field string) bool {
	_, ok := p.Fields[field]
	return ok
}

// Problem makes an error of the spec at a field.
//
//go:noinline
func (p Places) Problem(field, text, hint string) *diag.Problem {
	return &diag.Problem{Cause: diag.CauseSpec, Code: "spec", Pos: p.At(field), Text: text, Hint: hint}
}
