package format

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"

	"confit/render/diag"
	"confit/render/tree"
)

// scalar gives a TOML scalar its type.
func (d *tomlDecoder) scalar(v *unstable.Node, line int) (any, error) {
	text := string(v.Data)
	switch v.Kind {
	case unstable.Bool:
		return text == "true", nil
	case unstable.Integer:
		return d.integer(strings.ReplaceAll(text, "_", ""), line)
	case unstable.Float:
		return tomlFloat(strings.ReplaceAll(text, "_", "")), nil
	case unstable.LocalDate, unstable.LocalTime, unstable.LocalDateTime, unstable.DateTime:
		if !isTOMLDate(text) {
			return nil, dataProblem(d.origin, line, "toml-date", "not a date or time", "dates are like 2026-01-31, times like 07:32:00, both like 2026-01-31T07:32:00Z; quote other text")
		}
	}
	return text, nil
}

func (d *tomlDecoder) integer(s string, line int) (any, error) {
	if len(s) < 2 || s[0] != '0' {
		return tree.Integer(s), nil
	}
	v, err := strconv.ParseInt(s, 0, 64)
	if err != nil {
		return nil, dataProblem(d.origin, line, "number-range", "the number is out of range", "hexadecimal, octal and binary numbers have 64 bits, one of them for the sign")
	}
	return tree.Num{Text: s, V: v}, nil
}

func tomlFloat(s string) any {
	switch strings.TrimLeft(s, "+-") {
	case "inf":
		sign := 1
		if s[0] == '-' {
			sign = -1
		}
		return tree.Num{Text: s, V: math.Inf(sign)}
	case "nan":
		return tree.Num{Text: s, V: math.NaN()}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return tree.Num{Text: s, V: f}
	}
	return tree.Number(s, f)
}

var tomlDate = diag.LazyRegexp(`^(\d{4}-\d\d-\d\d)?([Tt ])?(\d\d:\d\d)?(:\d\d)?(\.\d+)?([Zz]|[-+]([01]\d|2[0-3]):[0-5]\d)?$`)

// isTOMLDate checks a date, a time or both, with or without an offset.
func isTOMLDate(s string) bool {
	m := tomlDate().FindStringSubmatch(s)
	if m == nil {
		return false
	}
	date, sep, clock, seconds, fraction, offset := m[1], m[2], m[3], m[4], m[5], strings.ToUpper(m[6])
	switch {
	case date != "" && clock == "":
		return sep+seconds+fraction+offset == "" && parses(time.DateOnly, date)
	case clock == "", (date == "") != (sep == ""), date == "" && offset != "", seconds == "":
		return false
	case date != "" && !parses(time.DateOnly, date), offset != "" && !parses("Z07:00", offset):
		return false
	}
	return parses(time.TimeOnly, clock+seconds)
}

func parses(layout, s string) bool {
	_, err := time.Parse(layout, s)
	return err == nil
}
