package render

import (
	"strings"
	"testing"
)

func TestFormatFunctions(t *testing.T) {
	const values = "db: {host: a b, port: 1.10}\nlist: [1]\nquoted: it's\nn: 5"
	for in, want := range map[string]string{
		`{{ toToml .Values.db }}`:                  "host = \"a b\"\nport = 1.10\n",
		`{{ (fromToml "[a]\nb = 1.10").a.b }}`:     "1.10",
		`{{ toProperties .Values.db }}`:            "host=a b\nport=1.10",
		`{{ toIni (dict "s" .Values.db) }}`:        "[s]\nhost = a b\nport = 1.10",
		`{{ toEnv .Values.db }}`:                   "host='a b'\nport=1.10",
		`{{ shellQuote .Values.quoted }}`:          `'it'\''s'`,
		`{{ shellQuote .Values.db.port }}`:         `1.10`,
		`{{ iniQuote .Values.db.host }}`:           `"a b"`,
		`{{ propertiesEscape " a=b" }}`:            `\ a\=b`,
		`{{ toToml .Values | fromToml | toJson }}`: `{"db":{"host":"a b","port":1.10},"list":[1],"n":5,"quoted":"it's"}`,
	} {
		if out, err := one(t, values, in); err != nil || string(out.Content.Real) != want {
			t.Errorf("%s = %q, %v, want %q", in, out.Content.Masked(), err, want)
		}
	}
	for in, want := range map[string]string{
		`{{ toProperties .Values }}`:   "list is a list, which has no form in properties",
		`{{ toEnv .Values }}`:          "db is a map, which has no form in env",
		`{{ shellQuote .Values.db }}`:  "cannot write a map",
		`{{ fromToml "a = hunter2" }}`: "not valid TOML: unexpected character",
	} {
		if _, err := one(t, values, in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}
