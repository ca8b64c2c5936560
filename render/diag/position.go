package diag

import (
	"cmp"
	"sort"
	"strconv"
)

// A Pos is a place in a file. Line and Col count from 1, in characters; 0 means unknown. An
// inline template counts as a file of its own; In is the place in the file around it.
type Pos struct {
	File string
	Line int
	Col  int
	In   Spot
}

// A Spot is a place in a file on disk. The zero Spot is none.
type Spot struct {
	File string
	Line int
	Col  int
}

// Outer is the place in a file on disk, for editors and CI.
func (p Pos) Outer() Spot {
	if p.In != (Spot{}) {
		return p.In
	}
	return Spot{p.File, p.Line, p.Col}
}

// String is file:line:col, without unknown parts.
func (p Pos) String() string {
	s := Quoted(p.File)
	if p.Line > 0 {
		s += ":" + strconv.Itoa(p.Line)
		if p.Col > 0 {
			s += ":" + strconv.Itoa(p.Col)
		}
	}
	return s
}

// SortByPlace sorts the items of each file by their place; files stay in the order of their
// first item.
func SortByPlace[T any](all []T, pos func(T) Pos) {
	files := map[string]int{}
	for _, item := range all {
		if _, known := files[pos(item).File]; !known {
			files[pos(item).File] = len(files)
		}
	}
	sort.SliceStable(all, func(i, j int) bool {
		a, b := pos(all[i]), pos(all[j])
		return cmp.Or(files[a.File]-files[b.File], a.Line-b.Line, a.Col-b.Col) < 0
	})
}
