package readers

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"confit/sinks/console"
	"confit/sinks/report"
)

// TestSARIF: the schema of OASIS takes the reports, whatever is in their texts.
func TestSARIF(t *testing.T) {
	const name = "testdata/sarif-schema-2.1.0.json"
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	hostile := []string{"a:b/c d#e?f%g.tmpl", "/abs", "../up", "x\n::error::y\x1b[31m", "bad \xff", "]]>|[a](b) {0} {{ .Values.x }}", ""}
	many := &report.Report{Subject: "a b.yaml", Version: "v1"}
	for i, text := range hostile {
		for _, level := range []string{"error", "warning", "notice"} {
			record := console.Record{Level: level, Code: []string{"missing-value", ""}[i%2], File: text, Line: i, Col: i, Text: text, Notes: []string{text}, Hint: text}
			many.Findings = append(many.Findings, report.Finding{Record: record, Source: text, End: i})
		}
	}
	for range 25_000 {
		many.Findings = append(many.Findings, many.Findings[0])
	}
	for name, r := range map[string]*report.Report{"empty": {}, "many": many} {
		got, err := jsonschema.UnmarshalJSON(strings.NewReader(r.In("sarif")))
		if err == nil {
			err = schema.Validate(got)
		}
		if err != nil {
			t.Errorf("%s: %.2000s", name, fmt.Sprint(err))
		}
	}
	broken, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.Replace(many.In("sarif"), `"level": "error"`, `"level": "fatal"`, 1)))
	if err != nil || schema.Validate(broken) == nil {
		t.Error("the schema takes anything")
	}
}
